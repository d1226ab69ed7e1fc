#!/usr/bin/env python3
"""audit_equal.py STANCH SEED STEPS: after each of a random sequence of pushes,
force-pushes, repacks, prunes, forks, removals and rule changes, an audit that
remembers must tell what an audit tells that knows nothing. Prints what differs
and the steps that led there.
"""
import json
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tokens  # noqa: E402

STANCH, SEED, STEPS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
R = random.Random(SEED)
ENV = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
           GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="ann@example.org",
           GIT_COMMITTER_NAME="Ann", GIT_COMMITTER_EMAIL="ann@example.org")
clock = [1700000000]
log = []
RULE = '''[[rules]]
id = "made-up"
description = "A made-up token"
regex = \'\'\'madeup_[a-z]{12}\'\'\'
keywords = ["madeup_"]
'''


def git(repo, *args, check=True):
    clock[0] += R.choice((0, 1, 60, -300))
    env = dict(ENV, GIT_AUTHOR_DATE=f"{clock[0]} +0000",
               GIT_COMMITTER_DATE=f"{clock[0]} +0000")
    done = subprocess.run(("git", "-C", repo) + args, env=env,
                          capture_output=True)
    if check and done.returncode:
        raise SystemExit(f"git {args}: {done.stderr.decode()}")
    return done.stdout.decode().strip()


def secret():
    return R.choice((
        lambda: tokens.token("ghp", R.randrange(6)),
        lambda: tokens.token("ado84", R.randrange(6)),
        lambda: "madeup_" + "".join(R.choice("abcdefgh") for _ in range(12)),
    ))()


def repos():
    return sorted("org/" + n for n in os.listdir("org"))


def write(repo):
    for _ in range(R.randrange(1, 4)):
        name = R.choice(("a.txt", "b.c", "dir/c.txt", "dir/sub/d.md", "e"))
        if R.random() < 0.04:
            name = "dir/" + secret()
        path = os.path.join(repo, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        text = "".join(f"line {R.randrange(1000)}\n" for _ in range(20))
        if R.random() < 0.3:
            text += f"key = '{secret()}'\n"
        with open(path, "w") as f:
            f.write(text)


def commit(repo):
    write(repo)
    git(repo, "add", "-A")
    message = "change" if R.random() < 0.9 else f"with {secret()}"
    git(repo, "commit", "-q", "--allow-empty", "-m", message)


def new(_):
    repo = f"org/r{len(log)}"
    git(".", "init", "-q", "-b", "main", repo)
    for _ in range(R.randrange(4)):
        commit(repo)


def fork(repo):
    shutil.copytree(repo, f"org/f{len(log)}", symlinks=True)


def remove(repo):
    if len(repos()) > 2:
        shutil.rmtree(repo)


def force(repo):
    if git(repo, "rev-list", "--count", "HEAD", check=False) not in ("", "1"):
        git(repo, "reset", "-q", "--hard", "HEAD~1")
        commit(repo)


def branch(repo):
    if git(repo, "rev-parse", "-q", "--verify", "HEAD", check=False):
        git(repo, "checkout", "-q", "-f", "-B", f"b{R.randrange(3)}")
        commit(repo)


def switch(repo):
    heads = git(repo, "for-each-ref", "--format=%(refname:short)",
                "refs/heads").split()
    if heads:
        git(repo, "checkout", "-q", "-f", R.choice(heads))


def drop(repo):
    for head in git(repo, "for-each-ref", "--format=%(refname:short)",
                    "refs/heads").split():
        git(repo, "branch", "-q", "-D", head, check=False)


def merge(repo):
    heads = git(repo, "for-each-ref", "--format=%(refname:short)",
                "refs/heads").split()
    if heads and git(repo, "rev-parse", "-q", "--verify", "HEAD", check=False):
        git(repo, "merge", "-q", "-X", "ours", "-m", "merge",
            R.choice(heads), check=False)
        git(repo, "reset", "-q", "--hard")


def tag(repo):
    if git(repo, "rev-parse", "-q", "--verify", "HEAD", check=False):
        git(repo, "tag", "-f", "-a", "-m", f"tag {secret()}",
            f"t{R.randrange(3)}")


def repack(repo):
    git(repo, *R.choice((("repack", "-q"), ("repack", "-q", "-a", "-d"),
                         ("gc", "-q"), ("gc", "-q", "--prune=now"))),
        check=False)


def prune(repo):
    git(repo, "reflog", "expire", "--expire=now", "--all", check=False)
    git(repo, "gc", "-q", "--prune=now")


def lose(repo):
    """An object goes missing, as disks lose them."""
    loose = [os.path.join(d, f) for d, _, fs in os.walk(repo + "/.git/objects")
             for f in fs if len(os.path.basename(d)) == 2]
    if loose and R.random() < 0.5:
        os.unlink(R.choice(sorted(loose)))


rules = []


def change_rules(_):
    if rules:
        rules.clear()
    else:
        rules.extend(("--rules", "rule.toml"))


ACTIONS = ((commit, 30), (new, 6), (fork, 4), (remove, 2), (force, 8),
           (branch, 8), (switch, 6), (drop, 2), (merge, 4), (tag, 4),
           (repack, 10), (prune, 5), (lose, 1), (change_rules, 5))


def audit(store, keeps=False):
    if not keeps and os.path.exists(store):
        os.unlink(store)
    run = subprocess.run(
        (STANCH, "audit", "dir:org", "--store", store, "-f", "jsonl",
         *rules),
        capture_output=True, env=ENV)
    if run.returncode not in (0, 1, 3, 4):
        raise SystemExit(f"exit {run.returncode}: {run.stderr.decode()}")
    records = []
    for line in run.stdout.decode().splitlines():
        r = json.loads(line)
        # What tells of the way, not of the result.
        for key in ("first_run", "run", "bytes", "milliseconds"):
            r.pop(key, None)
        if r["type"] == "repository" and r["outcome"] == "unchanged":
            r["outcome"] = "scanned"
        if r["type"] == "audit":
            r["repositories"].pop("unchanged")
        records.append(json.dumps(r, sort_keys=True))
    return run.returncode, sorted(records), run.stdout


def main():
    os.makedirs("org")
    with open("rule.toml", "w") as f:
        f.write(RULE)
    new(None)
    findings = unchanged = 0
    for step in range(STEPS):
        for _ in range(R.randrange(3)):
            action = R.choices([a for a, _ in ACTIONS],
                               [w for _, w in ACTIONS])[0]
            repo = R.choice(repos())
            log.append(f"{step}: {action.__name__} {repo}")
            action(repo)
        a = audit("kept.db", True)
        b = audit("fresh.db")
        findings += a[2].count(b'"type":"finding"')
        unchanged += a[2].count(b'"outcome":"unchanged"')
        if a[:2] != b[:2]:
            print("\n".join(log[-12:]))
            print(f"seed {SEED}, step {step}: exit {a[0]} and {b[0]}")
            for r in sorted(set(a[1]) - set(b[1]))[:5]:
                print("kept only:", r)
            for r in sorted(set(b[1]) - set(a[1]))[:5]:
                print("fresh only:", r)
            return 1
    # A test that finds nothing, or remembers nothing, shows nothing.
    if findings < STEPS or unchanged < STEPS / 2:
        print(f"{findings} findings, {unchanged} unchanged: too few")
        return 1
    print("equal")
    return 0


sys.exit(main())
