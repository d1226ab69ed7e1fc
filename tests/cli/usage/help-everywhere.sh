. "$TESTS/lib.sh"
for command in scan "rules list" "rules show" "rules test" "rules lint" \
	version help rules; do
	expect 0 "$STANCH" $command --help >a
	expect 0 "$STANCH" help $command >b
	cmp a b || fail "help $command"
	holds a "Usage: stanch $command"
done
expect 2 "$STANCH" help scna 2>err
holds err "did you mean"
