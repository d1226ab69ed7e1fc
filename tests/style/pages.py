#!/usr/bin/env python3
"""pages.py STANCH: in every page (*.md) each relative link leads somewhere,
each `stanch ...` command exists, and so does each of its options."""
import os
import re
import subprocess
import sys

STANCH = os.path.abspath(sys.argv[1])
counts = {"passed": 0, "failed": 0}
helps = {}


def check(is_good, text):
    counts["passed" if is_good else "failed"] += 1
    if not is_good:
        print(text)


def help_of(words):
    """Names of commands below, names of options, letters of options."""
    if words not in helps:
        text = subprocess.run((STANCH, "help") + words, capture_output=True,
                              text=True, check=False).stdout
        part = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
        options = re.findall(r"^(?: {6}|  -(.), )--([a-z0-9-]+)", text, re.M)
        helps[words] = (set(re.findall(r"^  ([a-z][a-z-]*)", part, re.M)),
                        {"help"} | {name for _, name in options},
                        {"h"} | {letter for letter, _ in options if letter})
    return helps[words]


def commands_in(text):
    """What follows `stanch`: in blocks of code, and between backticks."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?\n.*?^```", "", text, flags=re.M | re.S)
    pieces = [line for block in blocks
              for line in block.replace("\\\n", " ").split("\n")]
    pieces += [piece.replace("\n", " ")
               for piece in re.findall(r"`([^`]+)`", rest)]
    for piece in pieces:
        for part in re.split(r"&&|\|\|| \| |[;#]| -- |`|\$\(", piece):
            # a word of its own, at the start or behind a prompt or a path
            found = re.match(r"\s*(?:\$ )?(?:sudo |run: |script: |- )*"
                             r"(?:[\w./-]*/)?stanch +(.*)", part)
            if found:
                yield found.group(1)


def check_command(where, line):
    words = ()
    said = line.split()
    while said and said[0] in help_of(words)[0]:
        words += (said.pop(0),)
    if not words and said and said[0] not in ("--version", "-V", "--help") \
            and re.fullmatch(r"[a-z]+(\|[a-z]+)*", said[0]):
        for name in said[0].split("|"):
            check(name in help_of(())[0], "%s: no command `stanch %s`"
                  % (where, name))
        return
    # `stanch baseline add|prune|show`
    if said and help_of(words)[0] and re.fullmatch(r"[a-z]+(\|[a-z]+)+",
                                                  said[0]):
        for name in said[0].split("|"):
            check(name in help_of(words)[0], "%s: no command `stanch %s`"
                  % (where, " ".join(words + (name,))))
        return
    if words in ((), ("help",)):
        return
    _, names, letters = help_of(words)
    for word in said:
        long = re.match(r"\[*--([a-z0-9-]+)", word)
        short = re.match(r"-([A-Za-z])", word)
        if long:
            check(long.group(1) in names, "%s: `stanch %s` has no --%s"
                  % (where, " ".join(words), long.group(1)))
        elif short:
            check(short.group(1) in letters, "%s: `stanch %s` has no -%s"
                  % (where, " ".join(words), short.group(1)))


def check_links(page, text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    text = re.sub(r"`[^`]*`", "", text)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link) or link.startswith("#"):
            continue
        path = os.path.join(os.path.dirname(page), link.partition("#")[0])
        check(os.path.exists(path), "%s: %s is not there" % (page, link))


def check_names(page, text):
    """`scanner/manual/x.md`: pages name pages so, too. (`stanch.md` in
    the page on gates is a file that one writes.)"""
    for name in re.findall(r"`([\w.-]*(?:/[\w./-]+|[A-Z]+)\.md)`", text):
        near = os.path.join(os.path.dirname(page), name)
        check(os.path.exists(name) or os.path.exists(near),
              "%s: %s is not there" % (page, name))


def main():
    pages = subprocess.run(
        ("git", "ls-files", "-c", "-o", "--exclude-standard", "*.md"),
        capture_output=True, text=True, check=True).stdout.split()
    seen = 0
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        check_links(page, text)
        check_names(page, text)
        for line in commands_in(text):
            seen += 1
            check_command(page, line)
    check(seen > 20, "commands were found in pages: %d" % seen)
    print("%d passed, %d failed" % (counts["passed"], counts["failed"]))
    return counts["failed"] > 0


sys.exit(main())
