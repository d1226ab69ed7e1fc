#!/usr/bin/env python3
"""matrix.py EXAMPLES STANCH states|shapes|slow: every rule that can be asked
about, against the provider that runs in ./provider. A claim is one token and
what stanch concludes of it; the closing line counts them.

states: live, dead and restricted are told apart, by the provider's documents.
shapes: of answers that prove nothing none gives a verdict.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import answers  # noqa: E402
import shapes  # noqa: E402

# What must stand beside a token for its question to be whole.
ACCOUNT = "AC" + "0123456789abcdef" * 2
BESIDE = {
    "databricks": "https://contoso.cloud.databricks.com/\n",
    "okta": "OKTA_ORG=https://acme.okta.com\n",
    "shopify": "https://acme.myshopify.com/admin\n",
    "atlassian": "https://acme.atlassian.net\n"
                 "ATLASSIAN_EMAIL=ann@example.com\n",
    "hashicorp": "VAULT_ADDR=https://vault.corp.example\n",
    "grafana": "https://acme.grafana.net\n",
    "azure-devops": "https://dev.azure.com/contoso/\n",
    "twilio": "TWILIO_ACCOUNT_SID=%s\n" % ACCOUNT,
    "aws": "aws_access_key_id = AKIA%s\n",
    "azure": "AccountName=acmestore\n"
             "AZURE_TENANT_ID=11111111-2222-3333-4444-555555555555\n"
             "AZURE_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa\n",
    "paypal": "PAYPAL_CLIENT_ID=A%s\n" % ("bC3d" * 19 + "xYz"),
}
# Asked about by what is no single token: tried in cases of their own.
APART = {"aws-session-token", "slack-session-token"}
# One half of a pair, and the other way round: their states are two.
AWS_ID = "ABCDEFGHIJKLMNOP"


class Token:
    def __init__(self, rule, provider, text, secret, n):
        self.rule, self.provider = rule, provider
        self.text, self.secret, self.n = text, secret, n
        self.name = "%s/%d" % (rule, n)
        self.match = None


def read_examples(program, count):
    out = subprocess.run([program, str(count)], check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    tokens, seen = [], collections.Counter()
    for line in out.splitlines():
        rule, provider, _, text, *secrets = line.split("\t")
        if rule in APART or not secrets:
            continue
        n = seen[rule]
        seen[rule] += 1
        token = Token(rule, provider, bytes.fromhex(text),
                      bytes.fromhex(secrets[0]).decode("latin-1"), n)
        before = BESIDE.get(provider, "")
        if provider == "aws":
            token.match = "AKIA" + key_id(len(tokens))
            before = before % key_id(len(tokens))
        token.text = before.encode() + token.text
        tokens.append(token)
    return tokens


def key_id(n):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    r = n * 2654435761 + 12345
    text = ""
    for _ in range(16):
        r = (r * 6364136223846793005 + 1442695040888963407) % 2**64
        text += letters[r >> 59]
    return text


def scan(stanch, tokens, states):
    """Verdicts by name of the token; states by name."""
    shutil.rmtree("tree", ignore_errors=True)
    known = {}
    for t in tokens:
        path = os.path.join("tree", t.rule)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "%d.txt" % t.n), "wb") as f:
            f.write(t.text)
        known[t.name] = {"token": t.secret, "state": states[t.name]}
        if t.match and t.rule == "aws-secret-access-key":
            known[t.name]["match"] = t.match
    with open("provider/tokens.json.new", "w") as f:
        json.dump(known, f)
    os.replace("provider/tokens.json.new", "provider/tokens.json")
    run = subprocess.run([stanch, "scan", "tree", "--verify", "--verify-fresh",
                          "--verify-unsafe", "-f", "jsonl"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.stderr:
        sys.exit("stanch says: " + run.stderr.decode()[:500])
    got = {}
    for line in run.stdout.splitlines():
        record = json.loads(line)
        if record["type"] != "finding":
            continue
        n = os.path.basename(record["path"]).split(".")[0]
        got["%s/%s" % (record["rule"], n)] = record
    for t in tokens:
        if t.secret.encode() in run.stdout:
            sys.exit("the report holds " + t.name)
    return got


def hosts_asked():
    asked = collections.defaultdict(set)
    with open("provider/requests.jsonl") as f:
        for line in f:
            record = json.loads(line)
            asked[record["name"]].add((record["host"], record["status"]))
    return asked


def can_be_restricted(hosts):
    return any(row["restricted"] for row in answers.ROWS
               for host, _ in hosts
               if re.fullmatch(row["host"].replace(".", r"\.")
                               .replace("*", "[a-z0-9-]+"), host))


class Tally:
    passed = failed = 0

    def claim(self, holds, text):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print("not so:", text)

    def close(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        sys.exit(self.failed != 0)


def describe(record):
    return "nothing found" if record is None else "%s (%s)" % (
        record["verdict"], record.get("verdict_note"))


def run_states(tokens, stanch, tally):
    names = ["live", "dead", "restricted"]
    states = {t.name: names[t.n] for t in tokens}
    got, asked = scan(stanch, tokens, states), hosts_asked()
    for t in tokens:
        record, want = got.get(t.name), states[t.name]
        if want == "restricted" and \
                not can_be_restricted(asked.get(t.name, ())):
            continue
        tally.claim(record and record["verdict"] == want,
                    "%s is %s: %s" % (t.name, want, describe(record)))


def run_shapes(tokens, stanch, tally):
    n = len(shapes.SHAPES)
    assert n + len(shapes.STRIKES) + len(shapes.SLOW) >= 40
    got = scan(stanch, [t for t in tokens if t.n < n],
               {t.name: "shape:%d" % t.n for t in tokens})
    for t in tokens:
        record = got.get(t.name)
        if t.n < n:
            tally.claim(record and record["verdict"] in ("unknown", "retry"),
                        "%s, shape %d: %s" % (t.rule, t.n, describe(record)))
    for k in range(len(shapes.STRIKES)):
        some = [t for t in tokens if t.n == n + k]
        got = scan(stanch, some, {t.name: "strike:%d" % k for t in some})
        for t in some:
            record = got.get(t.name)
            tally.claim(record and record["verdict"] == "retry",
                        "%s, strike %d: %s" % (t.rule, k, describe(record)))
    evil = [h for hosts in hosts_asked().values() for h, _ in hosts
            if h == "evil.example"]
    tally.claim(not evil, "a redirect was followed")


def run_slow(tokens, stanch, tally):
    some = [t for t in tokens if t.rule == "github-pat"][:len(shapes.SLOW)]
    got = scan(stanch, some, {t.name: "slow:%d" % t.n for t in some})
    for t in some:
        record = got.get(t.name)
        tally.claim(record and record["verdict"] in ("unknown", "retry"),
                    "slow %d: %s" % (t.n, describe(record)))


def main():
    program, stanch, what = sys.argv[1:4]
    count = {"states": 3, "slow": 3,
             "shapes": len(shapes.SHAPES) + len(shapes.STRIKES)}[what]
    tokens = read_examples(program, count)
    tally = Tally()
    {"states": run_states, "shapes": run_shapes, "slow": run_slow}[what](
        tokens, stanch, tally)
    tally.close()


if __name__ == "__main__":
    main()
