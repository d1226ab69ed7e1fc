. "$TESTS/repos.sh"
# Every form in which git writes an index.
make() {
	rm -rf r
	repo r "$@"
	for d in a b c/d/e; do
		mkdir -p "r/$d"
		for i in 1 2 3 4 5 6 7 8 9; do
			echo "$d $i" >"r/$d/file-$i"
		done
	done
	commit r one
}
check() {
	token ghp 1 >r/c/d/e/file-5
	token npm 2 >r/b/new
	git -C r add c b
	[ -z "${1:-}" ] || git -C r update-index --index-version "$1"
	scan 1 out r --staged
	found out 2
	has out path r/c/d/e/file-5
	has out path r/b/new
	[ "$(summary objects.total out)" -eq 2 ] ||
		fail "looked at $(summary objects.total out) blobs, not 2"
}
for version in 2 3 4; do
	make
	check $version
	make --object-format=sha256
	check $version
done
# Without the cache-tree, with flags that need version 3.
make
git -C r read-tree HEAD
git -C r update-index --skip-worktree a/file-1
check
# A conflict: both sides are there.
make
git -C r checkout -q -b other
token ghp 1 >r/a/file-1
commit r other
git -C r checkout -q main
echo else >r/a/file-1
commit r main
git -C r merge -q other >/dev/null 2>&1
scan 1 out r --staged
found out 1
# A sparse index, whose entries are directories.
make
git -C r sparse-checkout init --cone --sparse-index >/dev/null 2>&1 &&
	git -C r sparse-checkout set a >/dev/null 2>&1 || skip "no sparse index"
git -C r ls-files --sparse | grep -q '/$' || skip "no sparse index"
token ghp 1 >r/a/file-1
git -C r add a
scan 1 out r --staged
found out 1
# A split index: what it changes stands in one file, the rest in another.
make
git -C r update-index --split-index
check
# Without the other one it is refused, and not taken for empty.
rm r/.git/sharedindex.*
expect 2 "$STANCH" scan --staged r 2>err
holds err "shared file is not there"
