# respond reads a report with secrets; revoke takes one from standard input.
. "$TESTS/response.sh"
loop_setup
"$STANCH" scan -f jsonl repo >redacted
expect 2 "$STANCH" respond --policy policy.toml redacted 2>err
holds err "its secret is redacted"
"$STANCH" scan -f jsonl --show-secrets repo |
	expect 0 "$STANCH" respond --policy policy.toml >out
holds out "2 revoked"
[ "$(revocations)" = 2 ] || fail "not two revocations"
expect 2 "$STANCH" revoke --policy policy.toml </dev/null 2>err
holds err "no rule knows it"
printf '%s\n%s\n' "$hub" "$pat" |
	expect 2 "$STANCH" revoke --policy policy.toml 2>err
holds err "more than one token"
expect 2 "$STANCH" revoke </dev/null 2>err
holds err "--policy is missing"
other=$(token ghp 9)
provider_token other live "$other"
echo "$other" | expect 0 "$STANCH" revoke --policy policy.toml >out
holds out "revoked, and confirmed dead"
no_secret out err audit.log
