. "$TESTS/repos.sh"
# What was amended away, dropped from the stash, or never committed is there.
repo r
echo base >r/f
commit r base
token ghp 1 >r/f
commit r "with it"
git -C r commit -q --amend -m "still with it"
echo base >r/f
git -C r add -A
git -C r commit -q --amend --allow-empty -m "without it"
token npm 2 | git -C r hash-object -w --stdin >/dev/null
token gho 3 >r/f
git -C r stash -q
scan 1 out r --history
objects out r
found out 3
grep github-pat out >a
has a unreachable true
grep npm-token out >b
has b unreachable true
has b commit null
git -C r stash drop -q
scan 1 out r --history
found out 3
# A blob that a tag names is not lost, whatever names the tag.
blob=$(token npm 2 | git -C r hash-object -w --stdin)
git -C r tag -a -m "of a blob" keys "$blob"
git -C r tag twice keys
scan 1 out r --history
grep npm-token out >b
grep -q unreachable b && fail "a tag names it"
:
