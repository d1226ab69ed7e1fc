#!/usr/bin/env python3
"""git.py DIRECTORY ROOT [tls]: git's own http-backend below ROOT on a free
port of the loopback, for who knows a token that DIRECTORY/tokens.json calls
live, until standard input closes; with TLS as "localhost", by the authority
that server.py made in DIRECTORY. Writes DIRECTORY/git-port, and a line a request to
DIRECTORY/git.jsonl: path, user, token's name, status; never the token.

DIRECTORY/git.json, read for each request, says what goes wrong where:
{"acme/a.git": "redirect:URL" | "rename:PATH" | "forbidden" | "cut" |
"gone"}. rename: redirects to that path of this very server.
"""
import base64
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import urllib.parse

DIRECTORY, ROOT = sys.argv[1:3]


def load(name):
    path = os.path.join(DIRECTORY, name)
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return json.load(f)


class Backend(http.server.BaseHTTPRequestHandler):
    timeout = 30

    def log_message(self, *_):
        pass

    def login(self):
        """(user, name of the token) of who asks, or None."""
        value = self.headers.get("Authorization", "")
        if not value.startswith("Basic "):
            return None
        user, _, secret = base64.b64decode(value[6:]).decode().partition(":")
        for name, token in load("tokens.json").items():
            if token["token"] == secret and token["state"] == "live":
                return user, name
        return user, None

    def note(self, path, who, status):
        with open(os.path.join(DIRECTORY, "git.jsonl"), "a") as f:
            f.write(json.dumps({
                "path": path, "user": who and who[0], "name": who and who[1],
                "status": status}) + "\n")

    def end_with(self, status, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self):
        path, _, query = self.path.partition("?")
        path = urllib.parse.unquote(path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        who = self.login()
        for prefix, what in load("git.json").items():
            if path.startswith("/" + prefix):
                self.note(path, who, what)
                if what.startswith("redirect:"):
                    return self.end_with(302, [
                        ("Location", what[9:] + self.path)])
                if what.startswith("rename:"):
                    return self.end_with(301, [
                        ("Location", ORIGIN[0] + what[7:] +
                         self.path[len(prefix) + 1:])])
                if what == "gone":
                    return self.end_with(404)
                if what == "forbidden":
                    return self.end_with(403)
                if what == "cut":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: x")
                    return None
        if who is None or who[1] is None:
            self.note(path, who, 401)
            return self.end_with(401, [("WWW-Authenticate",
                                        'Basic realm="git"')])
        status = self.backend(path, query, body)
        self.note(path, who, status)
        return None

    def backend(self, path, query, body):
        done = subprocess.run(["git", "http-backend"], input=body, env=dict(
            os.environ, GIT_PROJECT_ROOT=ROOT, GIT_HTTP_EXPORT_ALL="1",
            PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=self.command,
            REMOTE_ADDR="127.0.0.1", REMOTE_USER="reader",
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", "")),
            capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status, fields = 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                status = int(value.split()[0])
            elif name:
                fields.append((name, value))
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return status

    do_GET = do_POST = serve


def certify():
    """A context with a certificate for localhost."""
    def at(name):
        return os.path.join(DIRECTORY, name)

    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True)

    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", at("git.key"), "-out", at("git.csr"),
            "-subj", "/CN=git")
    with open(at("git.names"), "w") as f:
        f.write("subjectAltName=DNS:localhost")
    openssl("x509", "-req", "-in", at("git.csr"), "-CA", at("ca.pem"),
            "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2",
            "-extfile", at("git.names"), "-out", at("git.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(at("git.crt"), at("git.key"))
    return context


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    context = None

    def handle_error(self, *_):
        pass  # a client that hangs up is part of the tests

    def finish_request(self, request, client_address):
        if self.context:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError):
                return
        super().finish_request(request, client_address)


server = Server(("127.0.0.1", 0), Backend)
ORIGIN = [f"http://127.0.0.1:{server.server_port}"]
if sys.argv[3:] == ["tls"]:
    server.context = certify()
    ORIGIN = [f"https://localhost:{server.server_port}"]
threading.Thread(target=server.serve_forever, daemon=True).start()
port = os.path.join(DIRECTORY, "git-port")
with open(port + ".new", "w") as out:
    out.write(str(server.server_port))
os.rename(port + ".new", port)
sys.stdin.read()
