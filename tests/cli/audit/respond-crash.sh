# Audits that respond, two at once and killed at any moment: each token is
# revoked once and confirmed dead, and the store says what the log says.
. "$TESTS/response.sh"
. "$TESTS/repos.sh"
mkdir org
loop_setup
policy_write 'maxRevocations = 100' 'confirmWithin = "5s"'
timeout 1500 python3 "$TESTS/audit_respond.py" "$STANCH" s/a.db \
	"${AUDIT_RESPOND_KILLS:-12}" || fail "killed"
expect 0 "$STANCH" log verify audit.log >/dev/null
grep -rqF -- "$pat" s && fail "a token is in the store"
python3 "$TESTS/audit_store.py" s/a.db 'select count(*) from claims'
