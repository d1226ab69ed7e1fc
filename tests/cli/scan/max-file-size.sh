. "$TESTS/lib.sh"
mkdir tree
echo small >tree/a
head -c 20000 /dev/zero | tr '\0' x >tree/b
# named by the user: the scan is complete
expect 0 "$STANCH" scan --max-file-size 10K -f jsonl tree >report
[ "$(summary files.skipped.too_large report)" = 1 ] || fail "too_large"
[ "$(summary files.total report)" = 2 ] || fail "total"
[ "$(summary complete report)" = true ] || fail "complete"
