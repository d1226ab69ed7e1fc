"""Layouts that git writes, and two that we do not read: for each, as many
objects as git lists, or exit 2 with the reason. Their bytes: objects_test."""
import random
import shutil

from harness import (case, check, commit, count_objects, git, init,
                     ledger_holds, named, oracle, same, scan, token, write)


def grown(path, *options, seed=1, commits=12):
    """A history with deltas, tags and tokens; the tokens."""
    r = random.Random(seed)
    init(path, *options)
    lines = [f"line {i} {r.random()}" for i in range(400)]
    wanted = []
    for i in range(commits):
        lines[r.randrange(len(lines))] = f"changed {i} {r.random()}"
        if i % 3 == 0:
            wanted.append(token(f"matrix {seed} {i}"))
            lines[r.randrange(len(lines))] = "k = " + wanted[-1]
        write(path, "big.txt", "\n".join(lines))
        write(path, f"d/e{i % 4}/f{i}.txt", f"{i}\n" * (i + 1))
        commit(path, f"commit {i}", when=1700000000 + i * 60)
        if i % 5 == 0:
            git(path, "tag", "-a", "-m", f"tag {i}", f"v{i}")
    return wanted


def small_packs(path):
    """A pack for each commit."""
    wanted = grown(path, commits=4)
    git(path, "repack", "-q", "-d")
    for i in range(4):
        write(path, "big.txt", (path / "big.txt").read_bytes() + b"%d\n" % i)
        commit(path, f"more {i}")
        git(path, "repack", "-q", "-d")
    return wanted


def repacked(*options, config=()):
    def make(path):
        wanted = small_packs(path)
        git(path, *(f for c in config for f in ("-c", c)), "repack", "-q",
            *options)
        return wanted
    return make


def many_offsets(path):
    """64-bit offsets: what git writes over 2 GiB, here over 64 bytes."""
    wanted = grown(path)
    git(path, "repack", "-q", "-ad")
    packs = path / ".git/objects/pack"
    pack = next(packs.glob("*.pack"))
    pack.with_suffix(".idx").unlink()
    git(path, "index-pack", "--index-version=2,0x40", pack)
    return wanted


def cruft(path):
    wanted = small_packs(path)
    git(path, "reset", "-q", "--hard", "HEAD~3")
    git(path, "reflog", "expire", "--expire=all", "--all")
    git(path, "gc", "-q", "--cruft", "--prune=never")
    return wanted


def loose_and_packed(path):
    wanted = grown(path)
    git(path, "repack", "-q", "-a")
    return wanted


def unpacked(path):
    wanted = grown(path)
    git(path, "repack", "-q", "-ad")
    pack = next((path / ".git/objects/pack").glob("*.pack"))
    shutil.move(pack, path.parent / "moved.pack")
    shutil.rmtree(path / ".git/objects/pack")
    git(path, "unpack-objects", "-q",
        data=(path.parent / "moved.pack").read_bytes())
    return wanted


def alternates_inside(path):
    wanted = grown(path)
    inner = path / ".git/objects/inner"
    inner.mkdir()
    for fan in (path / ".git/objects").glob("[0-9a-f]?"):
        shutil.move(fan, inner)
    write(path, ".git/objects/info/alternates", "inner\n")
    return wanted


def bare(path):
    wanted = grown(path.parent / "source")
    git(path.parent, "clone", "-q", "--bare", "--no-local",
        path.parent / "source", path)
    return wanted


def sha256(path):
    return grown(path, "--object-format=sha256")


def sha256_packed(path):
    wanted = grown(path, "--object-format=sha256")
    git(path, "repack", "-q", "-adf")
    return wanted


def empty(path):
    init(path)
    return []


WHOLE = {
    "loose": grown,
    "small_packs": small_packs,
    "repacked": repacked("-ad"),
    "deep": repacked("-adf", "--depth=4095", "--window=50"),
    "no_deltas": repacked("-adf", "--window=0"),
    "ref_deltas": repacked("-adf",
                           config=["repack.useDeltaBaseOffset=false"]),
    "geometric": repacked("-d", "--geometric=2"),
    "stored": repacked("-adF", config=["core.compression=0",
                                       "pack.compression=0"]),
    "index_v1": repacked("-adf", config=["pack.indexVersion=1"]),
    "midx": repacked("-d", "--write-midx"),
    "bitmap": repacked("-adb"),
    "midx_bitmap": repacked("-adb", "--write-midx"),
    "large_offsets": many_offsets,
    "cruft": cruft,
    "loose_and_packed": loose_and_packed,
    "unpacked": unpacked,
    "alternates_inside": alternates_inside,
    "bare": bare,
    "sha256": sha256,
    "sha256_packed": sha256_packed,
    "empty": empty,
}


def whole(make):
    def test(directory):
        path = directory / "r"
        wanted = make(path)
        done = scan("--history", path)
        same(done.code, 1 if wanted else 0, "exit")
        ledger = ledger_holds(done)
        same(ledger["total"], count_objects(path), "objects")
        same(ledger["scanned"], ledger["total"], "scanned")
        same(oracle(path, wanted), set(wanted), "what git has")
        missing = [one for one in wanted if not done.has(one)]
        check(not missing, f"{len(missing)} tokens were not found")
    return test


for _name, _make in WHOLE.items():
    named("matrix." + _name, whole(_make))


# ---- what is not all there -------------------------------------------------

def partly(path, wanted_at_least):
    done = scan("--history", path)
    check(done.code in (3, 4), f"exit {done.code} of a part")
    ledger = ledger_holds(done)
    check(ledger["scanned"] == count_objects(path),
          f"{ledger} of {count_objects(path)}")
    for one in wanted_at_least:
        check(done.has(one), "a token that is there was not found")
    return done


@case
def shallow(directory):
    source, path = directory / "s", directory / "r"
    grown(source)
    commit(source, "last", **{"last": "k = " + token("last") + "\n"})
    git(directory, "clone", "-q", "--depth=1", f"file://{source}", path)
    done = partly(path, [token("last")])
    check("shallow" in done.error + done.output.decode(),
          "not said that it is shallow")


def partial(filter_):
    def test(directory):
        source, path = directory / "s", directory / "r"
        grown(source)
        git(source, "config", "uploadpack.allowFilter", "true")
        git(source, "commit", "-q", "--allow-empty", "-m",
            "k = " + token("message"))
        git(directory, "clone", "-q", "--bare", f"--filter={filter_}",
            f"file://{source}", path)
        before = sorted(p.name for p in path.rglob("*"))
        partly(path, [token("message")])
        same(sorted(p.name for p in path.rglob("*")), before, "files")
    return test


named("matrix.partial_blobs", partial("blob:none"))
named("matrix.partial_trees", partial("tree:0"))


@case
def alternates_outside(directory):
    source, path = directory / "s", directory / "r"
    wanted = grown(source)
    git(directory, "clone", "-q", "--shared", source, path)
    done = scan("--history", path)
    check(done.code in (3, 4), f"exit {done.code}")
    check(not any(done.has(one) for one in wanted), "read from outside")
    done = scan("--history", "--allow-outside", path)
    same(done.code, 1, "exit when allowed")
    same(ledger_holds(done)["total"], count_objects(path), "objects")


# ---- repositories in repositories ------------------------------------------

@case
def worktree(directory):
    path = directory / "r"
    wanted = grown(path)
    git(path, "worktree", "add", "-q", "-b", "side", directory / "w")
    write(directory / "w", "new", "k = " + token("side") + "\n")
    git(directory / "w", "add", "-A")
    git(directory / "w", "commit", "-q", "-m", "side")
    for target in (path, directory / "w"):
        done = scan("--history", target)
        same(done.code, 1, "exit")
        same(ledger_holds(done)["total"], count_objects(path), "objects")
        for one in [*wanted, token("side")]:
            check(done.has(one), "a token was not found")


@case
def submodule(directory):
    inner, path = directory / "s", directory / "r"
    wanted = grown(inner, seed=2)
    outer = grown(path)
    git(path, "-c", "protocol.file.allow=always", "submodule", "add", "-q",
        inner, "lib")
    git(path, "commit", "-q", "-m", "submodule")
    done = scan("--history", path)
    same(done.code, 1, "exit")
    for one in wanted + outer:
        check(done.has(one), "a token was not found")
    same(ledger_holds(done)["total"],
         count_objects(path) + count_objects(path / "lib"), "objects")
    done = scan("--history", path / "lib")
    check(done.code in (1, 2), f"exit {done.code} of the submodule itself")
    check(done.code == 2 or all(done.has(one) for one in wanted),
          "a token was not found")


# ---- what we do not read ---------------------------------------------------

def refused(name, config, word):
    def test(directory):
        path = directory / "r"
        grown(path, commits=2)
        for key, value in config.items():
            git(path, "config", key, value)
        done = scan(path)
        same(done.code, 2, "exit")
        check(word in done.error.lower(), f"not named: {done.error}")
    named("matrix." + name, test)


refused("reftable", {"core.repositoryformatversion": "1",
                     "extensions.refstorage": "reftable"}, "reftable")
refused("unknown_extension", {"core.repositoryformatversion": "1",
                              "extensions.news": "true"}, "news")
refused("unknown_format", {"core.repositoryformatversion": "7"}, "7")
refused("unknown_hash", {"core.repositoryformatversion": "1",
                         "extensions.objectformat": "sha3"}, "sha3")


@case
def bundle(directory):
    """A bundle has the objects of its repository."""
    path = directory / "r"
    wanted = grown(path)
    git(path, "bundle", "create", "-q", directory / "b.bundle", "--all")
    done = scan(directory / "b.bundle")
    same(done.code, 1, "exit")
    same(ledger_holds(done)["total"], count_objects(path), "objects")
    check(all(done.has(one) for one in wanted), "a token was not found")
