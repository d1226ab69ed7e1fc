"""What is broken: objects deleted, files cut, bytes flipped. Never exit 0 with
less than git reads, and what git still reads is scanned."""
import shutil
import subprocess

from findings_test import program
from harness import (all_objects, case, check, commit, count_objects, git,
                     init, ledger_holds, named, oracle, same, scan, slow,
                     token, write)

SECONDS = 5


def small(path, packed=True):
    """Some forty objects, with a token in every version of a file."""
    init(path)
    wanted = []
    for i in range(10):
        wanted.append(token(f"corrupt {i}"))
        write(path, f"d{i % 2}/f", f"k = {wanted[-1]}\n" + f"{i}\n" * 20)
        commit(path, f"commit {i}", when=1700000000 + i)
    if packed:
        git(path, "repack", "-q", "-adf")
    return wanted


def pack_of(path):
    return next((path / ".git/objects/pack").glob("*.pack"))


def not_less(path, wanted):
    """What git still reads is found; when that is not all, it is said."""
    done = scan("--history", path)
    check(done.seconds < SECONDS, f"took {done.seconds:.1f} s")
    if done.code == 2:
        return done
    ledger_holds(done)
    there = oracle(path, wanted)
    lost = [one for one in there if not done.has(one)]
    check(not lost, f"{len(lost)} of {len(there)} tokens were not found")
    found = sum(done.has(one) for one in wanted)
    check(found == len(wanted) or done.code in (3, 4),
          f"exit {done.code} with {found} of {len(wanted)} tokens")
    return done


@case
@slow
def each_object_deleted(directory):
    path = directory / "r"
    wanted = small(path, packed=False)
    files = sorted((path / ".git/objects").glob("??/*"))
    check(len(files) >= 40, f"{len(files)} objects")
    for file in files:
        kept = file.read_bytes()
        file.unlink()
        done = not_less(path, wanted)
        check(done.code in (2, 3, 4), f"exit {done.code} without an object")
        file.write_bytes(kept)
    same(not_less(path, wanted).code, 1, "exit when all is there again")


@case
@slow
def each_loose_file_spoiled(directory):
    path = directory / "r"
    wanted = small(path, packed=False)
    for file in sorted((path / ".git/objects").glob("??/*")):
        kept = file.read_bytes()
        file.chmod(0o644)
        for spoiled in (b"", kept[:len(kept) // 2], b"\0" * len(kept),
                        kept[::-1]):
            file.write_bytes(spoiled)
            done = not_less(path, wanted)
            check(done.code in (2, 3, 4), f"exit {done.code}")
        file.write_bytes(kept)


@case
def every_byte_of_pack_and_index(directory):
    """In one process: see tests/property/flip.c."""
    path = directory / "r"
    small(path)
    stem = str(pack_of(path))[:-len(".pack")]
    done = subprocess.run([program("flip"), stem], capture_output=True,
                          text=True, check=False)
    check(done.returncode == 0, done.stdout + done.stderr[-2000:])


@case
def every_byte_of_a_sha256_pack(directory):
    path = init(directory / "r", "--object-format=sha256")
    for i in range(4):
        write(path, "f", f"k = {token(i)}\n" * 5)
        commit(path, f"commit {i}")
    git(path, "repack", "-q", "-adf")
    stem = str(pack_of(path))[:-len(".pack")]
    done = subprocess.run([program("flip"), stem], capture_output=True,
                          text=True, check=False)
    check(done.returncode == 0, done.stdout + done.stderr[-2000:])


def some_bytes(ending, step):
    """The whole program, against what git then reads."""
    def test(directory):
        path = directory / "r"
        wanted = small(path)
        file = pack_of(path).with_suffix(ending)
        file.chmod(0o644)
        kept = file.read_bytes()
        for at in range(0, len(kept), step):
            file.write_bytes(kept[:at] + bytes([kept[at] ^ 0xff])
                             + kept[at + 1:])
            not_less(path, wanted)
    return test


named("corrupt.pack_bytes", some_bytes(".pack", 97))
named("corrupt.index_bytes", some_bytes(".idx", 83))


@case
def cut_files(directory):
    path = directory / "r"
    wanted = small(path)
    for ending in (".pack", ".idx"):
        file = pack_of(path).with_suffix(ending)
        file.chmod(0o644)
        kept = file.read_bytes()
        for n in (0, 1, 11, 12, 13, len(kept) // 2, len(kept) - 21,
                  len(kept) - 1):
            file.write_bytes(kept[:n])
            done = not_less(path, wanted)
            check(done.code in (2, 3, 4), f"exit {done.code}, {ending} of {n}")
        file.write_bytes(kept)
    # An index that is gone takes its pack with it; refs lead nowhere.
    index, kept = pack_of(path).with_suffix(".idx"), None
    kept = index.read_bytes()
    index.unlink()
    check(not_less(path, wanted).code in (2, 3, 4), "exit without an index")
    index.write_bytes(kept)
    pack_of(path).unlink()
    check(not_less(path, wanted).code in (2, 3, 4), "exit without a pack")


@case
def nothing_but_refs(directory):
    path = directory / "r"
    small(path)
    shutil.rmtree(path / ".git/objects")
    (path / ".git/objects").mkdir()
    same(scan("--history", path).code, 3, "exit without objects")


@case
def bundle_bytes(directory):
    path = directory / "r"
    wanted = small(path)
    file = directory / "b.bundle"
    git(path, "bundle", "create", "-q", file, "--all")
    kept = file.read_bytes()
    start = kept.index(b"\n\nPACK") + 2
    for at in range(start, len(kept) - 20, 61):
        file.write_bytes(kept[:at] + bytes([kept[at] ^ 0xff]) + kept[at + 1:])
        done = scan(file)
        lost = [one for one in wanted if not done.has(one)]
        check(not lost or done.code in (2, 3, 4),
              f"exit {done.code} without {len(lost)} tokens, byte {at}")
        check(done.seconds < SECONDS, f"took {done.seconds:.1f} s")


@case
def one_broken_object_of_many(directory):
    """The others are scanned all the same."""
    path = directory / "r"
    wanted = small(path, packed=False)
    before = count_objects(path)
    blob = git(path, "rev-parse", "HEAD:d1/f").decode().strip()
    file = path / ".git/objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    file.write_bytes(b"\x78\x9c nothing")
    done = scan("--history", path)
    same(done.code, 4, "exit")
    ledger = ledger_holds(done)
    same((ledger["total"], ledger["failed"]), (before, 1), "ledger")
    same(sum(done.has(one) for one in wanted), len(wanted) - 1, "tokens")


@case
def poisoned_name(directory):
    """Bytes under the name of others do not hide those elsewhere."""
    a, b = init(directory / "a"), init(directory / "b")
    one = token("poisoned")
    write(b, "f", f"k = {one}\n")
    commit(b, "with it")
    write(a, "f", "k = nothing at all\n")
    commit(a, "without")
    secret = git(b, "rev-parse", "HEAD:f").decode().strip()
    benign = git(a, "rev-parse", "HEAD:f").decode().strip()
    forged = a / ".git/objects" / secret[:2] / secret[2:]
    forged.parent.mkdir(exist_ok=True)
    shutil.copy(a / ".git/objects" / benign[:2] / benign[2:], forged)
    for order in ((a, b), (b, a)):
        done = scan("--history", *order)
        check(done.has(one), "not found behind the forged one")
    # In one store, too: the pack's copy under the same name.
    git(b, "repack", "-q", "-ad")
    forged = b / ".git/objects" / secret[:2] / secret[2:]
    forged.parent.mkdir(exist_ok=True)
    shutil.copy(a / ".git/objects" / benign[:2] / benign[2:], forged)
    check(scan("--history", b).has(one), "not found behind a loose copy")
    same(len(all_objects(b)), 3, "objects")
