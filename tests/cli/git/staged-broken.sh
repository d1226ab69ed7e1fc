. "$TESTS/repos.sh"
# An index that lies ends in exit 2, an object that is not there in exit 3.
repo r
echo one >r/f
commit r one
token ghp 1 >r/f
git -C r add f
cp r/.git/index good
size=$(wc -c <good)
for cut in 4 11 40 80 "$((size - 25))"; do
	head -c "$cut" good >r/.git/index
	expect 2 "$STANCH" scan --staged r 2>err
done
cp good r/.git/index
blob=$(git -C r rev-parse :f)
rm -f "r/.git/objects/$(echo "$blob" | sed 's|^..|&/|')"
scan 3 out r --staged
[ "$(summary objects.skipped.missing out)" -eq 1 ] || fail "not counted"
[ "$(summary complete out)" = false ] || fail "complete"
