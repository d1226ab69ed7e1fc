. "$TESTS/lib.sh"
for option in "--respond policy" --dry-run; do
	expect 2 "$STANCH" scan $option . 2>err
	holds err "not available in this build"
done
for command in respond revoke; do
	expect 2 "$STANCH" $command 2>err
	holds err "unknown command"
done
