. "$TESTS/repos.sh"
# What suppresses: for the one who commits, comments and files of the tree; at
# a server only what the target branch says already.
repo r
echo one >r/f
commit r one
(cd r && "$STANCH" hook install >/dev/null) || fail install
echo "key = $(token ghp 1) # stanch:allow a fixture" >r/f
git -C r commit -q -a -m allowed 2>err || {
	cat err
	fail "a comment does not count in a person's hook"
}
token ghp 2 >r/g
printf '[[allow]]\npaths = ["g"]\nreason = "fixtures"\n' >r/.stanch.toml
git -C r add .
git -C r commit -q -m settings 2>err || {
	cat err
	fail "settings do not count in a person's hook"
}
echo "broken [" >r/.stanch.toml
token ghp 3 >r/g
git -C r commit -q -a -m broken 2>err && fail "broken settings"
[ "$(wc -l <err)" -eq 1 ] || fail "more than one line"
git -C r reset -q --hard

rm r/.git/hooks/pre-commit
git init -q --bare -b main bare.git
(cd bare.git && "$STANCH" hook install >/dev/null) || fail install
git -C r remote add origin ../bare.git
git -C r push -q --no-verify origin HEAD~2:refs/heads/main || fail "clean"
# refused TEXT ARGUMENT...
refused() {
	refused_text=$1
	shift
	git -C r push -q --no-verify origin "$@" 2>err &&
		fail "let through: push $*"
	holds err "$refused_text"
}
refused "f:1:7" HEAD~1:main
refused "2 leaked tokens" HEAD:main
# Accepted on the branch first, by who may; the comment still does not count.
git -C r checkout -q -b settings HEAD~2
printf '[[allow]]\npaths = ["g"]\nreason = "fixtures"\n' >r/.stanch.toml
commit r settings
git -C r push -q --no-verify origin settings:main || fail "settings alone"
token ghp 2 >r/g
commit r g
git -C r push -q --no-verify origin settings:main 2>err || {
	cat err
	fail "what the target branch accepts"
}
# Its own, of a new branch: not yet. HEAD's count.
git -C r checkout -q -b other
printf '[[allow]]\npaths = ["*"]\n' >r/.stanch.toml
token ghp 5 >r/h
commit r other
refused "h:1:1" other
git -C r rm -q -f h
git -C r commit -q --amend -m "settings alone"
git -C r push -q --no-verify origin other || fail "settings alone"
# That branch says what it wants of itself, unless the hook names another.
rm bare.git/hooks/pre-receive
(cd bare.git && "$STANCH" hook install -- --settings-from refs/heads/main \
	>/dev/null) || fail install
token ghp 5 >r/h
commit r h
refused "h:1:1" other
# Several refs in one push: no branch's settings speak for another's, nor for
# itself; those of HEAD's branch, as it is before, speak for all.
rm bare.git/hooks/pre-receive
(cd bare.git && "$STANCH" hook install >/dev/null) || fail install
git -C r reset -q --hard HEAD^
git -C r tag lax
git -C r checkout -q -B main-2 settings
token ghp 7 >r/i
commit r i
refused "i:1:1" main-2:main HEAD~1:refs/heads/other-2
refused "i:1:1" main-2:main lax:refs/heads/lax
token ghp 5 >r/h
git -C r checkout -q -B other-3 lax
commit r h
refused "h:1:1" other-3:other settings:refs/heads/also-settings
git -C r rm -q -f h
token ghp 8 >r/g
git -C r commit -q --amend -m "g, by the settings of main" -a
git -C r push -q --no-verify origin other-3:other main-2~1:refs/heads/two \
	2>err || {
	cat err
	fail "what HEAD's branch accepts"
}
# Broken ones suppress nothing, and it is said.
git -C r checkout -q settings
echo "[[allow" >r/.stanch.toml
commit r broken
git -C r push -q --no-verify origin settings:main || fail broken
token ghp 6 >r/g
commit r new
refused "suppresses nothing: " settings:main
refused "g:1:1" settings:main
(cd bare.git && "$STANCH" hook uninstall >/dev/null &&
	"$STANCH" hook install -- --settings-from nowhere >/dev/null)
refused "there is no such commit" settings:main
