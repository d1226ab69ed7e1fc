# An audit that remembers tells what one tells that knows nothing, after any
# sequence of pushes, force-pushes, repacks, forks, losses and rule changes.
. "$TESTS/repos.sh"
for seed in 1 2 3; do
	mkdir "$seed"
	(cd "$seed" && timeout 300 python3 "$TESTS/audit_equal.py" "$STANCH" \
		"$seed" "${AUDIT_STEPS:-15}") || fail "seed $seed"
done
