. "$TESTS/repos.sh"
# The three forms of commit, each with its own index, and a push that waits
# in quarantine.
repo r
echo "nothing here" >r/f
commit r one
cat >r/.git/hooks/pre-commit <<EOF
#!/bin/sh
exec "$STANCH" scan --staged -f jsonl -o "$PWD/out"
EOF
chmod +x r/.git/hooks/pre-commit
refused() {
	rm -f out
	(cd r && "$@" >/dev/null 2>&1) && fail "let through: $*"
	found out 1
	has out path f
	git -C r reset -q --hard
}
token ghp 1 >r/f
git -C r add f
refused git commit -m plain
token ghp 1 >r/f
refused git commit -a -m all
token ghp 1 >r/f
refused git commit -m path -- f
mkdir r/sub
token ghp 1 >r/f
(cd r/sub && git commit -q -a -m below >/dev/null 2>&1) && fail "from below"
found out 1
git -C r reset -q --hard
# What is staged is not what the path form commits.
token npm 2 >r/other
git -C r add other
echo changed >r/f
(cd r && git commit -q -m path -- f) || fail "refused what it does not commit"
git -C r reset -q --hard

git clone -q --bare r bare.git 2>/dev/null
cat >bare.git/hooks/pre-receive <<EOF
#!/bin/sh
while read -r old new ref; do
	"$STANCH" scan --range "\$old..\$new" -f jsonl -o "$PWD/out" || exit 1
done
EOF
chmod +x bare.git/hooks/pre-receive
rm -f r/.git/hooks/pre-commit out
token ghp 1 >r/f
commit r "with it"
git -C r push -q ../bare.git main >/dev/null 2>&1 && fail "push went through"
found out 1
has out path f
has out commit.subject "with it"
rm out
git -C r push -q ../bare.git main:refs/heads/new >/dev/null 2>&1 &&
	fail "push of a new branch went through"
found out 1
[ "$(summary objects.total out)" -eq 2 ] ||
	fail "a new branch: looked at more than is new"
git -C r reset -q --hard HEAD~1
echo clean >r/f
commit r clean
git -C r push -q ../bare.git main >/dev/null 2>&1 || fail "a clean push"
git -C r push -q ../bare.git main:refs/heads/new >/dev/null 2>&1 ||
	fail "a clean new branch"
git -C r push -q ../bare.git :refs/heads/new >/dev/null 2>&1 ||
	fail "a branch taken away"
