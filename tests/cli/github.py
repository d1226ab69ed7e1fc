#!/usr/bin/env python3
"""GitHub's side of the partner program: keys made now, bodies signed, sent.

github.py key NAME               make NAME.pem, add it to provider/keys.json
github.py keys MODE [NAME...]    what the keys' endpoint answers: see
                                 ../provider/partner.py; only these keys
github.py alert TOKEN TYPE [URL [SOURCE]]...   a body, four words an alert
github.py send PORT KEY BODY-FILE [WHAT...]    sign, send, print the status on
                                 a line and then the body
    WHAT is: altered (one byte, after signing), chunked, id=HEX, path=PATH,
    method=NAME, header=none|id|signature (left out), signature=TEXT, slow,
    trickle, repeat=N (at once, N clients), length=N, file, tls
"""
import base64
import hashlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

KEYS = "provider/keys.json"


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], check=True, input=data,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def key_id(name):
    return hashlib.sha256(("key of " + name).encode()).hexdigest()


def entry(name):
    public = openssl("ec", "-in", name + ".pem", "-pubout").decode()
    return {"key_identifier": key_id(name), "key": public,
            "is_current": True}


def write(told):
    with open(KEYS + ".new", "w") as f:
        json.dump(told, f)
    os.replace(KEYS + ".new", KEYS)


def make_key(name, curve="prime256v1"):
    with open(name + ".pem", "wb") as f:
        f.write(openssl("ecparam", "-genkey", "-noout", "-name", curve))
    try:
        with open(KEYS) as f:
            told = json.load(f)
    except FileNotFoundError:
        told = {"mode": "good", "keys": []}
    told["keys"].append(entry(name))
    write(told)


def body_of(words):
    alerts = []
    for i in range(0, len(words), 4):
        names = ["token", "type", "url", "source"]
        alerts.append(dict(zip(names, words[i:i + 4])))
    return json.dumps(alerts)


def headers_of(name, body, what):
    signature = openssl("dgst", "-sha256", "-sign", name + ".pem", data=body)
    headers = {"Content-Type": "application/json",
               "GITHUB-PUBLIC-KEY-IDENTIFIER": what.get("id", key_id(name)),
               "GITHUB-PUBLIC-KEY-SIGNATURE": what.get(
                   "signature", base64.b64encode(signature).decode())}
    left_out = what.get("header")
    if left_out in ("none", "id"):
        del headers["GITHUB-PUBLIC-KEY-IDENTIFIER"]
    if left_out in ("none", "signature"):
        del headers["GITHUB-PUBLIC-KEY-SIGNATURE"]
    return headers


def connect(port, what):
    if "tls" in what:
        context = ssl.create_default_context(cafile=what["tls"])
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=60,
                                           context=context)
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def pieces(body):
    for i in range(0, len(body), 1000):
        yield body[i:i + 1000]


def send_once(port, headers, body, what):
    connection = connect(port, what)
    method, path = what.get("method", "POST"), what.get("path", "/")
    try:
        if "chunked" in what:
            connection.request(method, path, pieces(body), headers,
                               encode_chunked=True)
        elif "length" in what:
            connection.putrequest(method, path)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", what["length"])
            connection.endheaders()
        else:
            connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""


def send_slow(port, headers, body, what):
    """A byte a second: of the head ("slow"), or of the body ("trickle")."""
    head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n" % len(body)
    head += "".join("%s: %s\r\n" % h for h in headers.items())
    s = socket.create_connection(("127.0.0.1", port), timeout=60)
    began = time.monotonic()
    try:
        rest = head.encode() + b"\r\n" + body
        if "trickle" in what:
            n = len(head) + 2
            s.sendall(rest[:n])
            rest = rest[n:]
        for i in range(60):
            s.sendall(rest[i:i + 1])
            s.settimeout(0.5)
            try:
                if s.recv(1) == b"":
                    break
            except socket.timeout:
                pass
    except OSError:
        pass
    return 0, b"%d" % (time.monotonic() - began)


def send(port, name, path, what):
    with open(path, "rb") as f:
        body = f.read()
    headers = headers_of(name, body, what)
    if "altered" in what:
        at = len(body) // 2
        body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
    one = send_slow if "slow" in what or "trickle" in what else send_once
    answers = []

    def go():
        answers.append(one(port, headers, body, what))

    threads = [threading.Thread(target=go)
               for _ in range(int(what.get("repeat", "1")))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for status, answer in answers:
        print(status)
        print(answer.decode())


def main():
    command, words = sys.argv[1], sys.argv[2:]
    if command == "key":
        make_key(*words)
    elif command == "keys":
        write({"mode": words[0], "keys": [entry(n) for n in words[1:]]})
    elif command == "alert":
        sys.stdout.write(body_of(words))
    elif command == "send":
        what = dict((w + "=").split("=", 1) for w in words[3:])
        what = {k: v.rstrip("=") if k != "signature" else v[:-1]
                for k, v in what.items()}
        send(int(words[0]), words[1], words[2], what)
    else:
        sys.exit(__doc__)


main()
