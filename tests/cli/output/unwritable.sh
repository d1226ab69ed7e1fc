. "$TESTS/lib.sh"
mkdir tree && echo "k = $(token ghp)" >tree/a
expect 4 "$STANCH" scan tree -o no/such/dir/report.json 2>err
holds err "no/such/dir/report.json"
holds err tree/a
# what could not be replaced is left as it was, and nothing stays beside it
chmod 755 . && mkdir closed && echo old >closed/report.json
chmod 555 closed
expect 4 as_user "$STANCH" scan tree -o closed/report.json 2>err
[ "$(cat closed/report.json)" = old ] || fail "the old report is gone"
[ "$(ls -A closed)" = report.json ] || fail "left: $(ls -A closed)"
