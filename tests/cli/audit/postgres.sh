# Many workers on one PostgreSQL store: what they find together is what one
# finds alone, with some of them killed; and the same schema tells the same.
. "$TESTS/repos.sh"
. "$TESTS/postgres.sh"
timeout 600 python3 "$TESTS/audit_crash.py" "$STANCH" "$postgres" \
	"${AUDIT_KILLS:-20}" 4 || fail "workers"
expect 1 "$STANCH" audit report --store "$postgres" -f jsonl >many
expect 1 "$STANCH" audit dir:org --store one.db -f jsonl >one
for f in many one; do
	grep '"type":"finding"' $f | sed 's/"first_run":[0-9]*,//' |
		sort >$f.findings
done
cmp many.findings one.findings || fail "other findings"
expect 2 "$STANCH" audit dir:org --store \
	"postgresql:///none?host=$postgres_dir&user=stanch" 2>err
expect 2 "$STANCH" audit dir:org --store "postgresql:///x?host=/none" 2>>err
wc -l <err
