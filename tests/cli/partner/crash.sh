# Killed at any moment, a dozen times: what was accepted comes to its end, and
# nothing is revoked twice. `tests/kill/partner` does it more often.
. "$TESTS/lib.sh"
SEED=7 python3 "$TESTS/../kill/partner" 12 "$STANCH" >out 2>&1 || {
	tail -30 out
	fail "killed"
}
holds out "12 passed, 0 failed"
