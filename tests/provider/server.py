#!/usr/bin/env python3
"""An HTTPS server that answers as the providers' documents say, for the tests.

server.py DIRECTORY: makes a CA and a certificate there, serves on a free port
of loopback until its standard input closes, and writes

    network.toml   a network configuration that leads every host here
    ready          when it serves
    requests.jsonl a line for each request: host, method, path, token's name,
                   state, status; never the token

What it knows of tokens stands in DIRECTORY/tokens.json, read again whenever it
changes: {"name": {"token": "...", "state": "live"}}. States: live, dead,
restricted, throttled, anonymous (Azure DevOps), shape:N (shapes.py). A token
that it does not know is dead. Other behaviour is added by modules in this
directory: each has HANDLERS, {host pattern: function(request) -> Answer or
None}; the first that answers is taken, and answers.py is the last.
"""
import base64
import fnmatch
import http.server
import importlib
import json
import os
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
# Earlier ones go first; a module that is not there is passed over.
MODULES = ["hostile", "partner", "revoke", "organizations", "answers"]


class Answer:
    """status, headers, body; or what a handler wants to do to the socket."""

    def __init__(self, status, body=b"", headers=None, raw=None):
        self.status = status
        self.headers = dict(headers or {})
        self.raw = raw
        if isinstance(body, (dict, list)):
            self.headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        self.body = body.encode() if isinstance(body, str) else body


class Request:
    def __init__(self, method, host, target, headers, body, state):
        self.method, self.host, self.target = method, host, target
        self.path, _, self.query = target.partition("?")
        self.headers, self.body = headers, body
        self.server = state  # the State: for handlers that remember things
        self.name, self.token, self.state = state.find(self)
        self.row = None  # for the log: which row of answers.py

    def basic(self):
        """(user, password) of Authorization: Basic, or None."""
        value = self.headers.get("Authorization", "")
        if not value.startswith("Basic "):
            return None
        text = base64.b64decode(value[6:]).decode("latin-1")
        return tuple(text.split(":", 1)) if ":" in text else None

    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode("latin-1")))

    def text(self):
        """All in which a token may stand, decoded."""
        parts = [self.host + urllib.parse.unquote(self.target),
                 urllib.parse.unquote_plus(self.body.decode("latin-1")),
                 self.body.decode("latin-1"),
                 *self.headers.values(), ":".join(self.basic() or ()),
                 urllib.parse.unquote(":".join(self.basic() or ())),
                 self.assertion()]
        return "\n".join(parts)

    def assertion(self):
        """The claims of a signed assertion, which say whose it is."""
        parts = self.form().get("assertion", "").split(".")
        if len(parts) != 3:
            return ""
        return base64.urlsafe_b64decode(
            parts[1] + "=" * (-len(parts[1]) % 4)).decode("latin-1")


class State:
    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.Lock()
        self.stamp, self.tokens = None, {}
        self.seen = {}
        self.log = open(os.path.join(directory, "requests.jsonl"), "a",
                        buffering=1)
        self.memory = {}  # for handlers: what was revoked, counters

    def load(self):
        path = os.path.join(self.directory, "tokens.json")
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            return
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if stamp != self.stamp:
            with open(path) as f:
                tokens = json.load(f)
            # The longest first: one may stand in another.
            self.tokens = dict(sorted(
                tokens.items(), key=lambda t: -len(t[1]["token"])))
            self.stamp = stamp

    def find(self, request):
        with self.lock:
            self.load()
            text = request.text()
            for name, t in self.tokens.items():
                if t.get("match", t["token"]) in text:
                    state = self.memory.get(name, t["state"])
                    return name, t["token"], state
        return None, None, "dead"

    def note(self, request, status):
        path = request.target
        if request.token:
            for form in (request.token,
                         urllib.parse.quote(request.token, safe="")):
                path = path.replace(form, "***")
        with self.lock:
            self.log.write(json.dumps({
                "time": time.time(), "host": request.host,
                "method": request.method, "path": path,
                "name": request.name, "state": request.state,
                "row": request.row, "status": status}) + "\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def respond(self):
        n = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, (self.headers.get("Host") or "")
                          .split(":")[0], self.path, dict(self.headers),
                          self.rfile.read(n), self.server.state)
        answer = None
        for pattern, handler in self.server.handlers:
            if fnmatch.fnmatchcase(request.host, pattern):
                answer = handler(request)
                if answer is not None:
                    break
        if answer is None:
            answer = Answer(404, "<html>no such page</html>",
                            {"Content-Type": "text/html"})
        self.server.state.note(request, answer.status)
        delay = self.server.delay
        if delay:
            time.sleep(delay)
        if answer.raw:
            answer.raw(self)
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name, one)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if request.method != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = respond

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # a client that hangs up is part of the tests

    def finish_request(self, request, client_address):
        # The handshake is the connection's own thread's work.
        try:
            request = self.context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        super().finish_request(request, client_address)


def openssl(*args):
    subprocess.run(["openssl", *args], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(directory, names):
    """ca.pem, and server.pem with a certificate for the names and its key."""
    def at(name):
        return os.path.join(directory, name)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", at("ca.key"), "-out",
            at("ca.pem"), "-days", "2", "-subj", "/CN=test authority")
    openssl("req", *key, "-keyout", at("server.key"), "-out", at("server.csr"),
            "-subj", "/CN=provider")
    with open(at("names"), "w") as f:
        f.write("subjectAltName=" + ",".join("DNS:" + n for n in names))
    openssl("x509", "-req", "-in", at("server.csr"), "-CA", at("ca.pem"),
            "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2",
            "-extfile", at("names"), "-out", at("server.crt"))
    with open(at("server.pem"), "w") as out:
        for part in ("server.crt", "server.key"):
            with open(at(part)) as f:
                out.write(f.read())


def load_handlers():
    handlers, hosts = [], set()
    for name in MODULES:
        if not os.path.exists(os.path.join(HERE, name + ".py")):
            continue
        module = importlib.import_module(name)
        for pattern, handler in module.HANDLERS.items():
            handlers.append((pattern, handler))
            if pattern != "*":
                hosts.add(pattern)
        hosts.update(getattr(module, "HOSTS", ()))
    return handlers, sorted(hosts)


def main():
    directory = sys.argv[1]
    handlers, hosts = load_handlers()
    make_authority(directory, hosts)
    server = Server(("127.0.0.1", 0), Handler)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(os.path.join(directory, "server.pem"))
    server.state = State(directory)
    server.handlers = handlers
    server.delay = float(os.environ.get("PROVIDER_DELAY", "0"))
    with open(os.path.join(directory, "network.toml"), "w") as f:
        f.write('ca_file = "%s/ca.pem"\n' % os.path.abspath(directory))
        f.write('hosts = ["vault.corp.example", "sonar.corp.example", '
                '"api.acme.example"]\n')
        f.write('[connect]\n"*:443" = "127.0.0.1:%d"\n' % server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(os.path.join(directory, "port"), "w") as f:
        f.write(str(server.server_port))
    open(os.path.join(directory, "ready"), "w").close()
    # Whoever started it holds the other end; no signal is needed.
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
