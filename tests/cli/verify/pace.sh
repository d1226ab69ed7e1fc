# A host is asked as fast as it wants to be: the rate that was set is kept; a
# Retry-After is obeyed, also on a 200 and by those who wait behind it; after
# three failures in a row nobody asks any more.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
python3 - "$TESTS" <<'PYTHON'
import json
import os
import random
import sys

sys.path.insert(0, sys.argv[1])
import tokens

known = {}
for case, kind, n, state, text in (
        ("late", "ado84", 6, "late", "https://dev.azure.com/contoso\nt = %s"),
        ("rate", "ghp", 12, "live", "t = %s"),
        ("broken", "ghp", 12, "strike:0", "t = %s"),
        ("asked", "ghp", 3, "throttled", "t = %s")):
    os.makedirs(case)
    for i in range(n):
        t = tokens.KINDS[kind](random.Random("%s %d" % (case, i)))
        known["%s-%d" % (case, i)] = {"token": t, "state": state}
        with open("%s/%d" % (case, i), "w") as f:
            f.write(text % t + "\n")
json.dump(known, open("provider/tokens.json", "w"))
PYTHON
cp provider/network.toml network.toml
# round NAME [LINE]: its requests, and what came out.
round() {
	: >provider/requests.jsonl
	{ [ -z "${2:-}" ] || echo "$2"; cat network.toml; } \
		>provider/network.toml
	"$STANCH" scan $1 --verify --verify-fresh -f jsonl -o r.jsonl
	field verdict r.jsonl | sort | uniq -c | tr -s " "
	cp provider/requests.jsonl $1.jsonl
}
round late
round rate "per_minute = 240"
round broken
round asked
python3 - <<'PYTHON'
import json


def times(case):
    return [json.loads(line)["time"] for line in open(case + ".jsonl")]


# Two at a time: those after them wait until the first answer's second is over.
late = times("late")
for i in range(2, len(late)):
    assert late[i] - late[i - 2] > 0.95, ("late", i, late)
print("late: %d requests" % len(late))
# Four a second, and at most five (a second's worth, and one) at once.
rate = times("rate")
for i in range(len(rate)):
    for k in range(i):
        most = 5 + 4 * (rate[i] - rate[k]) + 1
        assert i - k + 1 <= most, ("rate", k, i, rate)
print("rate: %d requests" % len(rate))
# Three that fail; those under way at that moment, and none after.
broken = times("broken")
assert 3 <= len(broken) <= 4, ("broken", len(broken))
# Each is asked again, twice at most, and not before the second has passed.
asked = times("asked")
assert asked[2] - asked[0] > 0.95, asked
assert len(asked) <= 4, asked  # three in a row ends it
PYTHON
