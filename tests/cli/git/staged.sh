. "$TESTS/repos.sh"
# The index against HEAD: only what is new, from the object store.
repo r
token ghp 1 >r/first
git -C r add first
scan 1 out r --staged
found out 1
has out source index
has out path r/first
has out object "$(git -C r rev-parse :first)"
has out commit null
commit r one
scan 0 out r --staged
found out 0
# An old secret in a changed file is old; a new one beside it is new.
printf '%s\n%s\n' "$(token ghp 1)" "$(token npm 2)" >r/first
git -C r add first
# The working tree does not matter.
echo nothing >r/first
scan 1 out r --staged
found out 1
has out rule npm-token
has out line 2
commit r two
# Moved, and moved with a change: still old.
token ghp 3 >r/second
commit r three
git -C r mv second third
scan 0 out r --staged
{ echo more; token ghp 3; } >r/third
git -C r add third
scan 0 out r --staged
# Not staged, or taken away: nothing.
commit r four
token npm 4 >r/unstaged
git -C r rm -q third
scan 0 out r --staged
# In a subdirectory, seen from there.
mkdir -p r/deep/er
token npm 5 >r/deep/er/x
git -C r add deep
(cd r/deep && scan 1 ../../out --staged)
found out 1
has out path deep/er/x
# An intent to add has no content.
git -C r reset -q --hard
token npm 6 >r/intended
git -C r add -N intended
scan 0 out r --staged
# Nothing to look at, or no repository.
repo empty
scan 0 out empty --staged
mkdir none
expect 2 "$STANCH" scan --staged none 2>err
holds err "not a git repository"
