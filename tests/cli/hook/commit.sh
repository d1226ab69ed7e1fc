. "$TESTS/repos.sh"
# Real commits in all their forms, through an installed pre-commit hook.
repo r
echo "nothing here" >r/f
commit r one
(cd r && "$STANCH" hook install pre-commit >../said) || fail install
holds said "installed "
[ -x r/.git/hooks/pre-commit ] || fail "it is not there"

# refused COMMAND...: it is, in at most eight lines that name f.
refused() {
	(cd r && "$@" >/dev/null 2>../err) && fail "let through: $*"
	[ "$(wc -l <err)" -le 8 ] || {
		cat err
		fail "more than eight lines: $*"
	}
	holds err "stanch: commit stopped: 1 leaked token staged"
	holds err "  f:1:1  GitHub personal access token (classic)  ghp_"
	lacks err "$(token ghp 1)"
	git -C r reset -q --hard
}
token ghp 1 >r/f
git -C r add f
refused git commit -m plain
token ghp 1 >r/f
refused git commit -a -m all
token ghp 1 >r/f
refused git commit -m path -- f
token ghp 1 >r/f
git -C r add f
refused git commit --amend -m amended
mkdir r/sub
token ghp 1 >r/f
(cd r/sub && git commit -q -a -m below >/dev/null 2>&1) && fail "from below"
git -C r reset -q --hard
# What is staged beside is not what the path form commits; nor is what is not
# staged.
token npm 2 >r/other
git -C r add other
echo changed >r/f
(cd r && git commit -q -m path -- f) || fail "refused what it does not commit"
git -C r reset -q --hard
token ghp 1 >r/f
echo fine >r/g
(cd r && git add g && git commit -q -m only-g) || fail "looked at the tree"
git -C r reset -q --hard
# Many: still eight lines, and the rest is counted.
for i in 1 2 3 4 5 6 7; do
	token ghp "$i" >"r/many$i"
done
(cd r && git add . && git commit -q -m many >/dev/null 2>../err) &&
	fail "many let through"
[ "$(wc -l <err)" -le 8 ] || fail "many lines"
holds err "7 leaked tokens staged"
holds err "and 4 more places"
git -C r reset -q --hard
# Names that play with terminals and lines.
name=$(printf 'a\nb\033[2Jc')
token ghp 1 >"r/$name"
(cd r && git add . && git commit -q -m name >/dev/null 2>../err) &&
	fail "a name let through"
holds err 'a\nb\x1b[2Jc:1:1'
[ "$(wc -l <err)" -le 8 ] || fail "a name makes lines"
git -C r reset -q --hard
# An index that cannot be read stops the commit, and says so in a line.
echo broken >r/.git/index
"$STANCH" hook run pre-commit >out 2>err </dev/null && fail outside
(cd r && "$STANCH" hook run pre-commit 2>../err)
[ $? -eq 2 ] || fail "a broken index"
[ "$(wc -l <err)" -eq 1 ] || fail "more than one line"
# No index at all: nothing is staged.
rm r/.git/index
(cd r && "$STANCH" hook run pre-commit) || fail "no index"
# No HEAD yet: everything is new.
repo new
(cd new && "$STANCH" hook install pre-commit >/dev/null) || fail install
token ghp 1 >new/f
git -C new add f
git -C new commit -q -m first 2>err && fail "first commit let through"
holds err "f:1:1"
echo clean >new/f
git -C new add f
git -C new commit -q -m first || fail "first clean commit"
