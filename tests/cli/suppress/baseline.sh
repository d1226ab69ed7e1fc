# A baseline: written, believed, with reason, owner and expiry; what is new is
# open; stale and ended entries are told; a copy elsewhere is the same leak.
. "$TESTS/repos.sh"
repo r
echo "a = '$(token ghp 1)'" >r/a.py
commit r first

expect 1 "$STANCH" scan -q --write-baseline base r >out
[ "$(sed 1q base)" = "# stanch baseline 1" ] || fail "header: $(sed 1q base)"
[ "$(grep -c '^github-pat:' base)" -eq 1 ] || fail "entries: $(cat base)"
lacks base "$(token ghp 1)"

scan 0 rep --baseline base r
found rep 2
has rep suppressed "baseline base:4"
[ "$(summary leaks rep)$(summary suppressed rep)" = 02 ] || fail counts

# another place of the same is known, another secret is not
cp r/a.py r/copy.py
scan 0 rep --baseline base r
found rep 3
echo "b = '$(token ghp 2)'" >r/b.py
scan 1 rep --baseline base r
found rep 4
[ "$(summary findings rep)" = 1 ] || fail "findings $(summary findings rep)"

# what is written keeps what was there, with its words
sed -i 's/ - - -$/ 2999-12-31 @web made up for a test/' base
expect 1 "$STANCH" scan -q --write-baseline base r >out
holds base " 2999-12-31 @web made up for a test"
[ "$(grep -c '^github-pat:' base)" -eq 2 ] || fail "entries: $(cat base)"
[ "$(sort -c base 2>&1; grep '^git' base | sort -c 2>&1)" ] || :
grep '^git' base | LC_ALL=C sort -c || fail "not sorted"
scan 0 rep --baseline base r
grep -q '"owner":"@web","expires":"2999-12-31"' rep || fail "no owner"

# an ended entry suppresses nothing, and is told; so is one without use
sed -i 's/2999-12-31/2020-12-31/' base
echo "npm-token:aaaaaaaaaaaaaaaaaaaa - - -" >>base
scan 1 rep --baseline base r
[ "$(summary findings rep)" = 3 ] || fail "findings $(summary findings rep)"
grep -q '"suppression_refused":"expired: baseline base:' rep || fail refused
summary expired rep | grep -q 2020-12-31 || fail "expired is not told"
summary stale rep | grep -q npm-token || fail "stale is not told"
"$STANCH" scan --baseline base r >out
holds out "1 suppression ended:"
holds out "1 suppression that nothing answers to"
# of a part of the repository nobody can tell
scan 0 rep --baseline base --staged r
[ "$(summary stale rep)" = "[]" ] || fail "stale in a part"

mkdir r/part
cp r/b.py r/part
for target in r/part r/b.py "r/part r/b.py"; do
	scan 0 rep --baseline base $target
	[ "$(summary stale rep)" = "[]" ] || fail "stale: $target"
done
rm -r r/part

# the name at the root is read by itself; --no-suppress does not
mv base r/.stanch-baseline
sed -i 's/2020-12-31/2999-12-31/' r/.stanch-baseline
scan 0 rep r
scan 0 rep r/b.py
(cd r && mkdir -p sub && cp b.py sub && "$STANCH" scan -q sub >/dev/null) ||
	fail "from below the root"
scan 1 rep --no-suppress r
