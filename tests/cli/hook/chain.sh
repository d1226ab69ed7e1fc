. "$TESTS/repos.sh"
# A hook that was there is kept, called, and put back as it was.
repo r
echo one >r/f
commit r one
hooks=r/.git/hooks
mkdir -p $hooks
printf '#!/bin/sh\necho "before: $0 $*" >>"$LOG"\n[ ! -e refuse ]' \
	>$hooks/pre-commit
chmod 0755 $hooks/pre-commit
printf '#!/bin/sh\necho "push: $*" >>"$LOG"\ncat >>"$LOG"\n' >$hooks/pre-push
chmod 0700 $hooks/pre-push
cp -a $hooks kept
export LOG="$PWD/log"
(cd r && "$STANCH" hook install >../said) || fail install
holds said "kept as pre-commit.before-stanch"
echo two >r/f
git -C r commit -q -a -m two || fail "a clean commit"
holds log "before: "
: >log
touch r/refuse
echo three >r/f
git -C r commit -q -a -m three && fail "the old hook no longer refuses"
rm r/refuse
git -C r reset -q --hard
token ghp 1 >r/f
git -C r commit -q -a -m token 2>/dev/null && fail "not looked at"
git -C r reset -q --hard
# What the old hook stages is looked at, too.
printf '#!/bin/sh\ncp "%s" f\ngit add f\n' "$PWD/token" \
	>$hooks/pre-commit.before-stanch
token ghp 1 >token
echo harmless >r/f
git -C r commit -q -a -m formatted 2>err && fail "staged behind our back"
holds err "f:1:1"
cp -a kept/pre-commit $hooks/pre-commit.before-stanch
git -C r reset -q --hard
# Both read what git says of a push.
: >log
git clone -q --bare r bare.git 2>/dev/null
git -C r remote add origin ../bare.git
git -C r push -q origin main:refs/heads/other || fail "a clean push"
holds log "push: origin ../bare.git"
holds log "refs/heads/main $(git -C r rev-parse main) refs/heads/other 0000"
# Again: nothing is kept twice.
(cd r && "$STANCH" hook install >/dev/null) || fail "install again"
cmp -s kept/pre-commit $hooks/pre-commit.before-stanch || fail "kept twice"
(cd r && "$STANCH" hook uninstall >../said) || fail uninstall
holds said "took away"
for hook in pre-commit pre-push; do
	cmp kept/$hook $hooks/$hook || fail "$hook is not as it was"
	[ "$(stat -c '%a %Y' kept/$hook)" = "$(stat -c '%a %Y' $hooks/$hook)" ] ||
		fail "$hook has another mode or time"
done
[ "$(ls kept)" = "$(ls $hooks)" ] || fail "something was left"
# A hook that is not ours is not touched.
(cd r && "$STANCH" hook uninstall pre-commit >../said) || fail "not ours"
holds said "none of stanch's"
cmp kept/pre-commit $hooks/pre-commit || fail "touched"
# A link is kept as a link.
rm $hooks/pre-commit
ln -s ../../script $hooks/pre-commit
(cd r && "$STANCH" hook install pre-commit >/dev/null &&
	"$STANCH" hook uninstall >/dev/null) || fail "a link"
[ "$(readlink $hooks/pre-commit)" = ../../script ] || fail "the link is gone"
# In the way.
(cd r && "$STANCH" hook install pre-commit >/dev/null) || fail install
cp kept/pre-commit $hooks/pre-commit
(cd r && expect 2 "$STANCH" hook install pre-commit 2>../err)
holds err "in the way"
# The program is gone: nothing goes through unseen.
rm -f $hooks/*
cp "$STANCH" ./st
(cd r && ../st hook install pre-commit >/dev/null) || fail install
rm st
echo four >r/f
git -C r commit -q -a -m gone 2>err && fail "let through without a program"
holds err "the program is gone"
