. "$TESTS/repos.sh"
# --global: git's config gets three lines and loses them again; repositories'
# own hooks still run.
unset GIT_CONFIG_GLOBAL
export LOG="$PWD/log"
repo r
echo one >r/f
commit r one
for hook in pre-commit commit-msg post-commit; do
	mkdir -p r/.git/hooks
	printf '#!/bin/sh\necho %s >>"$LOG"\n' $hook >r/.git/hooks/$hook
	chmod +x r/.git/hooks/$hook
done
git -C r worktree add -q ../tree -b tree
# try BEFORE: with this text as git's config.
check() {
	"$STANCH" hook install --global >said || fail install
	[ "$(git config --global core.hooksPath)" = \
		"$XDG_CONFIG_HOME/stanch/hooks" ] || fail "git does not know"
	for where in r tree; do
		: >log
		echo "$where" >>$where/f
		git -C $where commit -q -a -m clean || fail "a clean commit"
		[ "$(tr '\n' ' ' <log)" = "pre-commit commit-msg post-commit " ] ||
			fail "own hooks in $where: $(cat log)"
		token ghp 1 >$where/f
		git -C $where commit -q -a -m token 2>err &&
			fail "let through in $where"
		holds err "f:1:1"
		git -C $where reset -q --hard
	done
	"$STANCH" hook install --global >said || fail "install again"
	"$STANCH" hook uninstall --global >said || fail uninstall
	[ ! -e "$XDG_CONFIG_HOME/stanch/hooks" ] || fail "left: hooks"
}
check
[ ! -e "$HOME/.gitconfig" ] || fail "left: .gitconfig"
printf '[user]\n\tname = Ann\n' >"$HOME/.gitconfig"
cp "$HOME/.gitconfig" was
check
cmp was "$HOME/.gitconfig" || fail "not as it was"
printf '[user]\n\tname = Ann' >"$HOME/.gitconfig"
chmod 600 "$HOME/.gitconfig"
cp "$HOME/.gitconfig" was
check
cmp was "$HOME/.gitconfig" || fail "without a newline: not as it was"
[ "$(stat -c %a "$HOME/.gitconfig")" = 600 ] || fail "another mode"
# A link to where dotfiles are kept stays one.
mv "$HOME/.gitconfig" dotfile
ln -s "$PWD/dotfile" "$HOME/.gitconfig"
check
cmp was dotfile || fail "through a link"
[ -L "$HOME/.gitconfig" ] || fail "the link is gone"
# Only some of it: the rest stays passed on.
"$STANCH" hook install --global >said || fail install
"$STANCH" hook uninstall --global pre-commit >said || fail "one of two"
: >log
token ghp 1 >r/f
git -C r commit -q -a -m token || fail "still looked at"
holds log commit-msg
git -C r reset -q --hard HEAD~1
"$STANCH" hook uninstall --global >said || fail uninstall
# core.hooksPath of one's own: there, and the config stays.
mkdir mine
printf '#!/bin/sh\necho mine >>"$LOG"\n' >mine/pre-commit
chmod +x mine/pre-commit
git config --global core.hooksPath "$PWD/mine"
cp dotfile was
"$STANCH" hook install --global pre-commit >said || fail "own path"
cmp -s was dotfile || fail "config written"
: >log
echo x >r/f
git -C r commit -q -a -m clean || fail clean
holds log mine
token ghp 1 >r/f
git -C r commit -q -a -m token 2>err && fail "let through"
git -C r reset -q --hard
"$STANCH" hook uninstall --global >said || fail uninstall
[ "$(ls mine)" = pre-commit ] || fail "left behind"
holds mine/pre-commit "echo mine"
# Without --global git's config is never written.
git config --global --unset core.hooksPath
cp dotfile was
(cd r && "$STANCH" hook install >/dev/null &&
	"$STANCH" hook uninstall >/dev/null) || fail local
cmp -s was dotfile || fail "config written without being asked"
# Edited meanwhile: nothing is guessed.
"$STANCH" hook install --global >said || fail install
sed -i 's/hooksPath/hookspath/' dotfile
expect 2 "$STANCH" hook uninstall --global 2>err
holds err "git config --global --unset"
