. "$TESTS/lib.sh"
expect 0 "$STANCH" rules list >out
grep -q '^azure-devops-pat  *high  *cask' out || fail "$(head -5 out)"
expect 0 "$STANCH" rules list -f json >out.json
python3 - <<'PY'
import json
rules = json.load(open("out.json"))
lines = open("out").read().splitlines()
if lines[-1] != "%d rules" % len(rules):
    print(lines[-1], len(rules))
if [r["id"] for r in rules] != sorted(r["id"] for r in rules):
    print("not sorted")
PY
expect 0 "$STANCH" rules list --rule 'azure-devops-*' >out
[ "$(grep -vc '^azure-devops-' out)" = 1 ] || fail "$(cat out)"
