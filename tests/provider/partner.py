"""GitHub's keys for its partners, as DIRECTORY/keys.json has them: {"mode":
"good" | "garbage" | "down" | "empty" | "large" | "redirect" | "hang", "keys":
[{"key_identifier", "key", "is_current"}]}. Each request is a line of
keys.jsonl: whether it was answered with 304.
"""
import hashlib
import json
import os
import time

from server import Answer

PATH = "/meta/public_keys/secret_scanning"


def keys(r):
    if r.path != PATH or r.method != "GET":
        return None
    directory = r.server.directory
    try:
        with open(os.path.join(directory, "keys.json")) as f:
            told = json.load(f)
    except FileNotFoundError:
        return None
    body = json.dumps({"public_keys": told["keys"]})
    tag = '"%s"' % hashlib.sha256(body.encode()).hexdigest()[:16]
    mode = told.get("mode", "good")
    is_same = mode == "good" and r.headers.get("If-None-Match") == tag
    with open(os.path.join(directory, "keys.jsonl"), "a") as f:
        f.write(json.dumps({"mode": mode, "same": is_same,
                            "has_credential": "Authorization" in r.headers})
                + "\n")
    if mode == "good":
        return Answer(304, "", {"ETag": tag}) if is_same else Answer(
            200, body, {"Content-Type": "application/json", "ETag": tag})
    if mode == "garbage":
        return Answer(200, "<html>no keys here</html>")
    if mode == "down":
        return Answer(500, "")
    if mode == "empty":
        return Answer(200, {"public_keys": []})
    if mode == "large":
        return Answer(200, '{"public_keys":[' + " " * 2000000 + "]}")
    if mode == "redirect":
        return Answer(302, "", {"Location": "https://elsewhere.example/"})
    time.sleep(12)
    return Answer(200, body)


HANDLERS = {"api.github.com": keys}
