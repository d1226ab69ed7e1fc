#!/usr/bin/env python3
"""Mutate machine.c, one operator at a time, and see that its unit test fails:
mutants that live are printed. At least 95 % must die. Takes a minute.
"""
import os
import re
import subprocess
import sys
import tempfile

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
FILE = "scanner/machine/machine.c"
SWAPS = {"&&": "||", "||": "&&", "==": "!=", "!=": "==", "<=": "<",
         ">=": ">", "<": "<=", ">": ">=", "!": ""}
TOKENS = r"&&|\|\||==|!=|<=|>=|(?<![-<])<(?![<=])|(?<![->])>(?![>=])|!(?=[a-z(])"
FLAGS = "-std=c11 -D_GNU_SOURCE -Iscanner -Itests/unit -O1 -w".split()


def mutants(text):
    begun = text.index("/* ---- what holds")
    for m in re.finditer(TOKENS, text):
        line = text.count("\n", 0, m.start())
        shown = text.split("\n")[line].strip()
        if m.start() > begun and not shown.startswith(("/*", "*", "#")):
            yield (text[:m.start()] + SWAPS[m.group()] + text[m.end():],
                   "%s:%d: %s -> %s" % (FILE, line + 1, m.group(),
                                        SWAPS[m.group()]))


def main():
    text = open(FILE).read()
    died = tried = 0
    with tempfile.TemporaryDirectory() as where:
        source, program = where + "/machine.c", where + "/program"
        for mutant, name in mutants(text):
            open(source, "w").write(mutant)
            built = subprocess.run(
                ["gcc", *FLAGS, "-o", program, "tests/unit/machine_test.c",
                 source, "scanner/machine/hold.c", "scanner/flow/verdict.c"])
            if built.returncode:
                continue
            tried += 1
            lives = subprocess.run([program], stdout=subprocess.DEVNULL,
                                   timeout=120).returncode == 0
            died += not lives
            if lives:
                print("lives: " + name)
    print("%d of %d mutants died" % (died, tried))
    good = tried > 40 and died >= 0.95 * tried
    print("%d passed, %d failed" % (good, not good))
    return not good


sys.exit(main())
