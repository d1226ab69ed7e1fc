#!/usr/bin/env python3
"""audit_equal.py STANCH SEED STEPS: after each of a random sequence of pushes,
force-pushes, merges, moves, contents that come again, commits dated before
others, refs and tags that come and go, mirrors, alternates, shallow clones,
repacks, prunes, forks, removals and rule changes, an audit that remembers must
tell what an audit tells that knows nothing: findings with their first commit,
path, in_head and unreachable, and the ledger. Prints what differs and the steps
that led there.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import time

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
    clock[0] += R.choice((0, 1, 60, -300, -300, 600))
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


def body(seed):
    """One of few contents that come again and again, most with a token."""
    r = random.Random(seed)
    token = tokens.token("ghp", seed % 6) if seed % 4 else "none"
    return "".join(f"{r.randrange(1000)}\n" for _ in range(9)) + token + "\n"


def write(repo):
    for _ in range(R.randrange(1, 4)):
        name = R.choice(("a.txt", "b.c", "dir/c.txt", "dir/sub/d.md", "e"))
        if R.random() < NAMES:
            name = "dir/" + secret()
        path = os.path.join(repo, name)
        if os.path.isdir(path) or os.path.isfile(os.path.dirname(path)):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        text = "".join(f"line {R.randrange(1000)}\n" for _ in range(20))
        if R.random() < 0.3:
            text += f"key = '{secret()}'\n"
        elif R.random() < 0.5:
            text = body(R.randrange(8))
        with open(path, "w") as f:
            f.write(text)


def has_head(repo):
    return git(repo, "rev-parse", "-q", "--verify", "HEAD", check=False)


def is_bare(repo):
    return repo.endswith(".git")


def commit(repo):
    if is_bare(repo):
        return mirror(repo)
    write(repo)
    git(repo, "add", "-A")
    message = "change" if R.random() < 0.95 else f"with {secret()}"
    git(repo, "commit", "-q", "--allow-empty", "-m", message)


def old(repo):
    """As commit, with a date before all others."""
    now, clock[0] = clock[0], 1500000000 + R.randrange(10**6)
    commit(repo)
    clock[0] = now


def move(repo):
    if has_head(repo) and not is_bare(repo):
        names = os.listdir(repo)
        name = R.choice([n for n in names if n != ".git"] or [".git"])
        if name != ".git":
            git(repo, "mv", name, R.choice(("dir2", "e2", "x/y")),
                check=False)
            commit(repo)


def undo(repo):
    """Takes a file away; it may come again."""
    files = git(repo, "ls-files").split() if not is_bare(repo) else []
    if files:
        git(repo, "rm", "-q", "-f", R.choice(files))
        git(repo, "commit", "-q", "--allow-empty", "-m", "less")


def orphan(repo):
    if has_head(repo) and not is_bare(repo):
        git(repo, "checkout", "-q", "--orphan", f"o{len(log)}")
        (old if R.random() < 0.5 else commit)(repo)


def cherry(repo):
    """The changes of another commit, once more; also with other parents."""
    all_ = git(repo, "rev-list", "--all", "-n", "40").split()
    if all_ and not is_bare(repo) and has_head(repo):
        some = R.choice(all_)
        if R.random() < 0.5:
            git(repo, "cherry-pick", "--allow-empty", "-X", "theirs", some,
                check=False)
            git(repo, "reset", "-q", "--hard")
        else:
            made = git(repo, "commit-tree", some + "^{tree}", "-m", "again",
                       *[w for p in R.sample(all_, min(len(all_), 2))
                         for w in ("-p", p)])
            git(repo, "branch", "-f", f"c{R.randrange(3)}", made, check=False)


def delete(repo):
    refs = git(repo, "for-each-ref", "--format=%(refname)").split()
    if refs:
        git(repo, "update-ref", "-d", R.choice(refs), check=False)


def point(repo):
    """A ref to any object that is there, reachable or not."""
    names = git(repo, "cat-file", "--batch-all-objects", "--batch-check",
                check=False).splitlines()
    if names:
        name, kind, _ = R.choice(names).split()
        where = "heads" if kind == "commit" else "tags"
        git(repo, "update-ref", f"refs/{where}/p{R.randrange(4)}", name,
            check=False)


def mirror(repo):
    """A bare repository that is pushed to; packs come whole."""
    others = [r for r in repos() if not is_bare(r)]
    to = repo if is_bare(repo) else f"org/m{R.randrange(3)}.git"
    if not os.path.exists(to):
        git(".", "init", "-q", "--bare", "-b", "main", to)
        git(to, "config", "receive.unpackLimit", R.choice(("1", "1000")))
        git(to, "config", "gc.auto", "0")
    if others:
        mine = [r for r in others if hash_of(r) == hash_of(to)] or others
        one = mine[0] if R.random() < 0.9 else R.choice(others)
        if R.random() < 0.7:
            commit(one)
        git(one, "push", "-q", "--force", *R.choice((
            ("--mirror",), ("--all",), ("--tags",), ("--all", "--prune"))),
            os.path.abspath(to), check=False)


def hash_of(name):
    return sum(name.encode()) % 2


def shared(repo):
    git(".", "clone", "-q", "--shared", "--no-checkout", repo,
        f"org/s{len(log)}", check=False)


def shallow(repo):
    git(".", "clone", "-q", "--depth", "2", "--no-checkout",
        "file://" + os.path.abspath(repo), f"org/d{len(log)}", check=False)


def partial(repo):
    """Named objects are missing from the start; some come later."""
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(".", "clone", "-q", "--bare", "--filter=blob:limit=150",
        "file://" + os.path.abspath(repo), f"org/l{len(log)}.git", check=False)


def lost(repo):
    """What refs lead to is pushed, and one blob of it is not there."""
    if is_bare(repo) or not has_head(repo):
        return
    to = f"org/x{len(log)}.git"
    git(".", "init", "-q", "--bare", "-b", "main", to)
    git(to, "config", "receive.unpackLimit", "1000")
    git(to, "config", "gc.auto", "0")
    git(repo, "push", "-q", "--mirror", os.path.abspath(to), check=False)
    lose(to)


def deepen(repo):
    if os.path.exists(repo + "/.git/shallow"):
        git(repo, "fetch", "-q", *R.choice((("--deepen", "1"),
                                            ("--unshallow",))), check=False)


def new(_):
    repo = f"org/r{len(log)}"
    if os.path.exists(repo):
        return
    git(".", "init", "-q", "-b", "main", repo)
    for _ in range(R.randrange(4)):
        commit(repo)


def fork(repo):
    to = f"org/f{len(log)}" + (".git" if is_bare(repo) else "")
    shutil.copytree(repo, to, symlinks=True)


def remove(repo):
    if len(repos()) > 4:
        shutil.rmtree(repo)


def force(repo):
    if not is_bare(repo) and git(repo, "rev-list", "--count", "HEAD", check=False) not in ("", "1"):
        git(repo, "reset", "-q", "--hard", "HEAD~1")
        commit(repo)


def branch(repo):
    if has_head(repo) and not is_bare(repo):
        git(repo, "checkout", "-q", "-f", "-B", f"b{R.randrange(3)}")
        commit(repo)


def switch(repo):
    heads = git(repo, "for-each-ref", "--format=%(refname:short)",
                "refs/heads").split()
    if heads and not is_bare(repo):
        git(repo, "checkout", "-q", "-f", R.choice(heads), check=False)


def drop(repo):
    for head in git(repo, "for-each-ref", "--format=%(refname:short)",
                    "refs/heads").split():
        git(repo, "branch", "-q", "-D", head, check=False)


def merge(repo):
    heads = git(repo, "for-each-ref", "--format=%(refname:short)",
                "refs/heads").split()
    if heads and has_head(repo) and not is_bare(repo):
        git(repo, "merge", "--allow-unrelated-histories", "-q", "-X", "ours", "-m", "merge",
            *R.sample(heads, min(len(heads), R.choice((1, 1, 2)))),
            check=False)
        git(repo, "reset", "-q", "--hard")


def tag(repo):
    if has_head(repo):
        git(repo, "tag", "-f", "-a", "-m", R.choice((secret(), "plain")),
            f"t{R.randrange(3)}", R.choice(("HEAD", "HEAD", "t1", "HEAD:e")),
            check=False)


def repack(repo):
    git(repo, *R.choice((("repack", "-q"), ("repack", "-q", "-a", "-d"),
                         ("gc", "-q"), ("gc", "-q", "--prune=now"))),
        check=False)


def prune(repo):
    git(repo, "reflog", "expire", "--expire=now", "--all", check=False)
    git(repo, "gc", "-q", "--prune=now", check=False)


def lose(repo):
    """An object goes missing, as disks lose them."""
    objects = repo + ("/objects" if is_bare(repo) else "/.git/objects")
    loose = [os.path.join(d, f) for d, _, fs in os.walk(objects)
             for f in fs if len(os.path.basename(d)) == 2]
    if loose and R.random() < 0.5:
        os.unlink(R.choice(sorted(loose)))


rules = []


def change_rules(_):
    if rules:
        rules.clear()
    else:
        rules.extend(("--rules", "rule.toml"))


# What a repository mostly meets, and all of it: where many things go wrong at
# once, all trees are asked, and little is remembered.
MOSTLY = ((commit, 30), (old, 4), (move, 5), (undo, 8), (cherry, 6),
          (branch, 8), (switch, 6), (merge, 8), (tag, 4), (mirror, 12))
ACTIONS = MOSTLY + ((new, 6), (fork, 4), (remove, 6), (force, 8), (drop, 2),
                    (delete, 5), (point, 4), (orphan, 3), (shared, 2),
                    (shallow, 1), (deepen, 2), (partial, 2),
                    (lost, 3), (repack, 8), (prune, 4),
                    (lose, 2), (change_rules, 5))
if SEED % 2:
    ACTIONS = MOSTLY + ((new, 1), (delete, 1), (force, 1), (repack, 1),
                        (lost, 1))
# Names that are tokens: with one all trees are looked at in every run.
NAMES = 0.01 if SEED % 2 else 0.03


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
        repo = R.choice(repos())
        for _ in range(R.randrange(4)):
            action = R.choices([a for a, _ in ACTIONS],
                               [w for _, w in ACTIONS])[0]
            if R.random() < 0.3 or not os.path.exists(repo):
                repo = R.choice(repos())
            log.append(f"{step}: {action.__name__} {repo}")
            action(repo)
        # What was changed within a tick of the clock is not believed later.
        if R.random() < 0.8:
            time.sleep(0.02)
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
