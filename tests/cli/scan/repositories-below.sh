. "$TESTS/repos.sh"
# Repositories in a directory: their files are scanned with the others, and
# that their histories are not is said.
mkdir d
repo d/a
token ghp 1 >d/a/f
commit d/a one
echo clean >d/a/f
commit d/a two
git clone -q --bare d/a d/below/b.git 2>/dev/null
git -C d/a worktree add -q ../worktree
expect 0 "$STANCH" scan d >out
holds out "Repositories below, whose histories were not scanned: 2;"
expect 0 "$STANCH" scan -f jsonl d >out 2>err
[ "$(summary repositories_below out)" -eq 2 ] || fail "not counted"
holds err "of 2 repositories below the files were scanned, the histories not"
expect 0 "$STANCH" scan -q -f jsonl d >out 2>err
[ ! -s err ] || fail "quiet is not"
# Who asks for files alone knows.
expect 0 "$STANCH" scan --worktree d >out
lacks out "Repositories below"
# As they are told to be named.
expect 1 "$STANCH" scan d/a d/below/b.git >out
lacks out "Repositories below"
# Of a repository its own .git is no other one, nor a submodule's; a clone in
# its working tree is.
repo s
echo one >s/f
commit s one
repo r
git -C r -c protocol.file.allow=always submodule --quiet add ../s s
commit r s
expect 0 "$STANCH" scan r >out
lacks out "Repositories below"
git clone -q d/a r/clone
expect 0 "$STANCH" scan r >out
holds out "Repositories below, whose histories were not scanned: 1;"
# Names alone make none.
mkdir -p e/x/.git e/y/HEAD e/y/refs
expect 0 "$STANCH" scan e >out
lacks out "Repositories below"
