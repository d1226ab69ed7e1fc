. "$TESTS/lib.sh"
mkdir tree && chmod 000 tree && chmod 755 .
expect 3 as_user "$STANCH" scan -f jsonl tree >report
[ "$(summary files.failed report)" = 1 ] || fail "failed"
echo "k = 1" >file && chmod 000 file
expect 3 as_user "$STANCH" scan -f jsonl file >report
[ "$(summary files.failed report)" = 1 ] || fail "failed file"
