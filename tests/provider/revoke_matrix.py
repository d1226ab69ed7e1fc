#!/usr/bin/env python3
"""revoke_matrix.py EXAMPLES STANCH: every rule with a revoke block, against
the provider that runs in ./provider, which revokes, revokes without an answer,
refuses, or accepts and does nothing. A claim is one token and its end.
"""
import collections
import glob
import json
import os
import subprocess
import sys
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import matrix  # noqa: E402
import revoke  # noqa: E402

# mode of the provider: the last event of the log, and calls for each token
ENDS = {None: ({"confirmed"}, 1), "drop": ({"confirmed"}, 1),
        "refuse": ({"held"}, 1), "deaf": ({"unconfirmed", "held"}, 1)}


def revocable():
    for path in glob.glob(os.path.join(HERE, "../../rules/*.toml")):
        with open(path, "rb") as f:
            for rule in tomllib.load(f).get("rules", []):
                if "revoke" in rule:
                    yield rule["id"]


def write(name, text):
    with open(name, "w") as f:
        f.write(text)
    os.chmod(name, 0o600)


def run_mode(tokens, stanch, mode):
    for name in ("log", "log.lock", "provider/revocations.jsonl"):
        if os.path.exists(name):
            os.unlink(name)
    known = {"administrator": {"token": "administrators-secret",
                               "state": "live"}}
    os.makedirs("tree", exist_ok=True)
    for t in tokens:
        # A name of its own in each mode: the provider remembers the dead.
        t.name = "%s/%s" % (t.rule, mode)
        with open("tree/" + t.rule, "wb") as f:
            f.write(t.text)
        known[t.name] = {"token": t.secret, "state": "live"}
        if t.match:
            known[t.name]["match"] = t.match
    write("provider/tokens.json", json.dumps(known))
    write("provider/revoke.json", json.dumps({"*": mode} if mode else {}))
    return subprocess.run(
        [stanch, "scan", "--respond", "policy.toml", "--yes-many",
         "--verify-unsafe", "-q", "tree"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=dict(os.environ, ADMIN="administrators-secret")).stderr.decode()


def main():
    program, stanch = sys.argv[1:3]
    wanted = set(revocable())
    tokens = [t for t in matrix.read_examples(program, 1, "states")
              if t.rule in wanted]
    missing = wanted - {t.rule for t in tokens}
    matrix.hurry()
    write("policy.toml", 'log = "%s/log"\nconfirmWithin = "2s"\n'
          'minConfidence = "low"\n[allow]\nowners = ["*"]\n'
          '[[organizations]]\nprovider = "azure-devops"\nname = "contoso"\n'
          'credential = { env = "ADMIN" }\n' % os.getcwd())
    passed = failed = 0
    for mode, (ends, calls) in ENDS.items():
        said = run_mode(tokens, stanch, mode)
        made = collections.Counter()
        if os.path.exists("provider/revocations.jsonl"):
            with open("provider/revocations.jsonl") as f:
                made.update(json.loads(line)["name"] for line in f)
        last = {}
        with open("log") as f:
            for line in f:
                data = json.loads(line).get("data", {})
                last[data.get("c3id")] = data.get("event")
        for t in tokens:
            end = last.get(revoke.c3id(t.secret))
            good = end in ends and made[t.name] == calls
            passed += good
            failed += not good
            if not good:
                print("%s, %s: ends in %s after %d calls" % (
                    t.rule, mode, end, made[t.name]))
                print("\n".join(line for line in said.splitlines()
                                if revoke.c3id(t.secret) in line))
        with open("log") as f:
            text = f.read()
        if any(json.dumps(t.secret)[1:-1] in text + said for t in tokens):
            print("a token is in the log, or was said")
            failed += 1
    for rule in sorted(missing):
        print(rule + ": no example of it can be made")
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
