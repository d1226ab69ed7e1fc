# Tokens that need others: AWS sessions, Slack's cookie, bait that is never
# asked about, what is unsure, and what would do more than read.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
python3 - <<'PYTHON'
import base64
import json
import random
import string

r = random.Random("pairs")
B64 = string.ascii_letters + string.digits + "+/"


def pick(letters, n):
    return "".join(r.choice(letters) for _ in range(n))


def key_id(prefix, account=None):
    if account is None:
        return prefix + pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
    value = int(account) << 7 | 1 << 47 | r.randrange(128)
    return prefix + base64.b32encode(
        value.to_bytes(6, "big") + r.randbytes(4)).decode()


import os
os.makedirs("tree")
known = {}
session = "IQoJb3JpZ2lu" + "X2Vj" + pick(B64, 300)
ident, secret = key_id("ASIA"), pick(B64, 40)
with open("tree/session", "w") as f:
    f.write("aws_access_key_id = %s\naws_secret_access_key = %s\n"
            "aws_session_token = %s\n" % (ident, secret, session))
known["session"] = {"token": secret, "match": ident, "state": "live"}
for name, account in (("bait", "171436882533"), ("ours", "123456789012"),
                      ("fine", "210987654321")):
    ident, secret = key_id("AKIA", account), pick(B64, 40)
    with open("tree/" + name, "w") as f:
        f.write("aws_access_key_id = %s\naws_secret_access_key = %s\n" % (
            ident, secret))
    known[name] = {"token": secret, "match": ident, "state": "live"}
with open("tree/hook", "w") as f:
    f.write("https://hooks.slack.com/services/" + "T" + pick(
        string.ascii_uppercase, 8) + "/B" + pick(string.ascii_uppercase, 8) +
        "/" + pick(string.ascii_letters + string.digits, 24) + "\n")
json.dump(known, open("provider/tokens.json", "w"))
PYTHON
sed -i '1i canary_accounts = ["123456789012"]' provider/network.toml
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
python3 - <<'PYTHON'
import json
for line in open("r.jsonl"):
    r = json.loads(line)
    if r["type"] == "finding" and r["rule"] != "aws-access-key-id":
        print(r["path"].split("/")[-1], r["rule"], r["verdict"],
              r.get("verdict_note", "-"))
PYTHON
[ "$(provider_requests bait)" -eq 0 ] || fail "the bait was taken"
[ "$(provider_requests ours)" -eq 0 ] || fail "the other bait was taken"
