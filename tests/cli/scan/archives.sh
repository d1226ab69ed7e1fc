. "$TESTS/lib.sh"
for tool in zip tar gzip xz zstd bzip2; do
	command -v $tool >/dev/null || skip "no $tool"
done
mkdir in tree
echo "k = $(token ghp 1)" >in/one
echo "k = $(token npm 2)" >in/two
(cd in && zip -q ../inner.zip one two)
cp inner.zip in/inner.zip
tar cf plain.tar in/one
tar czf tree/a.tar.gz in/one in/inner.zip
xz -k -c in/two >tree/two.xz
zstd -q -c in/two >tree/two.zst
bzip2 -c in/two >tree/two.bz2
cp inner.zip tree/b.zip
expect 1 "$STANCH" scan -f jsonl tree >report
field path report | sort -u >paths
holds paths 'tree/a.tar.gz!in/one'
holds paths 'tree/a.tar.gz!in/inner.zip!two'
holds paths 'tree/b.zip!one'
grep -q 'tree/two.xz!' paths || fail "xz"
grep -q 'tree/two.zst!' paths || fail "zst"
grep -q 'tree/two.bz2!' paths || fail "bz2"
# the archive's own bytes are scanned too: there is room to hide in them, and
# what is stored there as it is, is seen twice
grep -v '!' paths >own
[ "$(cat own)" = "tree/b.zip
tree/two.xz
tree/two.zst" ] || fail "own bytes: $(cat own)"
field source report | sort -u >sources
[ "$(cat sources)" = "archive
worktree" ] || fail "source"
[ "$(summary complete report)" = true ] || fail "complete"
# not opened when told so
expect 1 "$STANCH" scan --archive-depth 0 -f jsonl tree >report
field path report | grep '!' && fail "opened"
# one level only: the inner archive is a skip
expect 4 "$STANCH" scan --archive-depth 1 -f jsonl tree/a.tar.gz >report
holds report archive_depth
# a damaged one has failed, and its bytes are still looked at
head -c 100 plain.tar >/dev/null
{ head -c 700 tree/b.zip | head -c 80; echo " $(token ghp 9)"; } >broken.zip
expect 4 "$STANCH" scan -f jsonl broken.zip >report
[ "$(field path report)" = broken.zip ] || fail "bytes of a damaged archive"
[ "$(summary files.failed report)" -ge 1 ] || fail "failed"
