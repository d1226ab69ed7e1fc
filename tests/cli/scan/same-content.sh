. "$TESTS/lib.sh"
mkdir tree
echo "k = $(token ado52)" >tree/a
cp tree/a tree/b
cp tree/a tree/c
expect 1 "$STANCH" scan -f jsonl tree >report
[ "$(findings report)" = 3 ] || fail "places"
[ "$(field path report | tr '\n' ' ')" = "tree/a tree/b tree/c " ] ||
	fail "paths"
[ "$(summary leaks report)" = 1 ] || fail "leaks"
[ "$(summary files.total report)" = 3 ] || fail "files"
