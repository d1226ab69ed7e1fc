. "$TESTS/lib.sh"
mkdir tree && echo "k = $(token ghp)" >tree/a
expect 4 "$STANCH" scan tree >&- 2>err
holds err tree/a
expect 4 "$STANCH" scan tree >&- 2>&-
expect 1 "$STANCH" scan tree <&- >report
# standard input closed is not an empty one
expect 3 "$STANCH" scan - <&- >report
