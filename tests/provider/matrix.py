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
ACCOUNT = "AC" + "7d1f0b9e42c85a36" + "e90c47b2815fd36a"
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
    "azure": "AZURE_TENANT_ID=3f1c9d2e-58a7-4b06-9e4d-c2a17b60f5d8\n"
             "AZURE_CLIENT_ID=b7e2046c-91d5-4f3a-8c60-5a9d3e71f024\n",
    "paypal": "PAYPAL_CLIENT_ID=A%s\n" % ("bC3d" * 19 + "xYz"),
    "auth0": "AUTH0_DOMAIN=acme.eu.auth0.com\n"
             "AUTH0_CLIENT_ID=" + "kQ7bT2xW" + "9mR4vN8c" * 3 + "\n",
    "algolia": "ALGOLIA_APP_ID=ACME7X2K9Q\n",
    "planetscale": "PLANETSCALE_SERVICE_TOKEN_ID=acme7x2k9qtw\n",
    "supabase": "SUPABASE_URL=https://acmeacmeacmeacmeacme.supabase.co\n",
    "sonarqube": "SONAR_HOST_URL=https://sonar.corp.example\n",
    "cloudflare": "CF_API_EMAIL=ops@acme.example\n"
                  "CLOUDFLARE_ACCOUNT_ID=%s\n" % ACCOUNT[2:],
}
# Application keys stand beside an API key of their own, which is live.
DATADOG = "5b0f7e19c3a84d62" + "9e71d0c48ab25f36"
OF_RULE = {
    "datadog-app-key": "DD_API_KEY=%s\n" % DATADOG,
    "datadog-app-key-v2": "DD_API_KEY=%s\n" % DATADOG,
    "azure-cognitive-key":
        "AZURE_OPENAI_ENDPOINT=https://acme.openai.azure.com/\n",
    "gcp-oauth-refresh-token":
        "client_id=%s.apps.googleusercontent.com\nclient_secret=%s\n" % (
            "123456789012-" + "a7k2m9x4" * 4,
            "GOC" + "SPX-" + "qW7eR2tY9u" * 2 + "iO4pA6sD"),
}
OF_RULE["azure-cognitive-key-legacy"] = OF_RULE["azure-cognitive-key"]
# What a removed one answers is not documented: it stays unknown.
NEVER_DEAD = {"teams-webhook"}
# Asked about by what is no single token: tried in cases of their own.
APART = {"aws-session-token", "slack-session-token"}

class Token:
    def __init__(self, rule, provider, text, secret, n):
        self.rule, self.provider = rule, provider
        self.text, self.secret, self.n = text, secret, n
        self.name = "%s/%d" % (rule, n)
        self.match = None


def read_examples(program, count, what):
    distinct = ["distinct"] if what == "shapes" else []
    out = subprocess.run([program, str(count), *distinct], check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    tokens, seen, secrets_seen = [], collections.Counter(), set()
    for line in out.splitlines():
        rule, provider, _, text, *secrets = line.split("\t")
        if rule in APART or not secrets:
            continue
        n = seen[rule]
        seen[rule] += 1
        text, secret = bytes.fromhex(text), bytes.fromhex(secrets[0])
        if secret in secrets_seen:  # an example without chance in it
            other = secret[:-4] + b"%04d" % n
            text, secret = text.replace(secret, other), other
        secrets_seen.add(secret)
        beside = OF_RULE.get(rule) or BESIDE.get(provider, "")
        text = beside.encode() + text
        tokens.append(prepare(Token(rule, provider, text,
                                    secret.decode("latin-1"), n)))
    return tokens


def prepare(token):
    """What requests show of a token that they only sign with; hosts that the
    certificate names."""
    token.text = re.sub(rb"adb-[0-9]+\.[0-9]+\.azuredatabricks\.net|"
                        rb"[a-z0-9.-]+\.(?:cloud|gcp)\.databricks\.com",
                        b"contoso.cloud.databricks.com", token.text)
    token.text = re.sub(rb"vault\.corp\.net:8200", b"vault.corp.example",
                        token.text)
    if token.rule == "aws-secret-access-key":
        token.match = re.search(rb"AKIA[A-Z2-7]{16}", token.text)[0].decode()
    if token.rule.startswith("azure-storage-"):
        account = "acme%s%d" % (token.rule.count("-"), token.n)
        token.text = token.text.replace(b"contosodata", account.encode())
        token.match = account + ".blob."
    if token.rule.startswith("azure-cosmos-"):
        account = "acme-%d-%d" % (token.rule.count("-"), token.n)
        token.text = re.sub(rb"https://contoso\.",
                            b"https://%s." % account.encode(), token.text)
        token.match = account + ".documents."
    if token.rule == "gcp-service-account-key":
        use_key(token)
    return token


def use_key(token):
    """A key that signs, in the place of the example's. The server checks the
    signature, and knows the token by the account that it is said to be of."""
    pem = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
                          "rsa_keygen_bits:1024"], check=True,
                         stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout.decode().strip()
    written = pem.replace("\n", "\\n")
    token.match = "sa-%d@acme.iam.gserviceaccount.com" % token.n
    token.text = token.text.replace(token.secret.encode(), written.encode())
    token.text = token.text.replace(
        b"deploy@shop-prod.iam.gserviceaccount.com", token.match.encode())
    token.secret = written


def hurry():
    """Their own pace is kept for providers of flesh and blood."""
    with open("provider/network.toml") as f:
        text = f.read()
    if "per_minute" not in text:
        with open("provider/network.toml", "w") as f:
            f.write("per_minute = 60000\n" + text)


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
        if t.match:
            known[t.name]["match"] = t.match
    known["beside"] = {"token": DATADOG, "state": "live"}
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
        where, n = record["path"].split(".")[0].split("/")[-2:]
        if where == record["rule"]:  # not of what stands beside it
            got["%s/%s" % (where, n)] = record
    for t in tokens:
        if t.secret.encode() in run.stdout:
            sys.exit("the report holds " + t.name)
    return got


def requests():
    """The records of requests, by name of the token."""
    asked = collections.defaultdict(list)
    with open("provider/requests.jsonl") as f:
        for line in f:
            record = json.loads(line)
            asked[record["name"]].append(record)
    return asked


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
    got, asked = scan(stanch, tokens, states), requests()
    made = collections.Counter()
    for t in tokens:
        record, want = got.get(t.name), states[t.name]
        rows = [answers.ROWS[r["row"]] for r in asked.get(t.name, ())
                if r["row"] is not None]
        if want == "restricted" and not any(r["restricted"] for r in rows):
            continue
        made[want] += 1
        if want == "dead" and t.rule in NEVER_DEAD:
            want = "unknown"
        tally.claim(record and record["verdict"] == want,
                    "%s is %s: %s" % (t.name, want, describe(record)))


    tally.claim(made["live"] > 100 and made["restricted"] > 50,
                "only so many were tried: %s" % dict(made))


def run_shapes(tokens, stanch, tally):
    n = len(shapes.SHAPES)
    assert n + len(shapes.STRIKES) + len(shapes.SLOW) >= 40
    got = scan(stanch, [t for t in tokens if t.n < n],
               {t.name: "shape:%d" % t.n for t in tokens})
    # A random example in a hundred is too regular to be found at all.
    tally.claim(len(got) > 0.97 * n * len({t.rule for t in tokens}),
                "only %d tokens were found" % len(got))
    for t in tokens:
        record = got.get(t.name)
        if record:
            tally.claim(record["verdict"] in ("unknown", "retry"),
                        "%s, shape %d: %s" % (t.rule, t.n, describe(record)))
    for k in range(len(shapes.STRIKES)):
        some = [t for t in tokens if t.n == n + k]
        got = scan(stanch, some, {t.name: "strike:%d" % k for t in some})
        for t in some:
            record = got.get(t.name)
            tally.claim(not record or record["verdict"] == "retry",
                        "%s, strike %d: %s" % (t.rule, k, describe(record)))
    evil = [r for records in requests().values() for r in records
            if r["host"] == "evil.example"]
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
    tokens = read_examples(program, count, what)
    hurry()
    tally = Tally()
    {"states": run_states, "shapes": run_shapes, "slow": run_slow}[what](
        tokens, stanch, tally)
    tally.close()


if __name__ == "__main__":
    main()
