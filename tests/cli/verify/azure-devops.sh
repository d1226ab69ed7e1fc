# Azure DevOps: a 200 proves nothing, an identity does; each organization that
# may be the token's is asked once, the nearest first.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
mkdir tree
seed=0
# say STATE TEXT...: a token of that state, in a file of its own, after TEXT.
say() {
	seed=$((seed + 1))
	say_token=$(token "${KIND:-ado84}" $seed)
	provider_token "$1" "${1%%_*}" "$say_token"
	printf '%s\n' "$2$say_token${3:-}" >"tree/$1"
}
say live https:// @dev.azure.com/contoso/_git/x
say restricted https:// @dev.azure.com/contoso/_git/x
say restricted-403 https:// @dev.azure.com/contoso/_git/x
say restricted-404 https:// @dev.azure.com/contoso/_git/x
say dead https:// @dev.azure.com/contoso/_git/x
say page https:// @dev.azure.com/contoso/_git/x
say redirect https:// @dev.azure.com/contoso/_git/x
say refused https:// @dev.azure.com/contoso/_git/x
say blocked https:// @dev.azure.com/contoso/_git/x
say dead_anonymous https:// @dev.azure.com/public/_git/x
say live_public https:// @dev.azure.com/public/_git/x
say live_nowhere https:// @dev.azure.com/nowhere/_git/x
say late https:// @dev.azure.com/contoso/_git/x
KIND=ado52
say live_old "url = https://contoso.visualstudio.com/ pat: "
say dead_old "url = https://contoso.visualstudio.com/ pat: "
KIND=ado84
# Two candidates: its own organization stands further away.
say live_second "x
https://dev.azure.com/contoso/
1
2
3
pat = " "
https://dev.azure.com/other/"
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
python3 - <<'PYTHON'
import json
want = {"live": "live", "restricted": "restricted",
        "restricted-403": "restricted", "restricted-404": "restricted",
        "dead": "dead", "page": "dead", "redirect": "dead", "refused": "dead",
        "blocked": "unknown", "dead_anonymous": "dead", "live_public": "live",
        "late": "live", "live_old": "live", "dead_old": "dead",
        "live_second": "live"}
got = {}
for line in open("r.jsonl"):
    r = json.loads(line)
    if r["type"] == "finding" and r["rule"].startswith("azure-devops-pat"):
        got[r["path"].split("/")[-1]] = r
for name, verdict in want.items():
    r = got[name]
    if r["verdict"] != verdict:
        print(name, r["verdict"], r.get("verdict_note"))
    if verdict == "live":
        assert r["owner_email"] == "ann@contoso.example", r
        assert r["organization"] in ("contoso", "public"), r
PYTHON
# One probe for each token and organization.
python3 - <<'PYTHON'
import collections
import json
asked = collections.Counter()
for line in open("provider/requests.jsonl"):
    r = json.loads(line)
    asked[r["name"], r["path"]] += 1
for what, n in asked.items():
    if n != 1:
        print(what, n)
PYTHON
[ "$(provider_requests live_old)" -eq 1 ] || fail "old ones"
# Throttled is no verdict, and no identity elsewhere either.
rm -r tree cache
mkdir tree
say throttled https:// @dev.azure.com/contoso/_git/x
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
[ "$(field verdict r.jsonl)" = retry ] || fail "$(field verdict r.jsonl)"
# Without any organization the profile is asked, which tells of global ones.
rm -r tree cache
mkdir tree
say global "pat = "
say dead_alone "pat = "
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
[ "$(field verdict r.jsonl | sort | tr '\n' ' ')" = "live unknown " ] ||
	fail "$(field verdict r.jsonl)"
