# 150 tokens of GitHub: asked about, reported in three requests of at most 64
# each, confirmed; each is in one of them, once.
. "$TESTS/response.sh"
loop_setup
policy_write 'maxRevocations = 1000'
sed -i '1i per_minute = 60000' provider/network.toml
rm -rf repo/.git repo/*
python3 - "$TESTS" <<'PYTHON'
import json, subprocess, sys
with open("provider/tokens.json") as f:
    tokens = json.load(f)
sys.path.insert(0, sys.argv[1])
sys.argv = ["tokens.py", "none"]
import random, string, zlib
base62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
r = random.Random(7)
with open("repo/many", "w") as f:
    for i in range(150):
        body = "".join(r.choice(base62) for _ in range(30))
        n, check = zlib.crc32(body.encode()), ""
        while n:
            n, digit = divmod(n, 62)
            check = base62[digit] + check
        token = "gh" "p_" + body + check.rjust(6, "0")
        tokens["many%03d" % i] = {"token": token, "state": "live"}
        f.write("t = '%s'\n" % token)
with open("provider/tokens.json.new", "w") as f:
    json.dump(tokens, f)
import os
os.replace("provider/tokens.json.new", "provider/tokens.json")
PYTHON
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
holds err "150 tokens, 0 live, 150 revoked, 0 kept, 0 not confirmed"
python3 - <<'PYTHON' || fail "not each once"
import collections, json
names = collections.Counter(json.loads(line)["name"] for line in
                            open("provider/revocations.jsonl"))
assert len(names) == 150 and set(names.values()) == {1}, names
calls = [line for line in open("provider/requests.jsonl")
         if '"POST"' in line and "/credentials/revoke" in line]
assert len(calls) == 3, len(calls)
PYTHON
[ "$(cat state/stanch/calls-* | wc -l)" = 3 ] || fail "calls not counted"
expect 0 "$STANCH" log verify audit.log >/dev/null
