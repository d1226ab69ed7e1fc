#!/usr/bin/env python3
"""papers.py BUILD: manual pages and completions hold all that the help holds,
groff and man render without a warning, and bash, zsh and fish complete."""
import os
import pty
import re
import select
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1])
STANCH = os.path.join(BUILD, "stanch")
DAY = 60  # seconds for a shell to answer on a loaded machine
counts = {"passed": 0, "failed": 0}


def check(is_good, text):
    counts["passed" if is_good else "failed"] += 1
    if not is_good:
        print("failed:", text)


def run(*argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, timeout=DAY,
                          stdin=subprocess.DEVNULL, check=False, **more)


def read(path):
    with open(os.path.join(BUILD, path), encoding="ascii") as file:
        return file.read()


def help_of(words):
    """Commands below these words, and options: (letter or None, name)."""
    text = run(STANCH, "help", *words).stdout
    part = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    commands = re.findall(r"^  ([a-z][a-z-]*)", part, re.M)
    options = re.findall(r"^(?: {6}|  -(.), )--([a-z0-9-]+)", text, re.M)
    return commands, options


def tree(words=()):
    commands, options = help_of(words)
    yield words, options
    for command in commands:
        yield from tree(words + (command,))


def test_all_are_there():
    bash, zsh, fish = (read("complete/" + name)
                       for name in ("stanch", "_stanch", "stanch.fish"))
    seen = 0
    for words, options in tree():
        page = read("man/%s.1" % "-".join(("stanch",) + words[:1]))
        path = " ".join(("stanch",) + words)
        page = page.replace("\\-", "-")
        # the part of the page, of bash's case, of zsh's function
        if len(words) > 1:
            page = page.partition(".SS %s\n" % path)[2].partition("\n.SS ")[0]
        branch = bash.partition("\n\t'%s')\n" % path)[2].partition("esac ;;")[0]
        function = zsh.partition("\n%s() {\n" % "_".join(("_stanch",) + words)
                                 )[2].partition("\n}\n")[0]
        at = "-n '__stanch_at%s'" % "".join(" " + w for w in words)
        lines = [l for l in fish.split("\n") if at in l]
        check(page and branch and function and lines, "%s is missing" % path)
        for letter, name in options:
            seen += 1
            what = "%s --%s" % (path, name)
            check("\\fB--%s\\fR" % name in page, "man: " + what)
            check(re.search(r"options='[^']*--%s\b" % name, branch),
                  "bash: " + what)
            check(re.search(r"--%s[=}\['\\]" % name, function), "zsh: " + what)
            check(any(re.search(r"-l %s( |$)" % name, l) for l in lines),
                  "fish: " + what)
            if letter:
                check("\\fB-%s\\fR, \\fB--%s" % (letter, name) in page,
                      "man: letter of " + what)
                check(re.search(r"options='[^']* -%s\b" % letter, branch),
                      "bash: letter of " + what)
                check("{-%s" % letter in function, "zsh: letter of " + what)
                check(any("-s %s -l %s " % (letter, name) in l for l in lines),
                      "fish: letter of " + what)
    check(seen > 100, "options were counted: %d" % seen)


def test_pages_render():
    pages = sorted(os.listdir(BUILD + "/man"))
    check(len(pages) > 8, "pages: %s" % pages)
    for page in pages:
        path = os.path.join(BUILD, "man", page)
        done = run("groff", "-man", "-Tutf8", "-ww", "-z", path)
        check(done.returncode == 0 and done.stderr == "", done.stderr)
        done = run("man", "--warnings", "-P", "cat", "-l", path,
                   env=dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="80"))
        check(done.returncode == 0 and done.stderr == "", done.stderr)
        check("NAME" in done.stdout and "SEE ALSO" in done.stdout, page)
        # No line of a paragraph begins with what roff would take for its own.
        check(re.search(r"^stanch[a-z-]* +- +.", done.stdout.replace(
            "\N{HYPHEN}", "-").replace("       ", ""), re.M), page + ": name")


# What is typed, what must be offered, what must not.
CASES = (
    ("stanch scan --hist", "--history", "--worktree"),
    ("stanch scan --min-confidence me", "medium", "high"),
    ("stanch scan -f sar", "sarif", "junit"),
    ("stanch scan --baseline some-", "some-file.txt", "other"),
    ("stanch scan some-", "some-file.txt", "other"),
    ("stanch ru", "rules", "report"),
    ("stanch rules li", "lint", "show"),
    ("stanch rules show github-pa", "github-pat", "gitlab-pat"),
    ("stanch hook run pre-c", "pre-commit", "pre-push"),
    ("stanch help base", "baseline", "audit"),
)


def offered_by_bash(line, env):
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));'
              '_stanch; printf "%s\\n" "${COMPREPLY[@]}"')
    done = run("bash", "--norc", "-c", script, "-",
               BUILD + "/complete/stanch", *line.split(" "), env=env)
    check(done.stderr == "", "bash: " + done.stderr)
    return done.stdout


def offered_by_fish(line, env):
    done = run("fish", "--no-config", "-c", 'source "$argv[1]"; '
               'complete -C "$argv[2]"', BUILD + "/complete/stanch.fish", line,
               env=env)
    check(done.stderr == "", "fish: " + done.stderr)
    return re.sub(r"\t.*", "", done.stdout)


class Zsh:
    """zsh completes only where somebody types: on a terminal."""

    def __init__(self, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"],
                       dict(env, TERM="dumb", COLUMNS="200"))
        self.type("PS1='at''%%'; fpath=(%s/complete $fpath); unsetopt zle_rprompt;"
                  "autoload -U compinit; compinit -u -D; "
                  "bindkey '^I' list-choices; stty -echo\n" % BUILD)
        self.until("at%")

    def type(self, text):
        os.write(self.fd, text.encode())

    def until(self, end):
        seen = ""
        while end not in seen:
            if not select.select([self.fd], [], [], DAY)[0]:
                break
            seen += os.read(self.fd, 65536).decode("utf-8", "replace")
        return seen

    def offered(self, line):
        """^I lists, ^U empties the line, and then a word that we know."""
        self.type(line + "\t\x15print en''d-of-list\n")
        return self.until("end-of-list")[len(line):]


def test_shells_complete():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name in ("some-file.txt", "other"):
            with open(name, "w", encoding="ascii"):
                pass
        os.symlink(STANCH, directory + "/stanch")
        env = dict(os.environ, PATH=directory + ":" + os.environ["PATH"],
                   HOME=directory, LC_ALL="C.UTF-8")
        zsh = Zsh(env)
        for line, wanted, unwanted in CASES:
            for shell, offered in (("bash", offered_by_bash(line, env)),
                                   ("fish", offered_by_fish(line, env)),
                                   ("zsh", zsh.offered(line))):
                check(wanted in offered, "%s: '%s' gives %r"
                      % (shell, line, offered))
                check(unwanted not in offered, "%s: '%s' gives %r"
                      % (shell, line, offered))
        # bash cuts "--name=value" in three
        script = ('source "$1"; COMP_WORDS=(stanch scan --min-confidence = ce);'
                  'COMP_CWORD=4; _stanch; echo "${COMPREPLY[@]}"; complete -p '
                  'stanch')
        done = run("bash", "--norc", "-c", script, "-",
                   BUILD + "/complete/stanch", env=env)
        check(done.stdout == "certain\ncomplete -F _stanch stanch\n",
              done.stdout + done.stderr)
        os.close(zsh.fd)
        os.waitpid(zsh.pid, 0)
        os.chdir("/")


test_all_are_there()
test_pages_render()
test_shells_complete()
print("%d passed, %d failed" % (counts["passed"], counts["failed"]))
sys.exit(counts["failed"] > 0)
