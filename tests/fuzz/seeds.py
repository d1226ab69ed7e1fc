#!/usr/bin/env python3
"""seeds.py EXAMPLES DIRECTORY: a small corpus for each fuzz target, made from
the rules' examples (build/CONFIG/property/examples) and from what is written
here, in DIRECTORY/TARGET/. The same input makes the same corpus.
"""
import base64
import bz2
import gzip
import io
import json
import lzma
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "corpus")]
sys.dont_write_bytecode = True

import hostile  # noqa: E402


def examples(program):
    for line in subprocess.run([program], check=True, capture_output=True,
                               text=True).stdout.splitlines():
        rule, provider, kind, text, *secrets = line.split("\t")
        yield rule, bytes.fromhex(text), [bytes.fromhex(s) for s in secrets]


def scan_seeds(made, r):
    """A text for some examples of each rule, sometimes two in one."""
    texts = [text for _, text, _ in made]
    for text in r.sample(texts, min(400, len(texts))):
        head = bytes([r.choice((0, 0, 0, 0x10, 0x30)), 0, r.randrange(256),
                      r.randrange(256), r.randrange(16)])
        other = r.choice(texts) if r.random() < 0.3 else b""
        yield head + text + b"\n" + other
        if r.random() < 0.15:
            yield head + base64.b64encode(text)
        if r.random() < 0.1:
            yield head + text.decode("latin-1").encode("utf-16-le")


def decode_seeds(made, r):
    for _, text, _ in r.sample(made, 60):
        head = bytes(r.randrange(256) for _ in range(4))
        for coded in (base64.encodebytes(text), text.hex().encode(),
                      b"".join(b"%%%02x" % c for c in text),
                      text.decode("latin-1").encode("utf-16-be")):
            yield head + coded


def check_seeds(made, r):
    secrets = sorted({s for _, _, found in made for s in found})
    for secret in r.sample(secrets, min(300, len(secrets))):
        yield bytes([r.randrange(64), r.randrange(256)]) + secret


def report_seeds(made, r):
    def field(b):
        return bytes([min(len(b), 255)]) + b[:255]
    names = [b"a/b.txt", b"\x1b]0;x\x07", b"=cmd|x", b"::error::", b"a,\"b",
             b"<a href>&", b"\xe2\x80\xae", b"\xff\xfe", b"[x](y)", b"a\nb"]
    for _, text, found in r.sample(made, 60):
        head = bytes([r.randrange(256)])
        head += b"".join(field(r.choice(names)) for _ in range(3))
        for secret in found[:2]:
            at = max(text.find(secret), 0)
            head += bytes([0]) + field(text) + bytes(
                [at & 255, len(secret) & 255, 0, at & 255,
                 len(secret) & 255, 1, 0, 9, 2, 0, 0, 0, 0])
            head += field(r.choice(names))
        yield head


def ruleset_seeds(_, __):
    for path in sorted((ROOT / "rules").glob("*.toml")):
        whole = path.read_text()
        first, *rules = whole.split("[[rules]]\n")
        yield b"\0" + first.encode()
        for rule in rules[:8]:
            yield b"\0" + (first + "[[rules]]\n" + rule).encode()
            for line in rule.splitlines():
                name, _, value = line.partition(" = ")
                value = value.strip("'\"").encode()
                if name == "regex":
                    yield b"\1" + value
                elif name == "examples":
                    yield b"\2" + value
    yield b'\0[[rules]]\nid = "a"\nregex = \'\'\'(?i)k(.{0,9})\'\'\'\n' \
        b'secretGroup = 1\nentropy = 3.5\nkeywords = ["k"]\n' \
        b'[[rules.allowlists]]\ncondition = "AND"\nregexTarget = "line"\n' \
        b'regexes = ["a"]\npaths = ["b"]\nstopwords = ["c"]\n'


def archive_seeds(made, r):
    text = r.choice(made)[1]

    def tar(members, mode="w"):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=mode) as archive:
            for name, data in members:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()

    def zipped(members, method):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, data in members:
                archive.writestr(zipfile.ZipInfo(name), data,
                                 compress_type=method)
        return out.getvalue()
    members = [("a.txt", text), ("d/\u00e9", b"x" * 3000), ("../out", b"y")]
    inner = zipped(members, zipfile.ZIP_DEFLATED)
    made_of = [tar(members), tar(members, "w:gz"), tar(members, "w:bz2"),
               tar(members, "w:xz"), inner, zipped(members, 0),
               zipped([("in.zip", inner), ("in.tar", tar(members))], 8),
               gzip.compress(gzip.compress(text, mtime=0), mtime=0),
               bz2.compress(text), lzma.compress(text),
               gzip.compress(b"\0" * 400000, mtime=0), b"7z\xbc\xaf\x27\x1c"]
    for data in made_of:
        for flags in (4, 1, 12):
            yield bytes([flags]) + data


def detect_seeds(_, r):
    parts = [b"tk_Ab3dE9 ", b"abcdMIDfedc", b"quux = 0123abcd\n", b"Basic ",
             base64.b64encode(b"tk_Zz9yX8 abMIDcd"), b"tk_a1B2c3".hex()
             .encode(), "tk_Qq1Ww2".encode("utf-16-le"), b"%74%6b%5f", b"\n"]
    for _ in range(60):
        head = bytes(r.randrange(256) for _ in range(4))
        yield head + b"".join(r.choice(parts)
                              for _ in range(r.randrange(1, 9)))


def ignore_seeds(_, r):
    yield b"\0*.o\n!keep.o\n/build/\na/**/b\n[a-z]?\\#\n\\!x\n**\n"
    yield b"\0" + b"*a" * 40 + b"\n" + b"a" * 200 + b"\n"
    for version in (2, 3, 4):
        entry = bytes(60) + b"\0\5a/b.c" + bytes(4)
        yield b"\1DIRC" + version.to_bytes(4, "big") + b"\0\0\0\2" + \
            entry + entry + bytes(r.randrange(256) for _ in range(20))


def suppress_seeds(_, r):
    entry = b"a-rule:" + b"Qq1Ww2" * 3 + b"Ee"
    yield b"\0# stanch baseline 1\n" + entry + b" 2030-02-28 @web why\n" + \
        entry + b" - - -\nb:k" + b"A" * 20 + b" 2020-01-01 - x y\n<<<<<<<\n"
    yield b"\1exclude-paths = ['a', '!b/', '**/c']\nexclude-rules = ['*']\n" \
        b"min-confidence = 'high'\nbaseline = 'x'\ninline = true\n[[allow]]" \
        b"\npaths = ['/b/']\nrules = ['a-*']\nexpires = 2030-01-01\n" \
        b"reason = 'why'\nowner = '@web'\nfingerprints = ['" + entry + b"']"
    yield b"\2# x\na:r:1\n" + b"0" * 40 + b":b/c:r:1\nb\\c:r:2\n"
    yield b'\2[{"File":"a","StartLine":1,"EndLine":2,"Secret":"secret-1",' \
        b'"Commit":"00"},{"File":"b/c","StartLine":1,"Secret":"REDACTED"}]'
    yield b'\2{"results":{"a":[{"hashed_secret":"' + b"0a" * 20 + \
        b'","line_number":3}]}}'
    for text in (b"stanch:allow a-rule why */", b"stanch:allow=a-*,b (x)",
                 b"gitleaks:allow x stanch:allow(b) -->",
                 b"stanch:allow-next-line: y", b"trufflehog:ignore"):
        yield b"\3" + text
    for text in (b"https://u:p@github.com/o/n.git", b"git@gitlab.com:a/b/c",
                 b"https://dev.azure.com/o/p%20q/_git/n",
                 b"git@ssh.dev.azure.com:v3/o/p/n", b"a/../b",
                 b"https://o.visualstudio.com/p/_git/n",
                 b"ssh://git@codeberg.org:22/o/n"):
        yield b"\4" + text


# ---- git's formats: hostile.py writes them, git makes the rest ---------------

GIT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C",
       "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
       "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
       "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
       "GIT_AUTHOR_DATE": "1700000000 +0000",
       "GIT_COMMITTER_DATE": "1700000000 +0000"}


def git(path, *arguments):
    return subprocess.run(["git", "-C", path, *arguments], env=GIT,
                          check=True, capture_output=True).stdout


def repository(path, *options):
    """Three commits, a tag, deltas."""
    git(".", "init", "-q", "-b", "main", *options, path)
    for i in range(3):
        for name in ("a", "b.txt", "long-name-of-a-file"):
            with open(f"{path}/{name}{i % 2}", "w", encoding="ascii") as file:
                file.write("".join(f"{j * (i + 1)}\n" for j in range(40)))
        git(path, "add", "-A")
        git(path, "commit", "-q", "-m", f"commit {i}")
    git(path, "tag", "-a", "-m", "tag", "v1")
    git(path, "-c", "pack.compression=0", "repack", "-q", "-adF")
    return pathlib.Path(path)


def made_by_git(*options):
    with tempfile.TemporaryDirectory() as where:
        yield repository(where + "/r", *options)


def idx_seeds(_, __):
    for options in ([], ["--object-format=sha256"]):
        for path in made_by_git(*options):
            for version in ("1", "2", "2,0x40"):
                pack = next((path / ".git/objects/pack").glob("*.pack"))
                index = pack.with_suffix(".fuzz")
                git(path, "index-pack", f"--index-version={version}", "-o",
                    index, pack)
                data = index.read_bytes()
                yield len(data).to_bytes(2, "big") + data + pack.read_bytes()
                index.unlink()


def delta_seeds(_, __):
    base = bytes(range(100))
    for commands in ([hostile.copy(0, 100)], [hostile.insert(b"new")],
                     [hostile.copy(3, 9), hostile.insert(b"x" * 130)],
                     [hostile.copy(90, 11)], [b"\0"], [b"\xff" * 8]):
        for result in (3, 100, 139, 65536):
            yield bytes([100]) + base + hostile.delta(100, result, *commands)


def loose_seeds(_, __):
    for kind in (b"blob", b"tree", b"commit", b"tag", b"blub"):
        for body in (b"", b"text\n" * 20):
            whole = hostile.loose(kind, body)
            yield b"\1" + whole
            yield b"\0" + zlib.compress(whole)
            yield b"\0" + zlib.compress(whole, 0)[:-4]
    yield b"\1blob 99999999999999999999\0"
    yield b"\1blob 12\0" + bytes(49)


def history_seeds(made, r):
    """Blobs with tokens, trees of them, commits on commits, a tag."""
    def one(kind, text, base=0):
        return bytes([kind, base]) + len(text).to_bytes(2, "big") + text

    def name(n):
        return bytes([n]) * 20

    for _ in range(40):
        text = r.choice(made)[1][:400]
        tree = b"".join(b"100644 f%d\0" % n + name(n) for n in (1, 2))
        tree += b"40000 d\0" + name(r.choice((3, 4, 9)))
        yield one(3, text) + one(6, hostile.delta(
            len(text), len(text) + 3, hostile.copy(0, len(text) or 1),
            hostile.insert(b"end"))) + one(2, tree) + one(
                2, b"100644 " + text[:60].replace(b"\0", b"") + b"\0"
                + name(1)) + one(
                    1, b"tree " + name(3).hex().encode() + b"\nauthor "
                    b"A <a@b> 1700000000 +0200\ncommitter C <c@d> 1 +0000"
                    b"\n\n" + text) + one(
                        1, b"tree " + name(4).hex().encode() + b"\nparent "
                        + name(r.choice((5, 6, 7))).hex().encode()
                        + b"\nauthor A <a@b> -1 x\n\nm") + one(
                            4, b"object " + name(6).hex().encode()
                            + b"\ntype commit\ntag v\n\n" + text)


def known_seeds(_, r):
    """Edits of a state (of its refs, so that something is new, and of one byte
    more), and what carry/ carries."""
    def edit(at, byte):
        return at.to_bytes(2, "big") + bytes([byte])

    def name(n):
        return bytes([n]) * 20

    def place(flags, commit, path):
        return (bytes([flags]) + name(commit) + len(path).to_bytes(2, "little")
                + path)

    yield b"\0"
    for at in range(20, 300, 3):
        yield b"\0" + edit(12, 1) + edit(at, r.choice((0, 1, 255)))
    for flags in (0, 1):
        for second in (b"", place(1, 3, b"b"), place(0, 3, b"d/e")):
            yield (b"\1" + bytes([flags]) + bytes(8)
                   + (1).to_bytes(4, "little") + (2).to_bytes(4, "little")
                   + b"\3" + name(3) + name(1) + b"\1" + place(1, 3, b"a")
                   + name(4) + bytes([second != b""]) + second)


def treelog_seeds(_, r):
    """Trees, and changes of them at any place."""
    def entry():
        return (r.choice((b"100644 ", b"40000 ", b"160000 "))
                + r.choice((b"a", b"a.c", b"ab", b"dir", b"z0", b""))
                + b"\0" + bytes([r.randrange(4)]) * 20)

    for _ in range(60):
        out = bytes(2) + bytes([250]) + b"".join(
            entry() for _ in range(12))[:250]
        for _ in range(r.randrange(8)):
            more = entry() * r.randrange(2)
            out += bytes([r.randrange(32), r.randrange(32), len(more)]) + more
        yield out


def gitindex_seeds(_, __):
    for head, options in ((b"\0", []), (b"\1", ["--object-format=sha256"])):
        for path in made_by_git(*options):
            for version in "234":
                git(path, "update-index", "--index-version", version)
                yield head + (path / ".git/index").read_bytes()
            git(path, "update-index", "--add", "--cacheinfo", "160000,"
                + git(path, "rev-parse", "HEAD").decode().strip() + ",sub")
            yield head + (path / ".git/index").read_bytes()
            for i in range(40):
                git(path, "update-index", "--add", "--cacheinfo", "100644,"
                    + "1" * (64 if options else 40) + f",many/{i % 3}/{i}")
            yield head + (path / ".git/index").read_bytes()


def splitindex_seeds(_, __):
    for head, options in ((b"\0", []), (b"\1", ["--object-format=sha256"])):
        for path in made_by_git(*options):
            for version in "24":
                git(path, "update-index", "--no-split-index")
                for i in range(60):
                    git(path, "update-index", "--add", "--cacheinfo",
                        "100644," + "1" * (64 if options else 40)
                        + f",many/{i % 3}/{i}")
                git(path, "update-index", "--index-version", version)
                git(path, "update-index", "--split-index")
                git(path, "update-index", "--add", "--cacheinfo", "100644,"
                    + "2" * (64 if options else 40) + ",many/1/1")
                git(path, "update-index", "--add", "--cacheinfo", "100644,"
                    + "3" * (64 if options else 40) + ",new")
                git(path, "update-index", "--force-remove", "many/2/2")
                index = (path / ".git/index").read_bytes()
                name = index[index.index(b"link") + 8:][
                    :32 if options else 20].hex()
                shared = (path / f".git/sharedindex.{name}").read_bytes()
                yield head + len(index).to_bytes(2, "big") + index + shared


def refs_seeds(_, __):
    hex_name = b"0123456789abcdef0123456789abcdef01234567"
    yield b"\0# pack-refs with: peeled fully-peeled sorted\n" + hex_name + \
        b" refs/heads/x\n^" + hex_name + b"\n" + hex_name + b" refs/tags/v\n"
    yield b"\1ref: refs/heads/x\n"
    yield b"\1" + hex_name + b"\n"
    yield b'\2[core]\n\trepositoryformatversion = 1\n[extensions]\n\t' \
        b'objectFormat = sha256\n[remote "a\\"b"]\n\tpromisor = true\n'
    yield b"\3" + hex_name + b"\n"
    yield b"\3ref: refs/heads/x\n"
    yield b"\4../objects\n/etc\n#x\n\n.\n"
    yield b"\5" + hex_name + b"\n"


def partner_seeds(_, __):
    """Headers, bodies and lists of keys; the first byte says which."""
    yield b"\0" + b"90a421169f0a406205f1563a953312f0"
    yield b"\0MAYCAQECAQE="
    yield b"\0MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32AIg" \
        b"QY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc="
    alert = {"token": "some_token", "type": "some_type",
             "url": "https://github.com/o/r/blob/0/a", "source": "content"}
    for alerts in ([], [alert], [alert, {"token": 1}, None, []],
                   [dict(alert, url="", source="Unknown")] * 30):
        yield b"\1" + json.dumps(alerts).encode()
    yield b"\1" + b"[" * 3000
    key = {"key_identifier": "90a421169f0a406205f1", "is_current": True,
           "key": "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END"}
    for keys in ([key], [key] * 70, [{}, key]):
        yield b"\2" + json.dumps({"public_keys": keys}).encode()


def bundle_seeds(_, __):
    for options in ([], ["--object-format=sha256"]):
        for path in made_by_git(*options):
            for what in (["--all"], ["main~1..main"]):
                git(path, "-c", "pack.compression=0", "bundle", "create",
                    "-q", "b", *what)
                yield (path / "b").read_bytes()


# ---- the network, answers, the loop -----------------------------------------

def frame_seeds(_, __):
    def u32(n):
        return n.to_bytes(4, "little")

    def text(b):
        return u32(len(b)) + b

    def frame(kind, fields):
        return u32(len(fields) + 1) + bytes([kind]) + fields

    config = frame(1, u32(2) + text(b"/ca.pem") + text(b"") + u32(1) +
                   text(b"a.example:443") + text(b"127.0.0.1:1"))
    url = b"https://a.example/x?y=z"
    request = frame(2, bytes(8) + u32(1) + text(b"POST") + text(url) +
                    text(b"a.example") + text(b"a.example") + u32(600) +
                    u32(11) + u32(2) + u32(3) + u32(10) + u32(65536) + u32(2) +
                    text(b"Authorization") + text(b"Bearer x") +
                    text(b"Empty") + text(b"") + text(b"{}"))
    mail = frame(3, bytes(8) + text(b"mail.example") + u32(587) + u32(0) +
                 text(b"user") + text(b"password") + text(b"a@b.example") +
                 u32(1) + text(b"c@d.example") + text(b"Subject: x\r\n\r\ny") +
                 u32(30))
    answer = frame(4, bytes(8) + u32(0) + u32(200) + text(b"Content-Type: x"))
    for data in (config, request, mail, answer, config + request + mail,
                 request[:-9], b"\xff\xff\xff\x7f\2", bytes(5), bytes(9)):
        yield data


def url_seeds(_, __):
    for text in ("https://api.example.com/user?a=b", "https://a.example",
                 "https://a.example:8443/x", "https://x.example.net/",
                 "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/",
                 "https://user:pass@api.example.com/", "https://a.example#b",
                 "https://a.example\\@b.example/", "https://a.example%2f/",
                 "https://a.example/../x", "https://xn--a-ecp.example/",
                 "http://a.example/", "https://A.example/", "https://a..b/",
                 "https://a.example:0443/", "https://a.example/%2e%2e/",
                 "https://" + "a" * 63 + ".example/", "https://1.2.3.4.5/",
                 "https://localhost/", "api.example.com", "x.example.net",
                 "vault.corp.example", "a.x.example.net"):
        yield text.encode()


def answer_seeds(_, r):
    """What the tests' provider answers, each for a few rules by chance."""
    sys.path.insert(0, str(ROOT / "tests/provider"))
    import answers
    import json
    for row in answers.ROWS:
        for state in ("live", "dead", "restricted"):
            if not row[state]:
                continue
            status, body, *more = row[state]
            headers = dict(more[0]) if more else {}
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                headers.setdefault("Content-Type", "application/json")
            head = "".join("%s: %s\n" % h for h in headers.items())
            yield bytes([r.randrange(256), r.randrange(256),
                         (status - 100) // 2, status & 1]) + \
                head.encode() + b"\n" + body.encode()


def policy_seeds(_, __):
    yield (ROOT / "scanner/manual/policy.toml").read_bytes()
    yield b'log = "/l"\n'
    yield b'log = "/l"\nlink = "https://x/{path}"\nsyslog = "/dev/log"\n' \
        b'[deny]\nowners = ["*", "ann@corp.example"]\naccounts = ["1"]\n' \
        b'[[webhooks]]\nkind = "generic"\nurl = "https://x/"\n' \
        b'key = { env = "K" }\n[[organizations]]\nprovider = "github"\n' \
        b'name = "corp"\ncredential = { command = ["pass", "x"] }\n'
    yield b'log = "/l"\ngrace = "72h"\n[[providers]]\nname = "github"\n' \
        b'notify = false\nminConfidence = "high"\n[mail]\n' \
        b'server = "x"\nport = 25\nfrom = "a@b"\nto = ["c@d"]\n'


def auditlog_seeds(_, r):
    """Bodies of records, for the target to frame; and lines."""
    bodies = [b'"actionId":"Token.PatPublicDiscoveryEvent","timestamp":'
              b'"2026-01-01T00:00:00Z","data":{"event":"%s","provider":"github"'
              b',"c3id":"rPHgxCVAOw6CZsT9xXEw","verdict":"live","hold":"owner",'
              b'"process":"1-2"}' % event for event in (
                  b"detected", b"judged", b"held", b"intended", b"answered",
                  b"confirmed", b"unconfirmed", b"notice-sent", b"odd")]
    bodies += [b"", b'"a":1', b'"a":', b'"data":[]', b'"data":{"event":7}']
    for body in bodies:
        head = bytes([0, r.randrange(256), r.randrange(256),
                      r.choice((0, 0, 1, 32, 128))])
        yield head + body
    yield b"\1\0\0\0" + b"".join(b"{%s}\n" % body for body in bodies)


def machine_seeds(_, r):
    for _ in range(120):
        yield bytes(r.randrange(256) for _ in range(9 * r.randrange(1, 12)))
    good = bytes([1, 0, 0xfc, 1, 0, 255])  # asked now, all of it allowed
    yield b"".join(bytes([event, verdict, 0]) + good
                   for event, verdict in ((0, 0), (1, 0), (7, 0), (9, 0)))


SEEDS = {name[:-6]: function for name, function in list(globals().items())
         if name.endswith("_seeds")}


def main():
    program, to = sys.argv[1], pathlib.Path(sys.argv[2])
    made = list(examples(program))
    for target in sorted(p.name[:-7] for p in HERE.glob("*_fuzz.c")):
        directory = to / target
        directory.mkdir(parents=True, exist_ok=True)
        # a target without seeds of its own gets texts
        seeds = SEEDS.get(target, scan_seeds)
        for n, data in enumerate(seeds(made, random.Random(target))):
            (directory / ("%05d" % n)).write_bytes(data)


main()
