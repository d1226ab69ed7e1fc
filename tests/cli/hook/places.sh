. "$TESTS/repos.sh"
# Worktrees, submodules, core.hooksPath, bare repositories: the hook goes
# where git looks, and sees what is committed there.
repo r
echo one >r/f
commit r one
git -C r worktree add -q ../tree -b tree
(cd tree && "$STANCH" hook install pre-commit >/dev/null) || fail worktree
[ -x r/.git/hooks/pre-commit ] || fail "not in the common directory"
token ghp 1 >tree/f
git -C tree add f
git -C tree commit -q -m token 2>err && fail "let through in a worktree"
holds err "f:1:1"
git -C r commit -q --allow-empty -m other || fail "another worktree's index"
git -C tree reset -q --hard

repo sub
echo one >sub/f
commit sub one
git -C r -c protocol.file.allow=always submodule --quiet add ../sub sub ||
	fail "submodule add"
commit r "with a submodule"
(cd r/sub && "$STANCH" hook install pre-commit >/dev/null) || fail submodule
[ -x r/.git/modules/sub/hooks/pre-commit ] || fail "not the submodule's"
token ghp 1 >r/sub/f
git -C r/sub add f
git -C r/sub commit -q -m token 2>err && fail "let through in a submodule"
holds err "f:1:1"
git -C r/sub reset -q --hard
echo two >r/sub/f
git -C r/sub commit -q -a -m two || fail "a clean submodule"
git -C r add sub
git -C r commit -q -m "moved on" || fail "a submodule's new commit"

# core.hooksPath inside the tree: there.
repo own
mkdir own/.hooks
git -C own config core.hooksPath .hooks
(cd own && "$STANCH" hook install pre-commit >/dev/null) || fail hooksPath
[ -x own/.hooks/pre-commit ] || fail "not at core.hooksPath"
token ghp 1 >own/f
git -C own add f
git -C own commit -q -m token 2>err && fail "let through with hooksPath"
# Named by an included file, as git follows it.
repo inc
printf '[core]\n\thooksPath = .included\n' >inc/.team
git -C inc config include.path ../.team
(cd inc && "$STANCH" hook install pre-commit >/dev/null) || fail include
[ -x inc/.included/pre-commit ] || fail "not where the include says"
# Outside: it is everybody's.
repo far
git -C far config core.hooksPath "$PWD/shared"
(cd far && expect 2 "$STANCH" hook install pre-commit 2>../err)
holds err "core.hooksPath leads out of this repository"
[ ! -e shared ] || fail "written outside"
# A link out is out.
repo link
rm -rf link/.git/hooks
mkdir elsewhere
ln -s "$PWD/elsewhere" link/.git/hooks
(cd link && expect 2 "$STANCH" hook install pre-commit 2>../err)
[ -z "$(ls elsewhere)" ] || fail "written through a link"
# A bare repository: pre-receive.
git clone -q --bare r bare.git 2>/dev/null
(cd bare.git && "$STANCH" hook install >../said) || fail bare
holds said "hooks/pre-receive"
[ ! -e bare.git/hooks/pre-commit ] || fail "pre-commit in a bare one"
# Below the top, and nowhere.
mkdir -p r/deep/er
(cd r/deep/er && "$STANCH" hook install pre-push >/dev/null) || fail deep
[ -x r/.git/hooks/pre-push ] || fail "not at the top"
mkdir none
(cd none && GIT_CEILING_DIRECTORIES=$PWD/.. expect 2 "$STANCH" hook install \
	2>../err)
holds err "no repository here"
(cd r && expect 2 "$STANCH" hook install pre-comit 2>../err)
holds err "is not one of"
# A split index, of the main working tree and of a linked one: git makes others
# from it for each form of commit.
repo split
git -C split config core.splitIndex true
for i in 1 2 3 4 5 6 7 8 9; do
	echo $i >split/f$i
done
commit split one
(cd split && "$STANCH" hook install pre-commit >/dev/null) || fail install
git -C split worktree add -q ../split-tree
for tree in split split-tree; do
	git -C $tree update-index --split-index
	for form in "-a" "-- f3" "-i f3" "--amend -a"; do
		token ghp 1 >$tree/f3
		# shellcheck disable=SC2086
		git -C $tree commit -q -m token $form 2>err &&
			fail "let through in $tree: $form"
		holds err "f3:1:1"
		git -C $tree reset -q --hard
	done
	echo more >>$tree/f4
	git -C $tree commit -q -a -m clean || fail "clean, in $tree"
done
