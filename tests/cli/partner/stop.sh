# SIGTERM while a revocation is under way: it is recorded, and the next start
# does not send it again. In a dry run nothing is sent and nothing is lost.
. "$TESTS/partner.sh"
partner_setup 'confirmWithin = "20s"'
partner_start --dry-run
sends 200
until_true said_it "would revoke"
sleep 1
[ "$(grep -c "would revoke" said)" = 1 ] || fail "shown again and again"
partner_stop 3
[ "$(revocations)" = 0 ] || fail "revoked in a dry run"
spool_is_empty && fail "a dry run lost it"
echo '{"pat": "hang"}' >provider/revoke.json
partner_start
revoked() {
	[ "$(revocations)" = 1 ]
}
until_true revoked
kill "$partner_pid"
wait "$partner_pid"
code=$?
case $code in
0 | 3) ;;
*) fail "exit $code" ;;
esac
holds audit.log '"event":"answered"'
partner_start
until_true spool_is_empty
partner_stop 0
[ "$(revocations)" = 1 ] || fail "sent again"
holds audit.log '"event":"confirmed"'
expect 0 "$STANCH" log verify audit.log >/dev/null
# stanch-partner is killed: the endpoint ends, and says so; what waits stays.
partner_start
for child in $(cat "/proc/$partner_pid/task/$partner_pid/children"); do
	[ "$(cat "/proc/$child/comm")" != stanch-partner ] ||
		kill -9 "$child"
done
wait "$partner_pid"
[ $? = 3 ] || fail "not 3"
holds err.said "stanch-partner ended"
