# Of a hundred tokens fifty carry comments, and ten of those are live: 50 open,
# 40 suppressed, 10 forced open; no baseline accepts what is live.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
mkdir tree
python3 - "$TESTS" <<'X'
import json, sys
sys.path.insert(0, sys.argv[1])
import tokens
known = {}
with open("tree/all.py", "w") as out:
    for i in range(100):
        secret = tokens.token("ghp", str(i))
        live = i % 10 == 1
        known[str(i)] = {"token": secret, "state": "live" if live else "dead"}
        print(f"t{i} = '{secret}'" + (" # stanch:allow made up"
                                      if i % 2 else ""), file=out)
json.dump(known, open("provider/tokens.json", "w"))
X
expect 1 "$STANCH" scan --verify -f jsonl -o rep -f html -o rep.html \
	-f sarif -o rep.sarif --write-baseline base tree
[ "$(findings rep)" -eq 100 ] || fail "$(findings rep) findings"
field suppressed rep | sort | uniq -c | tr -s ' '
field suppression_refused rep | sort | uniq -c | tr -s ' '
summary findings rep
summary suppressed_refused rep
holds rep.html "verdict: live"
holds rep.html "verified live, so not suppressed: inline: made up"
[ "$(grep -c '"status": "rejected"' rep.sarif)" -eq 10 ] || fail sarif
[ "$(grep -c '^github-pat' base)" -eq 50 ] || fail "$(grep -c '^g' base) entries"
# accepted by hand, and live: open in any case
"$STANCH" baseline add --file base $(field fingerprint rep | sort -u) ||
	fail add
expect 1 "$STANCH" scan --verify --baseline base -f jsonl -o rep tree
summary findings rep
summary suppressed rep
# nobody asked: accepted is accepted
expect 0 "$STANCH" scan -q --baseline base tree
