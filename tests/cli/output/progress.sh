. "$TESTS/lib.sh"
# never without a terminal unless asked; then plain lines
{ echo a; sleep 1.6; } | expect 0 "$STANCH" scan - >/dev/null 2>err
[ ! -s err ] || fail "progress without a terminal"
{ echo a; sleep 2.4; } |
	expect 0 "$STANCH" scan --progress always - >/dev/null 2>err
grep -q '^[0-9]* files, .*/s, 0 findings' err || fail "$(cat err)"
grep -q "$(printf '\033')" err && fail "escapes"
exit 0
