# Blocks of several steps, each of which may be the one that knows: Bitbucket's
# access tokens, PlanetScale's two kinds, Datadog's sites. And keys that cannot
# sign, and secrets of an application that are asked about nowhere.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
python3 - <<'PYTHON'
import json
import os
import random
import string
import subprocess
import zlib

r = random.Random("steps")
known = {}
os.makedirs("tree")


def pick(letters, n):
    return "".join(r.choice(letters) for _ in range(n))


def put(name, state, token, text):
    known[name] = {"token": token, "state": state}
    with open("tree/" + name, "w") as f:
        f.write(text % token)


BASE62 = string.ascii_letters + string.digits
for name, state in (("access-live", "live-in-bitbucket"),
                    ("access-dead", "dead"), ("organization", "live")):
    body = "ATCTT3xF" + "fGN0" + pick(BASE62, 160) + "="
    put(name, state, body + "%08X" % zlib.crc32(body.encode()), "t = %s\n")
for name, state in (("oauth-live", "live"), ("oauth-dead", "dead")):
    put(name, state, "pscale_" + "oauth_" + pick(BASE62, 43), "t = %s\n")
# No id beside it: there is nothing to ask with.
put("service", "live", "pscale_" + "tkn_" + pick(BASE62, 43), "t = %s\n")
HEX = "0123456789abcdef"
api = pick(HEX, 32)
# The API key beside it is dead: nothing follows for the application key.
put("application", "live", pick(HEX, 40),
    "DD_API_KEY=" + api + "\nDD_APP_KEY=%s\n")
put("client", "live", pick(string.ascii_lowercase + string.digits, 30),
    "TWITCH_CLIENT_SECRET=%s\n")
pem = subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                      "ec_paramgen_curve:P-521"], check=True,
                     stdout=subprocess.PIPE).stdout.decode().strip()
with open("tree/no-rsa", "w") as f:
    # long enough to be found, and still a key of another kind
    lines = pem.split("\n")
    text = "\\n".join(lines[:-1] + ["\\n" * 120, lines[-1]])
    f.write('{"private_key": "%s", "client_email": '
            '"ci@acme.iam.gserviceaccount.com"}\n' % text)
json.dump(known, open("provider/tokens.json", "w"))
PYTHON
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
python3 - <<'PYTHON'
import json
rows = set()
for line in open("r.jsonl"):
    r = json.loads(line)
    if r["type"] == "finding" and r["rule"] != "datadog-api-key":
        rows.add((r["path"].split("/")[-1], r["rule"], r["verdict"] or "-",
                  r.get("verdict_note") or "-"))
for row in sorted(rows):
    print(*row)
PYTHON
[ "$(provider_requests client)" -eq 0 ] || fail "a client secret was sent"
[ "$(provider_requests application)" -eq 0 ] || fail "the key was sent"
