. "$TESTS/lib.sh"
echo "$(token ghp) $(token npm)" >a
expect 1 "$STANCH" scan -f jsonl a >report
[ "$(findings report)" = 2 ] || fail "both"
expect 1 "$STANCH" scan --exclude-rule 'npm-*' -f jsonl a >report
[ "$(findings report)" = 1 ] || fail "exclude"
expect 1 "$STANCH" scan --rule 'npm-*' -f jsonl a >report
[ "$(findings report)" = 1 ] || fail "only"
# no rule is left: that is no clean scan
expect 2 "$STANCH" scan --no-default-rules a 2>err
expect 2 "$STANCH" scan --exclude-rule '*' a 2>err
[ "$(wc -l <err)" = 1 ] || fail "$(cat err)"
