"""Twelve ways to hide a token from `git log -p`. Each is first shown to work
against git, so that the test means something; then the scan must find it."""
import hashlib
import struct

import hostile
from harness import (case, check, commit, git, init, named, scan, token,
                     write)


def log(path):
    return git(path, "log", "-p", "--all", ok=False)


def history(path, text=None):
    """A commit with a token, and one after it without."""
    init(path)
    one = token("hidden")
    commit(path, "first", readme="hello\n")
    commit(path, "leak", secret=text or f"k = {one}\n")
    commit(path, "gone", secret="k = none\n")
    return one


def replaced(path):
    one = history(path)
    leak = git(path, "rev-parse", "HEAD~1").decode().strip()
    tree = git(path, "rev-parse", "HEAD^{tree}").decode().strip()
    clean = git(path, "commit-tree", tree, "-m", "clean").decode().strip()
    git(path, "replace", leak, clean)
    return one


def grafted(path):
    one = history(path)
    head = git(path, "rev-parse", "HEAD").decode().strip()
    write(path, ".git/info/grafts", head + "\n")
    git(path, "checkout", "-q", "--detach")
    return one


def shallow(path):
    one = history(path)
    write(path, ".git/shallow", git(path, "rev-parse", "HEAD"))
    return one


def commit_graph(path):
    """The file says that HEAD has no parent; its checksum is right."""
    one = history(path)
    git(path, "commit-graph", "write", "--reachable")
    file = path / ".git/objects/info/commit-graph"
    data = bytearray(file.read_bytes())
    chunks = {}
    for i in range(data[6]):
        at = 8 + 12 * i
        chunks[bytes(data[at:at + 4])] = struct.unpack(
            ">Q", data[at + 4:at + 12])[0]
    count = struct.unpack(">I", data[chunks[b"OIDF"] + 1020:][:4])[0]
    head = bytes.fromhex(git(path, "rev-parse", "HEAD").decode())
    for i in range(count):
        name = data[chunks[b"OIDL"] + 20 * i:][:20]
        if name == head:
            at = chunks[b"CDAT"] + 36 * i + 20
            data[at:at + 4] = struct.pack(">I", 0x70000000)
    data[-20:] = hashlib.sha1(data[:-20]).digest()
    file.chmod(0o644)
    file.write_bytes(data)
    return one


def committed_attributes(path):
    one = history(path)
    commit(path, "attributes", **{".gitattributes": "* binary\n"})
    return one


def info_attributes(path):
    one = history(path)
    write(path, ".git/info/attributes", "* -diff\n")
    return one


def textconv(path):
    one = history(path)
    write(path, ".git/info/attributes", "* diff=x\n")
    git(path, "config", "diff.x.textconv", "true")
    return one


def big_file_threshold(path):
    one = history(path)
    git(path, "config", "core.bigFileThreshold", "1")
    return one


def lying_tag(path):
    """A tag of a commit that says it is of a blob: git dies of it."""
    one = history(path)
    head = git(path, "rev-parse", "HEAD")
    writer = hostile.Repo.__new__(hostile.Repo)
    writer.path, writer.hash = path / ".git", hashlib.sha1
    oid = writer.put(b"tag", b"object " + head + b"type blob\ntag v\n"
                     b"tagger n <a@b> 1 +0000\n\nm\n")
    writer.ref("refs/tags/v", oid)
    return one


def amended(path):
    one = history(path)
    git(path, "reset", "-q", "--hard", "HEAD~2")
    commit(path, "other", other="x\n")
    git(path, "reflog", "expire", "--expire=all", "--all")
    return one


def nul_first(path):
    return history(path, b"\0k = " + token("hidden").encode() + b"\n")


def utf16(path):
    return history(path, b"\xff\xfe" + f"k = {token('hidden')}\n".encode(
        "utf-16-le"))


TRICKS = [replaced, grafted, shallow, commit_graph, committed_attributes,
          info_attributes, textconv, big_file_threshold, lying_tag, amended,
          nul_first, utf16]


def test_of(trick):
    def test(directory):
        one = trick(directory / "r")
        check(one.encode() not in log(directory / "r"),
              "git log -p shows it: the trick is none")
        done = scan(directory / "r")
        check(done.has(one), f"not found; exit {done.code}")
        check(done.code in (1, 4), f"exit {done.code}")
        places = [f for f in done.findings() if f["path"].endswith("secret")]
        check(places, "no place has the path")
    return test


for _trick in TRICKS:
    named("hiding." + _trick.__name__, test_of(_trick))


@case
def all_twelve(directory):
    check(len(TRICKS) == 12, f"{len(TRICKS)} tricks")


@case
def everywhere(directory):
    """Messages, people, notes, tags, names, stash, index: all are read."""
    path = init(directory / "r")
    places = {}

    def one(name):
        places[name] = token("place " + name)
        return places[name]

    commit(path, "message " + one("message"), readme="hello\n")
    git(path, "commit", "-q", "--allow-empty", "-m", "m",
        env={"GIT_AUTHOR_NAME": one("author")})
    git(path, "commit", "-q", "--allow-empty", "-m", "m",
        env={"GIT_COMMITTER_EMAIL": one("committer")})
    git(path, "tag", "-a", "v1", "-m", "tag " + one("tag"))
    git(path, "notes", "add", "-m", "note " + one("note"))
    commit(path, "name", **{one("name") + ".txt": "x\n"})
    commit(path, "directory", **{one("directory") + "/x": "x\n"})
    write(path, "readme", "k = " + one("stash") + "\n")
    git(path, "stash")
    write(path, "staged", "k = " + one("index") + "\n")
    git(path, "add", "staged")
    (path / "staged").unlink()
    git(path, "branch", "b-" + one("ref"))
    done = scan(path)
    missing = [name for name, text in places.items() if not done.has(text)]
    check(not missing, f"not found: {missing}")
