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
# the archive's own bytes are scanned too: there is room to hide in them; but
# what is stored as it is in a member, is told of the member
grep -v '!' paths && fail "told twice"
[ "$(field source report | sort -u)" = archive ] || fail "source"
[ "$(summary complete report)" = true ] || fail "complete"
# the same in a nest, and for a copy of it
mkdir nest
tar cf nest/a.tar in/one
(cd nest && tar cf b.tar a.tar && cp b.tar c.tar && zip -q0 d.zip b.tar)
for jobs in 1 4; do
	expect 1 "$STANCH" scan -j $jobs -f jsonl nest >report
	[ "$(field path report)" = 'nest/a.tar!in/one
nest/b.tar!a.tar!in/one
nest/c.tar!a.tar!in/one
nest/d.zip!b.tar!a.tar!in/one' ] || fail "nest: $(field path report)"
done
# what stands in the archive alone is told of it
(cd in && zip -q0 ../alone.zip one)
printf 'k = %s' "$(token npm 8)" | zip -qz alone.zip >/dev/null
expect 1 "$STANCH" scan -f jsonl alone.zip >report
[ "$(field path report)" = 'alone.zip!one
alone.zip' ] || fail "alone: $(field path report)"
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
# and keep their own places beside a member's
{ cat plain.tar | head -c 2000; } >cut.tar
expect 4 "$STANCH" scan -f jsonl cut.tar >report
[ "$(field path report)" = 'cut.tar
cut.tar!in/one' ] || fail "cut: $(field path report)"
