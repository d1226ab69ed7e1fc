. "$TESTS/repos.sh"
# A merge or rebase in progress: what the other side has already is its
# own matter; what the resolution adds is not.
repo r
echo one >r/f
commit r one
git -C r checkout -q -b side
echo side >r/f
{
	token npm 3
	echo
} >r/old
commit r side
git -C r checkout -q main
echo main >r/f
commit r main
(cd r && "$STANCH" hook install pre-commit >/dev/null) || fail install
git -C r merge -q side >/dev/null 2>&1 && fail "no conflict"
echo both >r/f
git -C r add f
git -C r commit -q -m merged 2>err || {
	cat err
	fail "stopped for what the other side has"
}
git -C r reset -q --hard HEAD~1
git -C r merge -q side >/dev/null 2>&1 && fail "no conflict"
token ghp 1 >r/f
git -C r add f
git -C r commit -q -m merged 2>err && fail "a token in the resolution"
holds err "1 leaked token staged"
holds err "f:1:1"
git -C r merge --abort
# A file of the other side, with one token more.
git -C r merge -q side >/dev/null 2>&1 && fail "no conflict"
echo both >r/f
token ghp 2 >>r/old
git -C r add f old
git -C r commit -q -m merged 2>err && fail "a token more"
holds err "1 leaked token staged"
holds err "old:2:1"
git -C r merge --abort
# Rebasing, stopped by a conflict.
git -C r checkout -q side
git -C r rebase main >/dev/null 2>&1 && fail "no conflict"
token ghp 1 >r/f
git -C r add f
(cd r && "$STANCH" hook run pre-commit 2>../err)
[ $? -eq 1 ] || fail "a rebase in progress"
holds err "f:1:1"
echo fine >r/f
git -C r add f
git -C r rm -q -f old
(cd r && "$STANCH" hook run pre-commit) || fail "a clean rebase"
git -C r rebase --abort || fail abort
# Cherry-picks and reverts commit the same way.
git -C r checkout -q main
git -C r cherry-pick side >/dev/null 2>&1 && fail "no conflict"
token ghp 1 >r/f
git -C r add f
git -C r commit -q -m picked 2>err && fail "a token in a pick"
holds err "f:1:1"
