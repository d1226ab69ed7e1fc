. "$TESTS/repos.sh"
# A worktree sees the whole store and its own index; the main repository sees
# what a worktree's HEAD and index hold.
repo r
echo base >r/f
commit r base
git -C r worktree add -q --detach ../w
token ghp 1 >w/only
commit w "on no branch"
token npm 2 >w/staged
git -C w add staged
scan 1 out w --staged
found out 1
has out path w/staged
scan 0 out r --staged
scan 1 out r --history
found out 2
grep github-pat out >a
has a path r/only
has a commit.subject "on no branch"
grep -q unreachable a && fail "the worktree's HEAD reaches it"
grep npm-token out >b
has b source index
has b path r/staged
scan 1 out w --history
found out 2
objects out w
scan 1 out w
