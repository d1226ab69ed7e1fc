. "$TESTS/lib.sh"
mkdir tree
echo "pat = $(token ado84)" >tree/a.txt
expect 1 "$STANCH" scan -f jsonl tree >report
[ "$(findings report)" = 1 ] || fail "not one finding"
[ "$(field rule report)" = azure-devops-pat ] || fail "rule"
[ "$(field confidence report)" = certain ] || fail "confidence"
[ "$(field path report)" = tree/a.txt ] || fail "path"
[ "$(field offset report)" = 6 ] || fail "offset"
[ "$(field length report)" = 84 ] || fail "length"
[ "$(field line report)" = 1 ] || fail "line"
[ "$(field column report)" = 7 ] || fail "column"
[ "$(field end_column report)" = 91 ] || fail "end_column"
[ "$(field source report)" = worktree ] || fail "source"
[ "$(summary complete report)" = true ] || fail "complete"
