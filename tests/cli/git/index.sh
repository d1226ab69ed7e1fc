. "$TESTS/repos.sh"
# A blob that only the index holds is told as such, with its path.
repo r
echo base >r/f
commit r base
mkdir r/d
token ghp 1 >r/d/staged
git -C r add d
rm r/d/staged
scan 1 out r
found out 1
has out source index
has out path r/d/staged
grep -q unreachable out && fail "it is not lost"
objects out r
# Once it is committed it is history.
git -C r commit -q -m staged
scan 1 out r
found out 1
has out source history
