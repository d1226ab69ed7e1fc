# Eight processes with 10,000 findings of 100 tokens ask 100 times, in all.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
mkdir tree
python3 - "$TESTS" <<'PYTHON'
import json
import random
import sys

sys.path.insert(0, sys.argv[1])
from tokens import crc_token

make, tokens, known = crc_token("gh" + "p", 30), [], {}
for i in range(100):
    tokens.append(make(random.Random("process %d" % i)))
    known[str(i)] = {"token": tokens[-1], "state": "live"}
json.dump(known, open("provider/tokens.json", "w"))
for f in range(100):
    with open("tree/%d" % f, "w") as out:
        for t in tokens:
            out.write("token = %s\n" % t)
PYTHON
sed -i '1i per_minute = 6000' provider/network.toml
for i in 1 2 3 4 5 6 7 8; do
	"$STANCH" scan tree --verify -j1 -f jsonl -o r$i.jsonl &
	eval "pid$i=$!"
done
for i in 1 2 3 4 5 6 7 8; do
	eval "wait \$pid$i"
	[ $? -eq 1 ] || fail "process $i"
	[ "$(findings r$i.jsonl)" -eq 10000 ] || fail "findings"
	[ "$(field verdict r$i.jsonl | sort -u)" = live ] || fail "verdicts"
done
[ "$(provider_requests)" -eq 100 ] || fail "$(provider_requests) requests"
# What is kept tells nobody anything, and nobody but the user.
[ "$(find cache -type d -perm 700 | wc -l)" -eq "$(find cache -mindepth 1 \
	-type d | wc -l)" ] || [ -z "$(find cache -mindepth 1 -type d \
	! -perm 700)" ] || fail "modes"
[ -z "$(find cache -type f ! -perm 600)" ] || fail "modes of files"
grep -rqE "gh[p]_[A-Za-z0-9]{8}" cache && fail "a token is in the cache"
:
