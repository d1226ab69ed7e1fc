. "$TESTS/lib.sh"
mkdir tree tree/closed
echo "nothing" >tree/closed/a
echo "pat = $(token ghp)" >tree/b
chmod 000 tree/closed
chmod 755 tree .
# a directory that cannot be listed is a failure, and what else is there counts
expect 4 as_user "$STANCH" scan -f jsonl tree >report
[ "$(findings report)" = 1 ] || fail "the other finding is lost"
[ "$(summary complete report)" = false ] || fail "complete"
[ "$(summary files.failed report)" = 1 ] || fail "failed"
rm tree/b
expect 3 as_user "$STANCH" scan -f text tree >report
holds report "tree/closed"
holds report "Permission denied"
