. "$TESTS/lib.sh"
[ -c /dev/full ] || skip "no /dev/full"
mkdir tree && echo "k = $(token ghp)" >tree/a
for format in text json jsonl sarif csv junit github html; do
	expect 4 "$STANCH" scan -f $format tree >/dev/full 2>err
	holds err "No space left"
	holds err tree/a
	lacks err "$(token ghp)"
done
expect 4 "$STANCH" scan -f json -o /dev/full tree 2>err
holds err tree/a
# without findings: still not 0
rm tree/a
expect 3 "$STANCH" scan -f json tree >/dev/full 2>err
