# Policies that must not be believed, and revocations that a provider refuses
# or does not carry out.
. "$TESTS/response.sh"
loop_setup
cp policy.toml repo/policy.toml
expect 2 "$STANCH" scan --respond repo/policy.toml repo 2>err
holds err "it stands in what is scanned"
rm repo/policy.toml
chmod 666 policy.toml
expect 2 "$STANCH" scan --respond policy.toml repo 2>err
holds err "others may write it"
policy_write 'revok = false'
chmod 600 policy.toml
expect 2 "$STANCH" scan --respond policy.toml repo 2>err
holds err "did you mean 'revoke'?"
policy_write
printf '[[providers]]\nname = "gihub"\nrevoke = false\n' >>policy.toml
expect 2 "$STANCH" scan --respond policy.toml repo 2>err
holds err "no rule is of a provider 'gihub'"
policy_write
(
	unset ADMINISTRATOR
	expect 2 "$STANCH" scan --respond policy.toml repo 2>err
)
holds err "ADMINISTRATOR is not set"
[ "$(provider_requests)" = 0 ] || fail "something was sent"
# Refused: said, and not tried again by itself.
echo '{"*": "refuse"}' >provider/revoke.json
for _ in 1 2; do
	expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
	holds err "the provider refused to revoke it"
done
[ "$(revocations)" = 2 ] || fail "tried again"
# Accepted and nothing done: not confirmed, not sent again.
rm audit.log provider/revocations.jsonl
policy_write 'confirmWithin = "1s"'
echo '{"*": "deaf"}' >provider/revoke.json
for _ in 1 2; do
	expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
	holds err "a revocation was sent and it is still live"
done
[ "$(revocations)" = 2 ] || fail "sent again"
# A person may ask again.
rm provider/revoke.json
echo "$hub" | expect 0 "$STANCH" revoke --policy policy.toml >out
holds out "revoked, and confirmed dead"
"$STANCH" log show audit.log --action Token.PatRevokeEvent >shown
[ "$(wc -l <shown)" = 1 ] || fail "not recorded as a person's"
no_secret out err audit.log
