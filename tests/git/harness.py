"""What the git tests share: running the scanner under a watch, and git."""
import contextlib
import dataclasses
import json
import multiprocessing
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "corpus"), str(ROOT / "tests" / "cli")]

import tokens  # noqa: E402

BINARY = [str(ROOT / "build/release/stanch")]
CASES = []


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def case(test):
    """A test: a function of a directory of its own."""
    CASES.append((f"{test.__module__}.{test.__name__}", test))
    return test


def named(name, test):
    CASES.append((name, test))


SLOW = set()


def slow(test):
    """Left out by --lean: much time, and nothing that a sanitizer sees more
    of than in the other cases."""
    SLOW.add(test)
    return test


def check(is_so, text):
    if not is_so:
        raise Failure(text)


def same(got, want, text):
    check(got == want, f"{text}: {got!r:.400}, not {want!r:.400}")


def token(seed, kind="ghp"):
    return tokens.token(kind, "git " + str(seed))


# ---- the scanner -----------------------------------------------------------

@dataclasses.dataclass
class Scan:
    code: int
    output: bytes
    error: str
    seconds: float  # of the clock
    cpu: float      # of processors
    anonymous: int  # bytes at the most; mapped files are not counted

    def records(self):
        return [json.loads(line) for line in self.output.splitlines()
                if line.startswith(b"{")]

    def findings(self):
        return [r for r in self.records() if r["type"] == "finding"]

    def summary(self):
        last = self.records()[-1:]
        check(last and last[0]["type"] == "summary",
              f"no summary; exit {self.code}: {self.error[:300]}")
        return last[0]

    def has(self, text):
        return text.encode() in self.output


def watch(pid, peak, stop):
    """Anonymous memory of a process, every few milliseconds."""
    path = f"/proc/{pid}/status"
    while not stop.is_set():
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(path, "rb") as status:
                text = status.read()
            at = text.index(b"RssAnon:")
            peak[0] = max(peak[0], int(text[at + 8:].split()[0]) << 10)
        stop.wait(0.004)


def scan(*arguments, timeout=90, stack=0, env=None, cwd=None, prefix=()):
    """Run `stanch scan`; secrets are shown, the report is JSON lines."""
    def limits():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if stack:
            resource.setrlimit(resource.RLIMIT_STACK,
                               (stack << 10, stack << 10))

    command = [*prefix, *BINARY, "scan", "--progress", "never",
               "--show-secrets", "-f", "jsonl", *map(str, arguments)]
    home = tempfile.mkdtemp(prefix="stanch-home.")
    environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C",
                   "STANCH_FINGERPRINT_KEY": "test", **(env or {})}
    for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        if key in os.environ:
            environment[key] = os.environ[key]
    peak, stop = [0], threading.Event()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            env=environment, cwd=cwd, preexec_fn=limits)
        watcher = threading.Thread(target=watch,
                                   args=(process.pid, peak, stop))
        timer = threading.Timer(timeout, process.kill)
        watcher.start()
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        timer.cancel()
        stop.set()
        watcher.join()
        out.seek(0)
        err.seek(0)
        done = Scan(process.returncode, out.read(),
                    err.read().decode("utf-8", "replace"), seconds,
                    usage.ru_utime + usage.ru_stime, peak[0])
    shutil.rmtree(home, ignore_errors=True)
    check(done.code != -signal.SIGKILL or seconds < timeout,
          f"took over {timeout} s")
    check(done.code in (0, 1, 2, 3, 4),
          f"died with {done.code}: {done.error[-2000:]}")
    check("Sanitizer" not in done.error, done.error[-3000:])
    return done


# ---- git -------------------------------------------------------------------

QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.com",
    "GIT_ALLOW_PROTOCOL": "file", "GIT_TERMINAL_PROMPT": "0",
}
BARE = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1"}


def git(path, *arguments, data=None, env=None, ok=True):
    """Run git in `path`; what it printed, as bytes."""
    done = subprocess.run(
        ["git", "-C", str(path), *map(str, arguments)], input=data,
        capture_output=True, env={
            "PATH": os.environ["PATH"], "HOME": str(path), "LC_ALL": "C",
            **QUIET, **(env or {})})
    if ok and done.returncode:
        raise Failure(f"git {' '.join(map(str, arguments))}: "
                      + done.stderr.decode("utf-8", "replace")[:400])
    return done.stdout


def init(path, *options):
    path = pathlib.Path(path)
    path.mkdir(parents=True, exist_ok=True)
    git(path, "init", "-q", "-b", "main", *options)
    return path


def write(path, name, text):
    target = pathlib.Path(path) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text if isinstance(text, bytes) else text.encode())


def commit(path, message="m", when=None, **files):
    """Write the files (name with _ for what Python forbids: use `write`),
    add everything, commit."""
    for name, text in files.items():
        write(path, name, text)
    git(path, "add", "-A", "-f")
    env = {}
    if when is not None:
        env = {"GIT_AUTHOR_DATE": f"{when} +0000",
               "GIT_COMMITTER_DATE": f"{when} +0000"}
    git(path, "commit", "-q", "--allow-empty", "-m", message, env=env)
    return git(path, "rev-parse", "HEAD").decode().strip()


def all_objects(path):
    """{name: (type, bytes)} of every object that git reads."""
    out = git(path, "cat-file", "--batch-all-objects", "--batch", env=BARE,
              ok=False)
    objects, at = {}, 0
    while at < len(out):
        end = out.index(b"\n", at)
        head = out[at:end].split()
        at = end + 1
        if len(head) == 3 and head[2].isdigit():
            n = int(head[2])
            objects[head[0].decode()] = (head[1].decode(), out[at:at + n])
            at += n + 1
    return objects


def count_objects(path):
    return len(git(path, "cat-file", "--batch-all-objects", "--batch-check",
                   env=BARE, ok=False).splitlines())


def oracle(path, wanted):
    """Which of the tokens any object holds, plainly or in UTF-16."""
    texts = [body for _, body in all_objects(path).values()]
    found = set()
    for one in wanted:
        forms = [one.encode(), one.encode("utf-16-le"),
                 one.encode("utf-16-be")]
        if any(form in text for text in texts for form in forms):
            found.add(one)
    return found


def ledger_holds(done):
    o = done.summary()["objects"]
    same(o["total"], o["scanned"] + sum(o["skipped"].values()) + o["failed"],
         "the ledger's sum")
    incomplete = o["failed"] or o["skipped"]
    check(not incomplete or done.code in (3, 4),
          f"exit {done.code} with {o['failed']} failed, {o['skipped']}")
    return o


# ---- running ---------------------------------------------------------------

def run_case(number):
    """(result, name, seconds, note) of one case, in a directory of its own."""
    name, test = CASES[number]
    directory = tempfile.mkdtemp(prefix="stanch-git.")
    started, note = time.monotonic(), ""
    try:
        test(pathlib.Path(directory))
        result = "passed"
    except Skip as e:
        result, note = "skipped", str(e)
    except Failure as e:
        result, note = "failed", str(e)
    except (OSError, ValueError, KeyError, IndexError, TypeError,
            AttributeError, AssertionError,
            subprocess.SubprocessError) as e:
        result, note = "failed", f"{type(e).__name__}: {e}"
    finally:
        subprocess.run(["chmod", "-R", "u+rwx", directory], check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(directory, ignore_errors=True)
    return result, name, time.monotonic() - started, note


def run(options):
    results = {"passed": 0, "failed": 0, "skipped": 0}
    chosen = [i for i, (name, test) in enumerate(CASES)
              if (not options.filter or any(f in name for f in options.filter))
              and not (options.lean and test in SLOW)]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for result, name, seconds, note in pool.imap(run_case, chosen):
            results[result] += 1
            if result != "passed" or options.verbose:
                print(f"{result.upper()} {name} ({seconds:.1f} s)"
                      + "".join(f"\n    {n}" for n in note.splitlines()),
                      flush=True)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(
        **results), flush=True)
    return results["failed"] > 0
