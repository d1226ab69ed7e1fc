"""What is found in a history, against the slow way: every object through
`git cat-file`, every rule over the whole of each text, at each path that git
lists for it. And: nothing depends on how the objects are packed, on who
cloned, or on the number of threads."""
import random
import subprocess

import secrets  # corpus/
import settings
from harness import (BINARY, ROOT, Skip, all_objects, case, check, git, init,
                     same, scan, slow, commit, token,
                     write)

WAYS = [*settings.PLAIN.values(), *settings.CODED.values()]


def program(name):
    built = ROOT / "build" / BINARY[0].split("/")[-2] / "property" / name
    if not built.exists():
        raise Skip(f"{built.relative_to(ROOT)} is not built")
    return str(built)


def samples(path, seed=5, commits=6, files=24):
    """A history of settings with secrets in them, by directories."""
    r = random.Random(seed)
    init(path)
    kinds = sorted(secrets.DISTINCT)
    for i in range(commits):
        for j in range(files):
            kind = r.choice(kinds)
            name, text = r.choice(WAYS)(secrets.DISTINCT[kind][1](r), r)
            write(path, f"{kind}/{r.randrange(3)}/{name}", text)
        one = secrets.DISTINCT[r.choice(kinds)][1](r)
        commit(path, f"change {i}: {one}", when=1700000000 + i * 3600)
    git(path, "rm", "-q", "-r", r.choice(sorted(
        p.name for p in path.iterdir() if p.name != ".git")))
    commit(path, "less", when=1700000000 + commits * 3600)
    return path


# ---- the slow way ----------------------------------------------------------

class Naive:
    def __init__(self):
        self.process = subprocess.Popen(
            [program("naive")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, path, text):
        """[(rule, offset, length, line, column)]"""
        to = self.process.stdin
        to.write(b"%d %d\n" % (len(path), len(text)) + path + text)
        to.flush()
        found = []
        for line in self.process.stdout:
            if line == b"\n":
                return found
            rule, *numbers = line.split()
            found.append((rule.decode(), *map(int, numbers)))
        raise AssertionError("the naive search ended")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def paths_of_blobs(path):
    """{blob: paths}, in every tree of every commit that refs reach."""
    paths = {}
    for tree in set(git(path, "log", "--all", "--format=%T").split()):
        for line in git(path, "ls-tree", "-r", "-z",
                        tree.decode()).split(b"\0"):
            if line:
                head, name = line.split(b"\t", 1)
                paths.setdefault(head.split()[2].decode(), set()).add(name)
    return paths


def parts_of(kind, body):
    """A commit's people and headers, without names of objects; its message."""
    head, _, message = body.partition(b"\n\n")
    lines = (head + b"\n").split(b"\n")
    while lines[0].split(b" ")[0] in (b"tree", b"parent", b"object"):
        del lines[0]
    return b"\n".join(lines), message


def slow_findings(path):
    naive, found = Naive(), set()
    paths = paths_of_blobs(path)
    for oid, (kind, body) in all_objects(path).items():
        if kind == "blob":
            for name in paths.get(oid, ()):
                found |= {(oid, name.decode("latin-1"), *f)
                          for f in naive(name, body)}
        elif kind in ("commit", "tag"):
            for text in parts_of(kind, body):
                found |= {(oid, "", *f) for f in naive(b"", text)}
    naive.close()
    return found


def fast_findings(path, *options):
    done = scan("--history", "--min-confidence", "low", *options, ".",
                cwd=path)
    check(done.code in (0, 1), f"exit {done.code}: {done.error[:300]}")
    return {(f["object"], f["path"], f["rule"], f["offset"], f["length"],
             f["line"], f["column"])
            for f in done.findings() if f["object"]}


def verify(path):
    slow, fast = slow_findings(path), fast_findings(path)
    check(len(slow) > 100, f"only {len(slow)} to be found: no test")
    same(sorted(slow - fast)[:3], [], f"{len(slow - fast)} not found")
    same(sorted(fast - slow)[:3], [], f"{len(fast - slow)} too many")


@case
@slow
def as_the_slow_way(directory):
    verify(samples(directory / "r"))


@case
@slow
def as_the_slow_way_packed(directory):
    path = samples(directory / "r", seed=6)
    git(path, "repack", "-q", "-adf")
    verify(path)


@case
@slow
def versions_as_the_slow_way(directory):
    """Long files that change a little: what was seen of a piece of one version
    is made use of in the next, and must be true of that one too. Secrets come,
    go, change and are split by insertions, at every distance from cuts."""
    r = random.Random(8)
    kinds = sorted(secrets.DISTINCT)
    path = init(directory / "r")
    lines = [f"\tint v{r.randrange(999)} = f(a{r.randrange(99)}); /* key */"
             for _ in range(900)]
    for i in range(14):
        for _ in range(12):
            secret = secrets.DISTINCT[r.choice(kinds)][1](r)
            text = r.choice(WAYS)(secret, r)[1]
            text = text if isinstance(text, str) else text.decode("latin-1")
            at = r.randrange(len(lines))
            lines[at:at + r.randrange(2)] = text.split("\n")
        for _ in range(6):
            at = r.randrange(len(lines))
            cut = r.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + r.choice("x\n;") + lines[at][cut:]
        write(path, "long.c", "\n".join(lines).encode("latin-1"))
        commit(path, f"version {i}", when=1700000000 + i * 3600)
    git(path, "repack", "-q", "-adf")
    verify(path)


# ---- what must change nothing ----------------------------------------------

def everything(path, *options):
    """All records but for what is of the run: time and counts."""
    done = scan("--history", "--refs", *options, ".", cwd=path)
    same(done.code, 1, "exit")
    return sorted(str(sorted(f.items())) for f in done.findings())


@case
@slow
def packing(directory):
    path = samples(directory / "r", commits=5)
    want = everything(path)
    check(len(want) > 50, f"only {len(want)} findings")
    for options in (["repack", "-q", "-d"], ["repack", "-q", "-adf"],
                    ["repack", "-q", "-adf", "--depth=1"],
                    ["repack", "-q", "-adF", "--window=100", "--depth=250"],
                    ["-c", "repack.useDeltaBaseOffset=false", "repack", "-q",
                     "-adf"],
                    ["gc", "-q"], ["gc", "-q", "--aggressive"],
                    ["multi-pack-index", "write"],
                    ["commit-graph", "write", "--reachable"],
                    ["pack-refs", "--all"]):
        git(path, *options)
        same(everything(path), want, " ".join(options))


@case
@slow
def clones(directory):
    path = samples(directory / "r", commits=4)
    want = everything(path)
    for options in (["--mirror", "--no-local"], ["--mirror", "--local"]):
        to = directory / ("c" + options[-1])
        git(directory, "clone", "-q", *options, path, to)
        same(everything(to), want, " ".join(options))


@case
def threads(directory):
    """The report is the same to the byte, but for the seconds."""
    path = samples(directory / "r", commits=5)
    # Work is shared out by 4 MiB: enough that all threads have some.
    for i in range(24):
        write(path, f"large/{i}", f"{i} of many lines\n" * 60000
              + f"k = {token(i)}\n")
    commit(path, "large", when=1800000000)
    git(path, "repack", "-q", "-adf")
    reports = set()
    for jobs in (1, 2, 3, 8, 64):
        done = scan("--history", "-j", jobs, ".", cwd=path)
        at = done.output.index(b'"seconds":')
        reports.add(done.output[:at] + done.output[at:].split(b",", 1)[1])
    same(len(reports), 1, "different reports")
