#!/usr/bin/env python3
"""audit_crash.py STANCH STORE KILLS [WORKERS]: audits of a small organization
are killed at random moments, by SIGKILL and now and then by SIGTERM; whoever
comes next goes on. After every tenth kill an audit runs to its end and must
tell what one tells that was never killed. With WORKERS so many are at work at
once, and one of them is killed.
"""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tokens  # noqa: E402

STANCH, STORE, KILLS = sys.argv[1], sys.argv[2], int(sys.argv[3])
WORKERS = int(sys.argv[4]) if len(sys.argv) > 4 else 0
R = random.Random(4)
ENV = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
           GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="ann@example.org",
           GIT_COMMITTER_NAME="Ann", GIT_COMMITTER_EMAIL="ann@example.org")


def git(repo, *args):
    subprocess.run(("git", "-C", repo) + args, env=ENV, check=True,
                   stdout=subprocess.DEVNULL)


def change(repo):
    name = f"f{R.randrange(5)}"
    with open(f"{repo}/{name}", "w") as f:
        f.write(f"{R.random()}\n")
        if R.random() < 0.5:
            f.write(f"key={tokens.token('ghp', R.randrange(9))}\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "change")


def start(store, *more):
    return subprocess.Popen((STANCH, "audit", *more, "--store", store, "-f",
                             "jsonl", "--lease", "0.5"), env=ENV,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def tell(store):
    run = start(store, "dir:org")
    out, err = run.communicate()
    if run.returncode not in (0, 1):
        raise SystemExit(f"exit {run.returncode}: {err.decode()}")
    records = []
    for line in out.decode().splitlines():
        r = json.loads(line)
        for key in ("first_run", "run", "bytes", "milliseconds"):
            r.pop(key, None)
        if r["type"] == "repository" and r["outcome"] == "unchanged":
            r["outcome"] = "scanned"
        if r["type"] == "audit":
            r["repositories"].pop("unchanged")
        records.append(json.dumps(r, sort_keys=True))
    return sorted(records)


def check():
    kept = tell(STORE)
    if os.path.exists("fresh.db"):
        os.unlink("fresh.db")
    fresh = tell("fresh.db")
    if kept != fresh:
        for r in sorted(set(kept) ^ set(fresh))[:6]:
            print("kept" if r in kept else "fresh", r)
        raise SystemExit("not equal")
    if "://" not in STORE:
        said = sqlite3.connect(STORE).execute("PRAGMA integrity_check")
        said = said.fetchone()[0]
        if said != "ok":
            raise SystemExit(f"the store is damaged: {said}")


def crash(took):
    crew = [start(STORE, "dir:org")]
    crew += [start(STORE, "--worker") for _ in range(WORKERS)]
    time.sleep(R.random() * took)
    for victim in R.sample(crew, R.randrange(1, len(crew) + 1)):
        victim.send_signal(signal.SIGTERM if R.random() < 0.1 else
                           signal.SIGKILL)
    for p in crew:
        p.stdout.close()
        p.stderr.close()
        p.wait()


def main():
    for i in range(12):
        git(".", "init", "-q", "-b", "main", f"org/r{i}")
        for _ in range(2):
            change(f"org/r{i}")
    began = time.monotonic()
    check()
    took = (time.monotonic() - began) / 2
    for kill in range(KILLS):
        if kill % 5 == 0:
            change(f"org/r{R.randrange(12)}")
        crash(took)
        if kill % 10 == 9:
            check()
    print("equal")


main()
