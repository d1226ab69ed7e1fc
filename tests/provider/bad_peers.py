#!/usr/bin/env python3
"""bad_peers.py DIRECTORY: peers that answer as api.github.com would, and are
not it. For each, NAME.toml leads there; when DIRECTORY/done appears,
NAME.bytes tells how many bytes of requests it could read."""
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

directory = sys.argv[1]
os.makedirs(directory)
HOST = "api.github.com"
BODY = b'{"login":"octocat","id":1}'
ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
          b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY)


def at(name):
    return os.path.join(directory, name)


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
openssl("req", "-x509", *KEY, "-keyout", at("ca.key"), "-out", at("ca.pem"),
        "-days", "2", "-subj", "/CN=test authority")


def certificate(name, names, expired=False):
    with open(at(name + ".ext"), "w") as f:
        f.write("subjectAltName=" + names)
    openssl("req", *KEY, "-keyout", at(name + ".key"), "-out",
            at(name + ".csr"), "-subj", "/CN=peer")
    if not expired:
        openssl("x509", "-req", "-in", at(name + ".csr"), "-CA", at("ca.pem"),
                "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2",
                "-extfile", at(name + ".ext"), "-out", at(name + ".pem"))
        return
    # `x509` knows no past; `ca` does.
    open(at("index"), "w").close()
    with open(at("serial"), "w") as f:
        f.write("10\n")
    with open(at("ca.conf"), "w") as f:
        f.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nserial=%s\n"
                "new_certs_dir=%s\ndefault_md=sha256\npolicy=p\n"
                "[p]\ncommonName=supplied\n" % (at("index"), at("serial"),
                                                directory))
    openssl("ca", "-batch", "-config", at("ca.conf"), "-cert", at("ca.pem"),
            "-keyfile", at("ca.key"), "-in", at(name + ".csr"), "-extfile",
            at(name + ".ext"), "-startdate", "20200101000000Z", "-enddate",
            "20210101000000Z", "-out", at(name + ".pem"))


class Peer:
    def __init__(self, name, cert, version=None):
        self.name, self.bytes = name, 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if version:
            self.context.minimum_version = version
            self.context.maximum_version = version
            self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.load_cert_chain(at(cert + ".pem"), at(cert + ".key"))
        self.socket = socket.create_server(("127.0.0.1", 0))
        with open(at(name + ".toml"), "w") as f:
            f.write('ca_file = "%s"\n[connect]\n"*:443" = "127.0.0.1:%d"\n' % (
                os.path.abspath(at("ca.pem")), self.socket.getsockname()[1]))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            plain, _ = self.socket.accept()
            try:
                with self.context.wrap_socket(plain, server_side=True) as s:
                    self.bytes += len(s.recv(65536))
                    s.sendall(ANSWER)
            except OSError:
                plain.close()


class Stapler(Peer):
    """openssl's server, which brings an OCSP answer along: `status` is the
    letter of an index that the authority keeps."""

    def __init__(self, name, status):
        self.name, self.bytes = name, 0
        certificate(name, "DNS:" + HOST)
        serial = subprocess.run(
            ["openssl", "x509", "-noout", "-serial", "-in", at(name + ".pem")],
            check=True, stdout=subprocess.PIPE).stdout.decode().strip()
        with open(at(name + ".index"), "w") as f:
            f.write("%s\t350101000000Z\t%s\t%s\tunknown\t/CN=peer\n" % (
                status, "200101000000Z" if status == "R" else "",
                serial.split("=")[1]))
        openssl("ocsp", "-issuer", at("ca.pem"), "-cert", at(name + ".pem"),
                "-reqout", at(name + ".req"))
        openssl("ocsp", "-index", at(name + ".index"), "-CA", at("ca.pem"),
                "-rsigner", at("ca.pem"), "-rkey", at("ca.key"), "-reqin",
                at(name + ".req"), "-respout", at(name + ".resp"), "-ndays",
                "1")
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        with open(at(name + ".toml"), "w") as f:
            f.write('ca_file = "%s"\n[connect]\n"*:443" = "127.0.0.1:%d"\n' % (
                os.path.abspath(at("ca.pem")), port))
        self.program = subprocess.Popen(
            ["openssl", "s_server", "-quiet", "-naccept", "1", "-accept",
             "127.0.0.1:%d" % port, "-cert", at(name + ".pem"), "-key",
             at(name + ".key"), "-status_file", at(name + ".resp")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        got = os.read(self.program.stdout.fileno(), 65536)
        self.bytes += len(got)
        if got:
            self.program.stdin.write(ANSWER)
            self.program.stdin.flush()


certificate("good", "DNS:" + HOST)
certificate("expired", "DNS:" + HOST, expired=True)
certificate("name", "DNS:api.github.com.evil.example,DNS:*.example")
certificate("address", "IP:127.0.0.1,DNS:127.0.0.1")
openssl("req", "-x509", *KEY, "-keyout", at("self.key"), "-out",
        at("self.pem"), "-days", "2", "-subj", "/CN=" + HOST, "-addext",
        "subjectAltName=DNS:" + HOST)
peers = [Peer(n, n) for n in ("good", "expired", "name", "self", "address")]
peers.append(Peer("protocol", "good", ssl.TLSVersion.TLSv1_1))
staplers = [Stapler("staple", "V"), Stapler("revoked", "R")]
peers += staplers
open(at("ready"), "w").close()
started = time.time()
while not os.path.exists(at("done")) and time.time() - started < 300:
    time.sleep(0.05)
for peer in staplers:
    peer.program.kill()
    peer.program.wait()
for peer in peers:
    with open(at(peer.name + ".bytes"), "w") as f:
        good = peer.name in ("good", "staple")
        some = "some" if peer.bytes and good else peer.bytes
        f.write(str(some))
