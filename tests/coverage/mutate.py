#!/usr/bin/env python3
"""Mutate the state machine and the verdict clauses, one operator at a time,
and see that their unit tests fail: mutants that live are printed. At least
95 % must die. Takes a minute or two. mutate.py [FILE...]
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
# file: its test, the rooms that it needs
FILES = {
    "scanner/machine/machine.c": ("machine_test", "machine flow base"),
    "scanner/request/condition.c": (
        "request_verdict_test",
        "request signing flow json pattern base"),
    "scanner/request/reading.c": (
        "request_verdict_test",
        "request signing flow json pattern base"),
}
# Those that change nothing: a path ends with a NUL, which is no digit and no
# bracket; seven digits or eight are more than any list has; behind a list's
# end is nothing, which has no text.
EQUIVALENT = {
    ("while (n < rest->n && rest->at[n] >= '0' && rest->at[n] <= '9' &&",
     "<", 0),
    ("n < 8)", "<", 0),
    ("if (n == 1 || n >= rest->n || rest->at[n] != ']')", ">=", 0),
    ("for (size_t i = 0; i < n && i < LIST_MOST; i++) {", "<", 0),
}
LIBS = ["-lpcre2-8", "-ljansson", "-lcrypto", "-lxxhash", "-ldl"]
SWAPS = {"&&": "||", "||": "&&", "==": "!=", "!=": "==", "<=": "<",
         ">=": ">", "<": "<=", ">": ">=", "!": ""}
TOKENS = r"&&|\|\||==|!=|<=|>=|(?<![-<])<(?![<=])|(?<![->])>(?![>=])|!(?=[a-z(])"
FLAGS = ("-std=c11 -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -Iscanner "
         "-Itests/unit -O1 -w").split()


def mutants(path, text):
    begun = text.find("/* ---- what holds")
    for m in re.finditer(TOKENS, text):
        line = text.count("\n", 0, m.start())
        shown = text.split("\n")[line].strip()
        begins = text.rindex("\n", 0, m.start())
        which = len([t for t in re.findall(TOKENS, text[begins:m.start()])
                     if t == m.group()])
        if (shown, m.group(), which) in EQUIVALENT:
            continue
        if m.start() > begun and not shown.startswith(("/*", "*", "#")):
            yield (text[:m.start()] + SWAPS[m.group()] + text[m.end():],
                   "%s:%d: %s -> %s" % (path, line + 1, m.group(),
                                        SWAPS[m.group()]))


def objects(where, path):
    """All that a mutant is linked with."""
    test, rooms = FILES[path]
    sources = ["tests/unit/%s.c" % test] + [
        c for room in rooms.split()
        for c in sorted(glob.glob("scanner/%s/*.c" % room)) if c != path]
    made = []
    for c in sources:
        made.append(os.path.join(where, c.replace("/", "_") + ".o"))
        subprocess.run(["gcc", *FLAGS, "-c", "-o", made[-1], c], check=True)
    return made


def try_file(path):
    text = open(path).read()
    died = tried = 0
    with tempfile.TemporaryDirectory() as where:
        others = objects(where, path)
        source, program = where + "/mutant.c", where + "/program"
        for mutant, name in mutants(path, text):
            with open(source, "w") as f:
                f.write(mutant)
            if subprocess.run(["gcc", *FLAGS, "-o", program, source, *others,
                               *LIBS]).returncode:
                continue
            tried += 1
            try:
                lives = subprocess.run(
                    [program], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, timeout=120).returncode == 0
            except subprocess.TimeoutExpired:
                lives = False
            died += not lives
            if lives:
                print("lives: " + name)
    print("%s: %d of %d mutants died" % (path, died, tried))
    return tried > 15 and died >= 0.95 * tried


def main():
    results = [try_file(path) for path in sys.argv[1:] or FILES]
    print("%d passed, %d failed" % (sum(results), results.count(False)))
    return not all(results)


sys.exit(main())
