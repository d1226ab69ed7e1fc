"""Over forty shapes of answers that prove nothing, whoever sends them: what WAFs,
portals, proxies, broken and hostile servers say. SHAPES is a list of functions
of a request that give an Answer. STRIKES are those after which a client
rightly slows down, so that they are tried apart."""
import json
import time

from server import Answer

HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
PLAIN = {"Content-Type": "text/plain"}


def raw(*parts, pause=0.0):
    def send(handler):
        for part in parts:
            handler.connection.sendall(part)
            if pause:
                time.sleep(pause)
    return lambda r: Answer(0, raw=send)


def fixed(status, body=b"", headers=None):
    return lambda r: Answer(status, body, headers)


def drip(handler):
    """A byte a second, for ever: slowloris, the other way round."""
    handler.connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.connection.sendall(b"X-A: b\r\n")
        time.sleep(0.5)


def flood(handler):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    handler.connection.sendall(head + b'{"login":"')
    chunk = b"a" * 65536
    for _ in range(160000):  # 10 GB
        handler.connection.sendall(chunk)


def headers_flood(handler):
    handler.connection.sendall(b"HTTP/1.1 200 OK\r\n")
    lines = b"".join(b"X-%d: y\r\n" % i for i in range(1000))
    for _ in range(1000):
        handler.connection.sendall(lines)


def gzip_bomb(r):
    import gzip
    return Answer(200, gzip.compress(b'{"a":"' + b"0" * (10 << 20) + b'"}'),
                  dict(JSON, **{"Content-Encoding": "gzip"}))


def echo(r):
    """All that was asked, as JSON, the token with it."""
    return Answer(200, json.dumps({
        "method": r.method, "url": r.target, "headers": r.headers,
        "data": r.body.decode("latin-1")}), JSON)


def everything(status):
    """Words of a refusal in a page of a wall."""
    words = ("Bad credentials Unauthorized invalid_auth Invalid API Key "
             "token_revoked not found login id user ok true valid data")
    return fixed(status, "<html><body>%s</body></html>" % words, HTML)


SHAPES = [
    fixed(200, "<html><title>Attention Required!</title></html>", HTML),
    everything(200), everything(401), everything(403), everything(404),
    fixed(403, "<html><title>Access denied</title>WAF rule 1010</html>", HTML),
    fixed(401, "<html><title>401 Authorization Required</title></html>", HTML),
    fixed(404, "<html><title>404 Not Found</title></html>", HTML),
    fixed(200, "", PLAIN), fixed(200), fixed(204), fixed(401), fixed(403),
    fixed(404), fixed(200, "{}", JSON), fixed(200, "[]", JSON),
    fixed(200, "null", JSON), fixed(200, "true", JSON), fixed(200, '""', JSON),
    fixed(200, '{"status":"ok"}', JSON), fixed(200, '{"success":true}', JSON),
    fixed(200, '{"error":"unauthorized"}', JSON),
    fixed(401, "{}", JSON), fixed(403, "{}", JSON), fixed(404, "{}", JSON),
    fixed(200, '{"login":"x","id":1', JSON),
    fixed(200, b'\xff\xfe{"\x00i\x00d\x00"\x00', JSON),
    fixed(200, "[" * 5000 + "]" * 5000, JSON),
    fixed(301, "", {"Location": "https://evil.example/collect"}),
    fixed(302, "", {"Location": "https://evil.example/collect"}),
    fixed(307, "", {"Location": "https://evil.example/collect"}),
    fixed(308, "", {"Location": "https://evil.example/collect"}),
    fixed(511, "<html>log in to the network</html>", HTML),
    gzip_bomb, echo, raw(b"SSH-2.0-OpenSSH_9.2\r\n"), raw(b""),
    raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{\"id\":1"),
    raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
]
STRIKES = [
    fixed(500, '{"message":"Internal error","id":1}', JSON),
    fixed(503, "<html>maintenance</html>", HTML),
    fixed(429, '{"message":"slow down"}', JSON),
]
# On one provider each: they take their time, whoever sends them.
SLOW = [lambda r: Answer(0, raw=drip), lambda r: Answer(0, raw=flood),
        lambda r: Answer(0, raw=headers_flood)]
