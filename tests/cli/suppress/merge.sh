# Baselines merge without conflicts: branches that add entries next to each
# other, one that takes one away, with merge=union, by git itself.
. "$TESTS/repos.sh"
repo r
for n in 1 2 3 4 5 6; do
	echo "a = '$(token ghp $n)'" >r/f$n.py
done
"$STANCH" scan -q --write-baseline all r >/dev/null
n=0
grep '^github' all >entries
printf '.stanch-baseline merge=union\n' >r/.gitattributes
head -3 all >r/.stanch-baseline
sed -n 3p entries >>r/.stanch-baseline
commit r base

# add BRANCH LINE...: entries by number, as `--write-baseline` would
add() {
	git -C r checkout -q -b "$1" main || fail checkout
	shift
	head -3 all >new
	{ grep '^github' r/.stanch-baseline; for n; do sed -n ${n}p entries; done; } |
		LC_ALL=C sort >>new
	cp new r/.stanch-baseline
	commit r "add $*"
}
add one 1 2 4
add two 5 6
add three 2 5
git -C r checkout -q main
for branch in one two three; do
	git -C r merge -q -m merge $branch >out 2>&1 || {
		cat out
		fail "merge $branch"
	}
done
scan 0 rep --worktree r
found rep 6
[ "$(summary suppressed rep)" = 6 ] || fail "suppressed"
# what union left twice is written once
"$STANCH" scan -q --worktree --write-baseline r/.stanch-baseline r >out ||
	fail "write"
cmp -s all r/.stanch-baseline || { diff all r/.stanch-baseline; fail differs; }
commit r tidy
# without the attribute git asks, and an unfinished merge is refused
git -C r checkout -q -b four one
sed -i '$d' r/.stanch-baseline
sed -n 6p entries >>r/.stanch-baseline
: >r/.gitattributes
commit r four
git -C r checkout -q -b five one
sed -i '$d' r/.stanch-baseline
: >r/.gitattributes
sed -n 5p entries >>r/.stanch-baseline
commit r five
git -C r merge -q -m merge four >out 2>&1 && fail "no conflict"
"$STANCH" scan -q --worktree r >out 2>err
[ $? -eq 2 ] || fail "a conflict is read"
holds err "a conflict of git"
