# Verdicts of an audit: a token in three repositories is one question; the
# store remembers, whatever machine asks next; what cannot be asked says why.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
. "$TESTS/repos.sh"
provider_start
live=$(token ghp 21) dead=$(token ghp 22) later=$(token ghp 23)
provider_token live live "$live"
provider_token dead dead "$dead"
provider_token later throttled "$later"
mkdir org
for n in one two three; do
	repo "org/$n"
	echo "t=$live" >"org/$n/$n"
	[ $n != two ] || echo "t=$dead" >org/two/dead
	commit "org/$n" "begin $n"
done
store=s/a.db
audit() { "$STANCH" audit dir:org --store $store "$@"; }
rows() { python3 "$TESTS/audit_store.py" $store "$@"; }
# Found first, asked later: the secrets are found again.
expect 1 audit -f jsonl >found
[ "$(provider_requests)" = 0 ] || fail "asked without --verify"
grep -c '"verification"' found
expect 1 audit --verify -f jsonl >told 2>err
[ "$(provider_requests live)" = 1 ] || fail "not one question"
[ "$(provider_requests dead)" = 1 ] || fail "not one question"
holds err "2 asked of their providers, 1 live, 1 dead"
field verdict told | sort | uniq -c | awk '{print $1, $2}'
holds told '"verification":{'
holds told '"outcome":"unchanged"'
# Nothing is asked again, on no machine.
XDG_CACHE_HOME=$PWD/another expect 1 audit --verify -f jsonl >again 2>err
[ "$(provider_requests)" = 2 ] || fail "asked again"
field verdict again | sort | uniq -c | awk '{print $1, $2}'
# A new one is; a host that would not say now is asked by the next run.
echo "t=$later" >org/three/later
commit org/three "one more"
expect 1 audit --verify -q >/dev/null
[ "$(provider_requests live)" = 1 ] || fail "asked with the new one"
provider_token later live "$later"
expect 1 audit --verify -q >/dev/null
rows 'select verdict, count(*) from verdicts group by verdict'
# A day later, and on request.
python3 - <<'END'
import sqlite3
db = sqlite3.connect("s/a.db")
db.execute("update verdicts set checked = checked - 86400001")
db.commit()
END
provider_token live dead "$live"
XDG_CACHE_HOME=$PWD/another expect 1 audit --verify -q >/dev/null
rows 'select verdict, count(*) from verdicts group by verdict'
asked=$(provider_requests)
expect 1 audit --verify --verify-fresh -q >/dev/null
[ "$(provider_requests)" = $((asked + 3)) ] || fail "not asked afresh"
# In every format; filtered; in the status.
for f in text json jsonl sarif csv junit github html; do
	expect 1 "$STANCH" audit report --store $store -f $f >report.$f
	holds report.$f dead
	lacks report.$f "$dead"
done
python3 -c 'import json; json.load(open("report.json"))' || fail "no JSON"
expect 1 "$STANCH" audit report --store $store --verdict live -f jsonl >only
[ "$(findings only)" = 1 ] || fail "one is live"
"$STANCH" audit status --store $store | grep leaks
# What is live is suppressed by nobody.
hub=$(field fingerprint only)
"$STANCH" baseline add --file baseline --reason "made up" "$hub"
expect 1 "$STANCH" audit report --store $store --baseline baseline \
	--verdict live -f jsonl >only
field suppressed only
holds only '"suppressed":0'
# A worker asks nobody.
expect 2 "$STANCH" audit --worker --store $store --verify 2>err
for secret in "$live" "$dead" "$later"; do
	grep -rqF -- "$secret" s told err && fail "a secret is in the store"
done
:
