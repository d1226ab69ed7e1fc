# What is accepted in an audit is shown as suppressed and does not count, in
# each format: by files that are named, and by the repositories' own settings
# of their default branch.
. "$TESTS/repos.sh"
export XDG_CACHE_HOME=$PWD/cache
mkdir org
repo org/a
echo "a = '$(token ghp 21)' # stanch:allow mine" >org/a/a.py
commit org/a one
repo org/b
echo "b = '$(token ghp 22)'" >org/b/b.py
commit org/b one
run() { "$STANCH" audit "$@" --store s/audit.db; }
expect 1 run dir:org -f jsonl >one
[ "$(findings one)" -eq 2 ] || fail "two places"
# A comment is shown, and counts: whoever wrote the token may have written it.
holds one '"findings":1,"suppressed":1,"suppressed_held":1,"rules"'

first=$(grep '"repository":"b"' one | field fingerprint /dev/stdin)
second=$(grep '"repository":"a"' one | field fingerprint /dev/stdin)
"$STANCH" baseline add --file known --reason "made up" "$first"
"$STANCH" baseline add --file known --expires 2020-01-01 "$second"
expect 1 run report --baseline known -f jsonl >two
[ "$(findings two)" -eq 2 ] || fail "both are shown"
holds two '"findings":0,"suppressed":2,"suppressed_held":1,"rules"'
holds two '"suppressed":"baseline known:4: made up"'
"$STANCH" baseline add --file known --expires 2999-01-01 "$second"
expect 0 run report --baseline known -f jsonl >two
expect 0 run report --baseline known -f sarif >two
holds two '"status": "accepted"'
expect 0 run report -v --baseline known >two
holds two "suppressed: baseline known:"
expect 0 run dir:org --baseline known -f json >two
python3 -c 'import json; r = json.load(open("two"))
assert sum(x.get("suppressed") is not None for x in r
           if x["type"] == "finding") == 2, r' || fail json
# a broken one is found before the work
echo rubbish >>known
expect 2 run dir:org --baseline known -f jsonl >two 2>err
holds err "not FINGERPRINT EXPIRES"
[ ! -s two ] || fail "a report"
echo "a:b:1" >foreign
expect 2 run report --baseline foreign 2>err
holds err "not a baseline of stanch"
