"""The bytes of every object: our sweep, our reader of single objects, git
cat-file and libgit2 must have read the same; and each has the name that it
should. Over what git makes here; over others' repositories with
tests/git/objects."""
import subprocess

import matrix_test
from findings_test import program
from harness import BARE, Skip, check, git, named, same


def ours(path):
    objects = git(path, "rev-parse", "--git-path", "objects").decode().strip()
    done = subprocess.run([program("objects"), objects], cwd=path,
                          capture_output=True, text=True, check=False)
    check(done.returncode == 0, done.stderr[-500:])
    return done.stdout.split()


def gits(path):
    batch = subprocess.Popen(
        ["git", "-C", path, "cat-file", "--batch-all-objects", "--batch",
         "--buffer", "--unordered"], stdout=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "HOME": "/", **BARE})
    done = subprocess.run([program("objects"), "-"], stdin=batch.stdout,
                          capture_output=True, text=True, check=False)
    batch.stdout.close()
    batch.wait()
    check(done.returncode == 0, done.stderr[-500:])
    return done.stdout.split()


def libgit2s(path):
    """The same three figures."""
    built = program("objects").replace("property/objects",
                                       "micro/libgit2_bench")
    try:
        done = subprocess.run([built, str(path), "digest"],
                              capture_output=True, text=True, check=False)
    except FileNotFoundError as e:
        raise Skip("micro/libgit2_bench is not built") from e
    check(done.returncode == 0, done.stderr[-500:])
    objects, size, _, digest = done.stdout.split()
    return [objects, size, digest]


def verify(path, with_libgit2=True):
    got = ours(path)
    same(got, gits(path), "as git cat-file")
    if with_libgit2:
        same(got, libgit2s(path), "as libgit2")
    return got


# What libgit2 1.5 does not read: SHA-256, alternates inside objects/.
NOT_LIBGIT2 = ("sha256", "sha256_packed", "alternates_inside")


def test_of(name, make):
    def test(directory):
        path = directory / "r"
        make(path)
        got = verify(path, name not in NOT_LIBGIT2)
        check(name == "empty" or int(got[0]) > 30, f"only {got}")
    return test


for _name, _make in matrix_test.WHOLE.items():
    named("objects." + _name, test_of(_name, _make))
