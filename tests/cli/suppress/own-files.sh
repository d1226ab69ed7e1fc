# A baseline and a report are scanned like all else: "RULE:HASH" is no key with
# its value, whatever the rule is called. A key with a value is.
. "$TESTS/lib.sh"
python3 - "$STANCH" <<'X'
import json, random, string, subprocess, sys
rules = json.loads(subprocess.check_output(
    [sys.argv[1], "rules", "list", "-f", "json"]))
pick = random.Random(7)
letters = string.ascii_letters + string.digits
with open("base", "w") as base, open("rep", "w") as rep:
    print("# stanch baseline 1", file=base)
    for rule in sorted(r["id"] for r in rules):
        plain = "".join(pick.choice(letters + "+/") for _ in range(20))
        keyed = "k" + "".join(pick.choice(letters + "-_") for _ in range(20))
        print(f"{rule}:{plain} - - -\n{rule}:{keyed} - @web why", file=base)
        print(json.dumps({"fingerprint": f"{rule}:{plain}"}), file=rep)
with open("key", "w") as key:
    # digits whatever the number of rules before it made of chance
    value = "4" + "".join(pick.choice(letters) for _ in range(18)) + "7"
    print("telnyx-api-key: " + value, file=key)
X
expect 0 "$STANCH" scan base rep >out
expect 1 "$STANCH" scan -f jsonl --min-confidence low base >out
field reason out | sort -u | grep -v "a fingerprint of stanch" | head -3
expect 1 "$STANCH" scan key >out
expect 0 "$STANCH" scan --baseline base base >out
