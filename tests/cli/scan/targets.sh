. "$TESTS/lib.sh"
echo "k = $(token ghp)" >a
echo "k = $(token npm)" >b
expect 1 "$STANCH" scan -f jsonl a b >report
[ "$(field path report | sort | tr '\n' ' ')" = "a b " ] || fail "paths"
# one that is not there: nothing is scanned, and it is said
expect 2 "$STANCH" scan -f jsonl a missing b >report 2>err
holds err missing
[ ! -s report ] || fail "a report of a scan that did not run"
