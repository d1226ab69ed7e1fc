# A policy over a whole organization: a token in three repositories is one
# incident, one notice, revoked once, confirmed dead; then it rests. The store
# follows the audit log, and nobody's secret is in it.
. "$TESTS/response.sh"
. "$TESTS/repos.sh"
mkdir org
loop_setup

for n in one two three; do
	repo "org/$n"
	printf 'org: https://dev.azure.com/contoso/x\npat: "%s"\n' "$pat" \
		>"org/$n/$n.yml"
	[ $n != two ] || echo "t = '$hub'" >org/two/b
	commit "org/$n" "begin $n"
done
repo org/none
echo nothing >org/none/file
commit org/none "nothing"
audit() { "$STANCH" audit dir:org --store s/a.db --respond policy.toml "$@"; }
store() { python3 "$TESTS/audit_store.py" s/a.db "$@"; }
cat >>policy.toml <<'TOML'
[[webhooks]]
kind = "slack"
url = "https://hooks.example/slack"
TOML
# The policy must not stand in what is scanned.
cp policy.toml org/none/policy.toml
expect 2 "$STANCH" audit dir:org --store s/a.db \
	--respond org/none/policy.toml 2>err
rm org/none/policy.toml
# Nor in a repository that a list names.
echo "$PWD/org/one" >list
cp policy.toml org/one/policy.toml
expect 2 "$STANCH" audit list:list --store t.db \
	--respond org/one/policy.toml >/dev/null 2>err
holds err policy.toml
[ "$(provider_requests)" = 0 ] || fail "asked by a policy of the scanned"
rm org/one/policy.toml
# A rehearsal: the providers are asked, nothing else is done.
expect 1 audit --dry-run >out 2>err
holds err "would"
[ "$(revocations)" = 0 ] || fail "a rehearsal revoked"
store 'select count(*) from incidents'
asked=$(provider_requests pat)
expect 1 audit -f jsonl >out 2>err
holds err "2 tokens, 0 live, 2 revoked"
[ "$(revocations pat)" = 1 ] || fail "not one revocation of the PAT"
[ "$(revocations hub)" = 1 ] || fail "not one revocation of the other"
python3 - <<'END'
import json
texts = [json.loads(json.loads(line)["body"])["text"]
         for line in open("provider/hooks.jsonl")]
assert len(texts) == 2, texts
(text,) = [t for t in texts if "Places in all: 3" in t]
print(*sorted(line.split("//")[-1] for line in text.splitlines()
              if "yml" in line), sep="\n")
END
"$STANCH" audit status --store s/a.db | tail -n +2 | grep leaks
"$STANCH" log show audit.log >shown
for action in TokenDetected RevokeIntended RevokeAnswered \
	PatSystemRevokeEvent; do
	[ "$(grep -c "$action" shown)" = 2 ] || fail "not 2 of $action"
done
grep -o '"places":[0-9]*' audit.log | sort | uniq -c | sort -rn |
	awk '{print $2}'
store 'select state, closed <> 0, hold from incidents order by leak'
store 'select what, count(*) from decisions group by what'
store 'select verdict, count(*) from verdicts group by verdict'
store 'select count(*) from claims'
store 'select count(*) from decisions where who like "%policy.toml sha256:%"'
# Again: nothing is due.
asked=$(provider_requests)
lines=$(wc -l <audit.log)
expect 1 audit -f jsonl >out 2>err
[ "$(provider_requests)" = "$asked" ] || fail "asked again"
[ "$(wc -l <audit.log)" = "$lines" ] || fail "recorded again"
[ "$(grep -c '"verdict":"dead"' out)" -ge 4 ] || fail "verdicts in the report"
# With another policy it is looked at again: the log knows that it is dead.
policy_write 'maxRevocations = 5'
expect 1 audit >out 2>err
[ "$(provider_requests)" = "$asked" ] || fail "asked about what is dead"
holds out "dead"
expect 0 "$STANCH" log verify audit.log --head "$(cat audit.head)" >/dev/null
no_secret audit.log audit.head err shown out provider/requests.jsonl s/a.db
