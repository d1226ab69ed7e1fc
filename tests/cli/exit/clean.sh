. "$TESTS/lib.sh"
mkdir tree && echo 'int main(void) { return 0; }' >tree/a.c
expect 0 "$STANCH" scan -f jsonl tree >report
[ "$(findings report)" = 0 ] || fail "findings in a clean tree"
[ "$(summary complete report)" = true ] || fail "not complete"
[ "$(summary files.total report)" = 1 ] || fail "files.total"
[ "$(summary files.scanned report)" = 1 ] || fail "files.scanned"
# nothing at all is complete and clean, too
mkdir empty
expect 0 "$STANCH" scan -f jsonl empty >report
[ "$(summary files.total report)" = 0 ] || fail "files in an empty tree"
