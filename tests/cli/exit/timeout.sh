. "$TESTS/lib.sh"
# A pipe that stays open: only the clock can end it.
sleep 4 | expect 3 "$STANCH" scan --timeout 0.5 -f jsonl - >report &
scan=$!
sleep 1.5
[ -s report ] || fail "not stopped by the clock"
wait $scan 2>/dev/null
[ "$(summary complete report)" = false ] || fail "complete"
[ "$(summary interrupted report)" = timeout ] || fail "no reason"
