#!/usr/bin/env python3
"""audit_respond.py STANCH STORE KILLS [WORKERS]: audits that respond are
killed at random moments, two at once on one store, with WORKERS beside them
that scan; then one goes on to its end. In the directory of a case that has
called loop_setup (response.sh). Claims: no token is revoked twice; each is at
the end confirmed dead, or, where a kill left in doubt whether the call was
sent, not confirmed, for a person to look at; log and store agree; nothing of
a token is anywhere.
"""
import json
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tokens  # noqa: E402

STANCH, STORE, KILLS = sys.argv[1], sys.argv[2], int(sys.argv[3])
WORKERS = int(sys.argv[4]) if len(sys.argv) > 4 else 0
R = random.Random(5)
ENV = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
           GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="ann@example.org",
           GIT_COMMITTER_NAME="Ann", GIT_COMMITTER_EMAIL="ann@example.org")
REPOSITORIES = 3


def git(repo, *args):
    subprocess.run(("git", "-C", repo) + args, env=ENV, check=True,
                   stdout=subprocess.DEVNULL)


def plant(name, token):
    """A token that is live, in two repositories of the organization."""
    with open("provider/tokens.json") as f:
        known = json.load(f)
    known[name] = {"token": token, "state": "live"}
    with open("provider/tokens.new", "w") as f:
        json.dump(known, f)
    os.replace("provider/tokens.new", "provider/tokens.json")
    for repo in R.sample(range(REPOSITORIES), 2):
        with open(f"org/{repo}/{name}", "w") as f:
            f.write("org: https://dev.azure.com/contoso/x\n"
                    f"pat: \"{token}\"\n")
        git(f"org/{repo}", "add", "-A")
        git(f"org/{repo}", "commit", "-q", "-m", name)


def start(*more):
    return subprocess.Popen(
        (STANCH, "audit", *more, "--store", STORE, "--lease", "0.5", "-f",
         "jsonl"), env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def respond():
    return start("dir:org", "--respond", "policy.toml")


def revocations():
    if not os.path.exists("provider/revocations.jsonl"):
        return {}
    names = {}
    with open("provider/revocations.jsonl") as f:
        for line in f:
            name = json.loads(line)["name"]
            names[name] = names.get(name, 0) + 1
    return names


for repo in range(REPOSITORIES):
    subprocess.run(("git", "init", "-q", "-b", "main", f"org/{repo}"),
                   check=True)
planted = {}
kills = 0
while kills < KILLS:
    name = f"t{len(planted)}"
    planted[name] = tokens.token("ado84", 100 + len(planted))
    plant(name, planted[name])
    for _ in range(2):
        running = [respond(), respond()]
        running += [start("--worker") for _ in range(WORKERS)]
        time.sleep(R.uniform(0.0, 1.2))
        for run in running:
            run.kill()
            kills += run.wait() == -9
            run.communicate()
# One that nobody is killed over.
planted["last"] = tokens.token("ado84", 99)
plant("last", planted["last"])
deadline = time.time() + 90
while True:
    run = respond()
    out, err = run.communicate(timeout=100)
    if run.returncode != 1:
        raise SystemExit(f"exit {run.returncode}: {err.decode()}")
    findings = [json.loads(line) for line in out.decode().splitlines()]
    findings = [f for f in findings if f["type"] == "finding"]
    open_ones = {f.get("incident") for f in findings} - {"revoked",
                                                       "unconfirmed"}
    if not open_ones:
        break
    if time.time() > deadline:
        raise SystemExit(f"open at the end: {open_ones}")
told = revocations()
with open("audit.log") as f:
    log = f.read()
for name, token in planted.items():
    if told.get(name, 0) > 1:
        raise SystemExit(f"{name}: revoked {told.get(name)} times")
    if any(token in text for text in (out.decode(), err.decode(), log)):
        raise SystemExit("a token was told")
states = {}
for f in findings:
    states[f["fingerprint"]] = f["incident"], f["verdict"]
if len(states) != len(planted):
    raise SystemExit(f"{len(states)} incidents, {len(planted)} planted")
for state in states.values():
    if state not in (("revoked", "dead"), ("unconfirmed", "live")):
        raise SystemExit(f"{state}")
confirmed = log.count('"event":"confirmed"')
if confirmed != sum(s == "revoked" for s, _ in states.values()):
    raise SystemExit(f"{confirmed} confirmed, the store has {states}")
if told.get("last") != 1 or confirmed > sum(told.values()):
    raise SystemExit(f"{confirmed} confirmed, {told}")
