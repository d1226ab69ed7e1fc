# The same on PostgreSQL, with two workers that scan beside two audits: what
# workers scanned is found again by who asks.
. "$TESTS/response.sh"
. "$TESTS/repos.sh"
. "$TESTS/postgres.sh"
mkdir org
loop_setup
policy_write 'maxRevocations = 100' 'confirmWithin = "5s"'
timeout 1500 python3 "$TESTS/audit_respond.py" "$STANCH" "$postgres" \
	"${AUDIT_RESPOND_KILLS:-12}" 2 || fail "killed"
expect 0 "$STANCH" log verify audit.log >/dev/null
# All was scanned by a worker: the audit that asks finds it again.
for n in 0 1 2; do
	echo "t = '$hub'" >"org/$n/hub"
	commit "org/$n" "a token in all"
done
asked=$(provider_requests hub)
expect 1 "$STANCH" audit dir:org --store "$postgres" >/dev/null
expect 0 "$STANCH" audit --worker --store "$postgres" 2>/dev/null
[ "$(provider_requests hub)" = "$asked" ] || fail "asked without a policy"
expect 1 "$STANCH" audit dir:org --store "$postgres" \
	--respond policy.toml -f jsonl >out 2>err
[ "$(grep -c '"event":"confirmed".*"places":3' audit.log)" = 1 ] ||
	fail "not one incident over three repositories"
[ "$(revocations hub)" = 1 ] || fail "not revoked once"
