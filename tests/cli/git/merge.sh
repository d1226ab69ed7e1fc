. "$TESTS/repos.sh"
# What only a merge commit brings is attributed to it, and seen in a range.
repo r
echo base >r/f
commit r base
git -C r checkout -q -b side
echo side >r/side
commit r side
git -C r checkout -q main
echo main >r/main
commit r main
git -C r merge -q --no-commit side >/dev/null 2>&1
token ghp 1 >r/evil
commit r "merge with something more"
merge=$(git -C r rev-parse HEAD)
scan 1 out r --history
found out 1
has out commit.id "$merge"
scan 1 out r --range HEAD^1..HEAD
found out 1
has out commit.id "$merge"
