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


certificate("good", "DNS:" + HOST)
certificate("expired", "DNS:" + HOST, expired=True)
certificate("name", "DNS:api.github.com.evil.example,DNS:*.example")
certificate("address", "IP:127.0.0.1,DNS:127.0.0.1")
openssl("req", "-x509", *KEY, "-keyout", at("self.key"), "-out",
        at("self.pem"), "-days", "2", "-subj", "/CN=" + HOST, "-addext",
        "subjectAltName=DNS:" + HOST)
peers = [Peer(n, n) for n in ("good", "expired", "name", "self", "address")]
peers.append(Peer("protocol", "good", ssl.TLSVersion.TLSv1_1))
open(at("ready"), "w").close()
started = time.time()
while not os.path.exists(at("done")) and time.time() - started < 300:
    time.sleep(0.05)
for peer in peers:
    with open(at(peer.name + ".bytes"), "w") as f:
        some = "some" if peer.bytes and peer.name == "good" else peer.bytes
        f.write(str(some))
