# Every request is shown, redacted; only those that ask are sent.
. "$TESTS/response.sh"
loop_setup
expect 1 "$STANCH" scan --respond policy.toml --dry-run repo >out 2>err
holds err "would revoke azure-devops"
holds err "POST https://api.github.com/credentials/revoke"
holds err "tokenadmin/revocations"
holds err "cannot be undone"
[ "$(revocations)" = 0 ] || fail "something was revoked"
lacks provider/requests.jsonl tokenadmin
lacks provider/requests.jsonl credentials/revoke
no_secret err out audit.log
