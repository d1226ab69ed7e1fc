# A hundred kills at random moments: the next run goes on, the result is that of
# a run that was never killed, the store is whole. AUDIT_KILLS: more.
. "$TESTS/repos.sh"
timeout 1200 python3 "$TESTS/audit_crash.py" "$STANCH" k.db \
	"${AUDIT_KILLS:-100}" || fail "crashes"
