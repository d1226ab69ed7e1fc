# Found, proved live, recorded, revoked, confirmed dead; then it rests.
. "$TESTS/response.sh"
loop_setup
expect 1 "$STANCH" scan --respond policy.toml -f jsonl -o out repo 2>err
holds err "2 tokens, 0 live, 2 revoked"
[ "$(revocations pat)" = 1 ] || fail "not one revocation of the PAT"
[ "$(revocations hub)" = 1 ] || fail "not one revocation of the other"
holds out '"verdict":"dead"'
expect 0 "$STANCH" log verify audit.log --head "$(cat audit.head)" >/dev/null
"$STANCH" log show audit.log >shown
for action in TokenDetected PatPublicDiscoveryEvent RevokeIntended \
	RevokeAnswered PatSystemRevokeEvent; do
	[ "$(grep -c "$action" shown)" = 2 ] || fail "not 2 of $action"
done
[ "$(stat -c %a audit.log audit.head | sort -u)" = 600 ] || fail "modes"
no_secret audit.log audit.head err shown out provider/requests.jsonl
# The organization's list was read as administrator, never with the token.
lacks provider/requests.jsonl '"name": "pat", "state": "live", "status": 401'
# Again: neither asked nor revoked.
asked=$(provider_requests)
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
holds err "it was revoked and is dead"
[ "$(provider_requests)" = "$asked" ] || fail "asked again"
# A record that is changed is found, and the log is not written to.
sed -i '3s/TokenDetected/TokenDetectec/' audit.log
expect 1 "$STANCH" log verify audit.log >found
holds found "record 3 is changed"
expect 2 "$STANCH" scan --respond policy.toml repo 2>err
holds err "record 3 is changed"
