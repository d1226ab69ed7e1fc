"""Surroundings change nothing: what git's variables say is heeded by hooks,
where git itself means it, and by nothing else; clocks, users, locales and
poor containers give the same bytes."""
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from harness import (BINARY, QUIET, Skip, case, check, commit, git, init, same,
                     slow, token, write)

# {program} leaves a mark when it is run, {other} is a repository with another
# token, {trace} a file that nobody may make.
PROGRAMS = {
    "GIT_EXTERNAL_DIFF": "{program}", "GIT_SSH": "{program}",
    "GIT_SSH_COMMAND": "{program}", "GIT_ASKPASS": "{program}",
    "SSH_ASKPASS": "{program}", "GIT_EDITOR": "{program}",
    "GIT_SEQUENCE_EDITOR": "{program}", "GIT_PAGER": "{program}",
    "PAGER": "{program}", "EDITOR": "{program}", "VISUAL": "{program}",
    "GIT_PROXY_COMMAND": "{program}", "GIT_EXEC_PATH": "{bin}",
    "GIT_TEMPLATE_DIR": "{bin}", "BROWSER": "{program}", "SHELL": "{program}",
    "BASH_ENV": "{program}", "ENV": "{program}", "MANPAGER": "{program}",
    "LESSOPEN": "|{program} %s", "PATH": "{bin}",
}
CONFIGURATION = {
    "GIT_CONFIG": "{config}", "GIT_CONFIG_GLOBAL": "{config}",
    "GIT_CONFIG_SYSTEM": "{config}", "GIT_CONFIG_NOSYSTEM": "0",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='{program}'",
    "GIT_ATTR_SOURCE": "HEAD", "GIT_ATTR_NOSYSTEM": "0",
    "XDG_CONFIG_HOME": "{bin}", "GIT_DEFAULT_HASH": "sha256",
    "GIT_DEFAULT_REF_FORMAT": "reftable", "GIT_INDEX_VERSION": "4",
}
VIEWS = {
    "GIT_NAMESPACE": "x", "GIT_CEILING_DIRECTORIES": "/",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1", "GIT_COMMON_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}", "GIT_REPLACE_REF_BASE": "refs/heads/",
    "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": "{config}",
    "GIT_SHALLOW_FILE": "{config}", "GIT_REF_PARANOIA": "0",
    "GIT_LITERAL_PATHSPECS": "1", "GIT_GLOB_PATHSPECS": "1",
    "GIT_NOGLOB_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "0", "GIT_PREFIX": "nowhere/",
    "GIT_IMPLICIT_WORK_TREE": "0", "GIT_OPTIONAL_LOCKS": "1",
    "GIT_INTERNAL_SUPER_PREFIX": "../", "GIT_DIFF_OPTS": "-u0",
    "GIT_ALLOW_PROTOCOL": "ext", "GIT_PROTOCOL": "version=9",
    "GIT_PROTOCOL_FROM_USER": "1", "GIT_REFLOG_ACTION": "x",
    "GIT_MERGE_AUTOEDIT": "yes", "GIT_FLUSH": "0",
    "GIT_CHERRY_PICK_HELP": "x", "GIT_DEFAULT_BRANCH": "other",
    "GIT_AUTHOR_DATE": "never", "GIT_COMMITTER_DATE": "never",
    "GIT_AUTHOR_NAME": "", "GIT_COMMITTER_EMAIL": "",
    "GIT_SKIP_TEST": "1", "GIT_TEST_INSTALLED": "{bin}", "SKIP": "stanch",
}
WRITES = {name: "{trace}" for name in (
    "GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE_PACKET", "GIT_TRACE_PACK_ACCESS",
    "GIT_TRACE_PERFORMANCE", "GIT_TRACE_REFS", "GIT_TRACE_CURL", "GIT_TRACE2",
    "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF", "GIT_REDIRECT_STDOUT",
    "GIT_REDIRECT_STDERR", "SSLKEYLOGFILE", "MALLOC_TRACE", "GIT_CURL_VERBOSE",
    "PCRE2_TRACE", "ASAN_LOG")}
NETWORK = {
    "HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1",
    "NO_PROXY": "*", "CURL_HOME": "{bin}", "GIT_SSL_NO_VERIFY": "1",
    "GIT_SSL_CAINFO": "{config}", "GIT_HTTP_USER_AGENT": "x",
    "SSL_CERT_FILE": "{config}", "OPENSSL_CONF": "{config}",
    "NETRC": "{config}", "GIT_HTTP_LOW_SPEED_LIMIT": "1",
}
# Heeded by hooks; by a scan of a repository that is named, in no way.
HOOKS_HEED = {
    "GIT_DIR": "{other}/.git", "GIT_INDEX_FILE": "{other}/.git/index",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{other}/.git/objects",
    "GIT_QUARANTINE_PATH": "{other}/.git/objects",
}
NEVER = {**PROGRAMS, **CONFIGURATION, **VIEWS, **WRITES, **NETWORK}


class Place:
    """A repository with tokens staged and committed, another one beside it,
    programs that leave a mark."""

    def __init__(self, directory):
        self.directory = directory
        self.path, self.other = init(directory / "r"), init(directory / "o")
        self.bare = directory / "bare.git"
        for path, name in ((self.path, "mine"), (self.other, "other")):
            write(path, "f", "one\n")
            commit(path, "one")
            write(path, "f", f"k = {token(name)}\n")
            commit(path, name)
            write(path, "g", f"k = {token(name + ' staged')}\n")
            git(path, "add", "g")
        # Where what is pushed has arrived, and no ref has moved yet.
        git(directory, "clone", "-q", "--bare", self.path, self.bare)
        git(self.bare, "update-ref", "refs/heads/main", "main~1")
        (directory / "marks").mkdir()
        self.names = {"other": self.other, "bin": directory / "bin",
                      "program": directory / "bin/git",
                      "config": directory / "config",
                      "trace": directory / "marks/trace"}
        for name in ("git", "sh", "ssh", "less", "stanch-net", "curl", "env"):
            write(directory, f"bin/{name}",
                  f"#!/bin/sh\n: >{directory}/marks/$$\nexec /bin/cat\n")
            (directory / "bin" / name).chmod(0o755)
        write(directory, "config", f"""[core]
\tfsmonitor = {directory}/bin/git
\tattributesFile = {directory}/attributes
\thooksPath = {directory}/bin
\tworktree = {self.other}
[diff "x"]\n\ttextconv = {directory}/bin/git
[extensions]\n\tobjectFormat = sha256
""")
        write(directory, "attributes", "* -diff diff=x filter=x\n")

    def set(self, variables):
        return {k: v.format(**self.names) for k, v in variables.items()}

    def run(self, arguments, variables=None, given=b"", prefix=(), **options):
        """Hooks and the gate where git starts them, scans from elsewhere."""
        home = tempfile.mkdtemp(prefix="home.", dir=self.directory)
        environment = {"PATH": os.environ["PATH"], "HOME": home,
                       "STANCH_FINGERPRINT_KEY": "test",
                       **{k: v for k, v in os.environ.items()
                          if k.endswith("SAN_OPTIONS")},
                       **self.set(variables or {})}
        done = subprocess.run(
            [*prefix, *BINARY, *map(str, arguments)], input=given,
            capture_output=True, timeout=60, env=environment, cwd=(
                self.directory if arguments[0] == "scan" else self.bare
                if "pre-receive" in arguments else self.path), **options)
        return done.returncode, timeless(done.stdout), done.stderr

    def nothing_ran(self, text):
        same(sorted(p.name for p in (self.directory / "marks").iterdir()), [],
             text + ": run or written")

    def pushed(self):
        head, before = (git(self.path, "rev-parse", name).decode().strip()
                        for name in ("HEAD", "HEAD~1"))
        return head, before


def timeless(output):
    output = re.sub(rb'"seconds": ?[0-9.e-]+', b'"seconds":0', output)
    return re.sub(rb" in [0-9.]+ s( \([^)]*\))?", b"", output)


def ways(place):
    """{name: (arguments, standard input)}: what can be asked of it."""
    head, before = place.pushed()
    report = ["-f", "jsonl", "--show-secrets", "--progress", "never"]
    hook = ["hook", "run", "-f", "jsonl", "-o", "-"]
    line = f"refs/heads/main {head} refs/heads/main {before}\n".encode()
    return {
        "scan": (["scan", *report, place.path], b""),
        "scan --history": (["scan", *report, "--history", place.path], b""),
        "scan --staged": (["scan", *report, "--staged", place.path], b""),
        "scan --range": (["scan", *report, "--range", "HEAD~1..HEAD",
                          place.path], b""),
        "ci": (["ci", "--base", before, "--head", head, "--provider", "none",
                "--report-dir", place.directory / "reports", "-f", "jsonl",
                "-o", "-"], b""),
        "pre-commit": ([*hook, "pre-commit"], b""),
        "pre-push": ([*hook, "pre-push", "origin", "file:///none"], line),
        "pre-receive": ([*hook, "pre-receive"],
                        f"{before} {head} refs/heads/main\n".encode()),
    }


@slow
@case
def variables_that_nobody_heeds(directory):
    """Each alone: the same bytes, the same exit, nothing run or written."""
    place = Place(directory)
    for name, (arguments, given) in ways(place).items():
        plain = place.run(arguments, given=given)
        same(plain[0], 1, name + ": exit")
        check(b"finding" in plain[1], f"{name}: {plain}")
        for variable, value in NEVER.items():
            same(place.run(arguments, {variable: value}, given), plain,
                 f"{name}, {variable}")
        everything = {**NEVER, "GIT_CONFIG_COUNT": "2",
                      "GIT_CONFIG_KEY_0": "core.fsmonitor",
                      "GIT_CONFIG_VALUE_0": "{program}",
                      "GIT_CONFIG_KEY_1": "core.bare",
                      "GIT_CONFIG_VALUE_1": "true"}
        same(place.run(arguments, everything, given), plain,
             name + ", all of them")
        place.nothing_ran(name)


@case
def variables_that_only_hooks_heed(directory):
    """A scan is of the repository that is named."""
    place = Place(directory)
    for name, (arguments, given) in ways(place).items():
        if not name.startswith("scan"):
            continue
        plain = place.run(arguments, given=given)
        for variable, value in HOOKS_HEED.items():
            same(place.run(arguments, {variable: value}, given), plain,
                 f"{name}, {variable}")
        same(place.run(arguments, HOOKS_HEED, given), plain, name)


@case
def hooks_heed_what_git_sets(directory):
    """Another index, another place for objects: that of this commit."""
    place = Place(directory)
    hook = ["hook", "run", "pre-commit"]

    def code(variables, want, text):
        done = place.run(hook, variables)
        same(done[0], want, f"{text}: {done[2]!r}")

    code({}, 1, "as it is")
    # A clean index instead of the real one, and the other way round.
    git(place.path, "read-tree", "HEAD", env={
        "GIT_INDEX_FILE": str(directory / "clean")})
    code({"GIT_INDEX_FILE": str(directory / "clean")}, 0, "GIT_INDEX_FILE")
    shutil.copy(place.path / ".git/index", directory / "full")
    git(place.path, "read-tree", "HEAD")
    code({}, 0, "nothing staged")
    code({"GIT_INDEX_FILE": str(directory / "full")}, 1, "GIT_INDEX_FILE")
    # Objects that are only in another store.
    blob = git(place.path, "rev-parse", ":g", env={
        "GIT_INDEX_FILE": str(directory / "full")}).decode().strip()
    (directory / "store" / blob[:2]).mkdir(parents=True)
    os.rename(place.path / ".git/objects" / blob[:2] / blob[2:],
              directory / "store" / blob[:2] / blob[2:])
    index = {"GIT_INDEX_FILE": str(directory / "full")}
    code(index, 3, "an object that is nowhere")
    code({**index, "GIT_ALTERNATE_OBJECT_DIRECTORIES":
          str(directory / "store")}, 1, "GIT_ALTERNATE_OBJECT_DIRECTORIES")
    code({**index, "GIT_OBJECT_DIRECTORY": str(directory / "store"),
          "GIT_ALTERNATE_OBJECT_DIRECTORIES":
          str(place.path / ".git/objects")}, 1, "GIT_OBJECT_DIRECTORY")
    # From elsewhere, by GIT_DIR alone.
    done = subprocess.run([*BINARY, *hook], cwd=directory, env={
        **os.environ, **QUIET, "GIT_DIR": str(place.other / ".git")},
        capture_output=True, timeout=60)
    same(done.returncode, 1, f"GIT_DIR: {done.stderr!r}")


@case
def no_program_and_no_connection(directory):
    """By strace, with every variable at once: our own program, no other."""
    if shutil.which("strace") is None or "/release/" not in BINARY[0]:
        raise Skip("strace and a release build are needed")
    place, log = Place(directory), directory / "log"
    for name, (arguments, given) in ways(place).items():
        variables = dict(NEVER) if name.startswith("scan") else {
            k: v for k, v in NEVER.items() if k != "GIT_WORK_TREE"}
        try:
            done = place.run(arguments, variables, given, prefix=[
                shutil.which("strace"), "-f", "-qq", "-e",
                "trace=execve,execveat,connect", "-o", str(log)])
        except OSError as e:
            raise Skip(str(e)) from e
        text = log.read_text(errors="replace")
        if "execve" not in text:
            raise Skip("strace may not trace here")
        same(done[0], 1, f"{name}: {done[2]!r}")
        runs = [line for line in text.splitlines() if "execve" in line]
        same(len(runs), 1, f"{name}: programs run: {runs}")
        check("connect(" not in text, f"{name}: a connection was made")


# ---- clocks, users, containers ---------------------------------------------

CLOCK = r"""
/* The clock on the wall jumps by years, back and forth, at each look. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static long jump(void)
{
	static long n;
	return (n++ % 2 ? 1 : -1) * 100000000L;
}
int clock_gettime(clockid_t which, struct timespec *ts)
{
	int (*next)(clockid_t, struct timespec *) =
		(int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT,
			"clock_gettime");
	int result = next(which, ts);
	if (which == CLOCK_REALTIME)
		ts->tv_sec += jump();
	return result;
}
time_t time(time_t *out)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
int gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = 0;
	return 0;
}
"""


def clock_that_jumps(directory):
    """The library, or None where there is no compiler."""
    write(directory, "clock.c", CLOCK)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or "/release/" not in BINARY[0]:
        return None
    subprocess.run([compiler, "-shared", "-fPIC", "-w", "-o",
                    str(directory / "clock.so"), str(directory / "clock.c"),
                    "-ldl"], check=True)
    return str(directory / "clock.so")


def surroundings(directory):
    """{name: (variables, prefix, more of subprocess.run)}"""
    found = {
        "Turkish": ({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, [], {}),
        "a zone of 45 minutes": ({"TZ": "Asia/Kathmandu"}, [], {}),
        "UTF-8": ({"LC_ALL": "C.UTF-8", "LANGUAGE": "de"}, [], {}),
        "no home": ({"HOME": "/nonexistent", "TMPDIR": "/nonexistent"}, [],
                    {}),
        "an empty environment": ({}, ["/usr/bin/env", "-i",
                                      "STANCH_FINGERPRINT_KEY=test",
                                      "ASAN_OPTIONS=detect_leaks=0"], {}),
        "umask 0777": ({}, [], {"umask": 0o777}),
        "one processor": ({}, ["taskset", "-c", "0"], {}),
    }
    clock = clock_that_jumps(directory)
    if clock:
        found["a clock that jumps"] = ({"LD_PRELOAD": clock}, [], {})
    if os.getuid() == 0 and shutil.which("setpriv"):
        found["another user"] = ({}, [
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], {})
    bare = ["unshare", "-m", "sh", "-c",
            "mount -t tmpfs none /proc && mount -t tmpfs none /sys && "
            "mount -t tmpfs none /dev/shm; exec \"$@\"", "-"]
    if os.getuid() == 0 and "/release/" in BINARY[0] and subprocess.run(
            [*bare, "true"], capture_output=True).returncode == 0:
        found["no /proc, no /sys"] = ({}, bare, {})
    return {name: way for name, way in found.items()
            if not way[1] or shutil.which(way[1][0])}


@slow
@case
def the_same_bytes_everywhere(directory):
    """At least eight surroundings, one hash of each report."""
    place = Place(directory)
    # Other users may look.
    for path in (directory, *directory.parents):
        if path.stat().st_uid == os.getuid() and str(path) != "/":
            path.chmod(path.stat().st_mode | 0o055)
    subprocess.run(["chmod", "-R", "a+rX", str(directory)], check=True)
    found = surroundings(directory)
    check(len(found) >= 7, f"only {sorted(found)}")
    for form in ("jsonl", "csv", "sarif", "json"):
        arguments = ["scan", "-f", form, "--progress", "never",
                     "--allow-owner", place.path]
        plain = place.run(arguments)
        same(plain[0], 1, plain[2])
        want = hashlib.sha256(plain[1]).hexdigest()
        for name, (variables, prefix, more) in found.items():
            done = place.run(arguments, variables, prefix=prefix, **more)
            same(done[0], 1, f"{name}: {done[2]!r}")
            same(hashlib.sha256(done[1]).hexdigest(), want,
                 f"{form}, {name}: other bytes")


@case
def a_clock_that_jumps_stops_nothing(directory):
    """Budgets are of a clock that only goes on."""
    place = Place(directory)
    clock = clock_that_jumps(directory)
    if clock is None:
        raise Skip("a compiler and a release build are needed")
    jumps = {"LD_PRELOAD": clock}
    done = place.run(["scan", "--timeout", "60", "-q", place.path], jumps)
    same(done[0], 1, f"scan --timeout: {done[2]!r}")
    done = place.run(["hook", "run", "--timeout", "60", "pre-commit"], jumps)
    same(done[0], 1, f"hook --timeout: {done[2]!r}")
    done = place.run(["hook", "run", "--timeout", "0.000001", "pre-commit"],
                     jumps)
    check(done[0] in (3, 4), f"a deadline: exit {done[0]}")


@case
def a_repository_of_another_user(directory):
    """Refused before anything of it is read, unless that is allowed."""
    if os.getuid() or not shutil.which("setpriv"):
        raise Skip("needs root")
    place = Place(directory)
    subprocess.run(["chmod", "-R", "a+rX", str(directory)], check=True)
    for path in directory.parents:
        if path.stat().st_uid == 0 and str(path) != "/":
            path.chmod(path.stat().st_mode | 0o011)
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    for arguments in (["scan", place.path], ["scan", "--staged", place.path]):
        done = place.run(arguments, prefix=other)
        same(done[0], 2, f"{arguments[:2]}: {done[2]!r}")
        check(token("mine").encode() not in done[1] + done[2], "read")
    same(place.run(["scan", "--allow-owner", place.path], prefix=other)[0], 1,
         "--allow-owner")
