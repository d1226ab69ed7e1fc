"""The repositories of corpus/hostile.py, each with its pass figures."""
import pathlib

import hostile
from harness import (BINARY, ROOT, check, ledger_holds, named, same, scan,
                     slow)

ANONYMOUS = 512 << 20
SECONDS = 20
# Sanitizers cost about ten times the time and much memory.
SLOW = 20


def verify(expect, done, path):
    is_plain = "/asan/" not in BINARY[0] and "/tsan/" not in BINARY[0]
    factor = 1 if is_plain else SLOW
    for one in expect.found:
        if expect.refused and done.code in (2, 3):
            break
        check(done.has(one), f"a token was not found; exit {done.code}; "
              + done.error[:300])
    for one in expect.lost:
        check(not done.has(one), "a token outside was reported")
    if expect.refused:
        check(done.code in (1, 2, 3, 4), f"exit {done.code}")
    else:
        check(done.code in {True: (1,), False: (4,),
                            None: (1, 4)}[expect.complete],
              f"exit {done.code}")
    check(done.code != 0, "exit 0")
    if done.code != 2:
        ledger_holds(done)
    # The machine may be busy: tight bars are of processor time.
    took = done.cpu if expect.seconds < SECONDS else done.seconds
    check(took <= expect.seconds * factor, f"took {took:.2f} s")
    check(done.anonymous <= ANONYMOUS or not is_plain,
          f"{done.anonymous >> 20} MiB of anonymous memory")
    leaked = [p for p in pathlib.Path(path).parent.iterdir()
              if p.name not in ("r", "r.victim")]
    same(leaked, [], "files made outside")


def test_of(make):
    def test(directory):
        path = directory / "r"
        expect = make(path)
        verify(expect, scan(path), path)
        if expect.stack:
            verify(expect, scan(path, stack=expect.stack), path)
    return test


# Gigabytes, or millions of objects.
LARGE = ("zeros_loose", "zeros_packed", "zeros_tree", "many_large_deltas",
         "many_findings", "wide_bases", "chain_of_50000", "wide_tree")

for _name, _make in hostile.FIXTURES.items():
    _test = test_of(_make)
    named("hostile." + _name, slow(_test) if _name in LARGE else _test)


def nothing_left_out(directory):
    """Of two bars: a constructor for each of what the standard lists."""
    names = set(hostile.FIXTURES)
    for wanted in ("delta_bomb", "ref_cycle", "path_bomb", "deep_tree",
                   "fifo_object", "out_by_alternates", "names"):
        check(wanted in names, f"{wanted} is missing")
    check((ROOT / "corpus" / "hostile.py").exists(), "no constructors")


named("hostile.list", nothing_left_out)
