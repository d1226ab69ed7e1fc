. "$TESTS/repos.sh"
# The real pre-commit framework, offline, with this repository's hooks.
command -v pre-commit >/dev/null || skip "pre-commit is not here"
mkdir bin
ln -s "$STANCH" bin/stanch
PATH=$PWD/bin:$PATH
export PRE_COMMIT_HOME="$PWD/cache" PRE_COMMIT_COLOR=never
# The framework clones what it is named: a repository with just the file.
repo hooks
cp "$TESTS/../../.pre-commit-hooks.yaml" hooks/
commit hooks hooks
rev=$(git -C hooks rev-parse HEAD)
repo r
cat >r/.pre-commit-config.yaml <<X
repos:
- repo: file://$PWD/hooks
  rev: $rev
  hooks:
  - id: stanch
  - id: stanch-push
X
echo one >r/f
commit r one
git clone -q --bare r bare.git 2>/dev/null
git -C r remote add origin ../bare.git
git -C r fetch -q
(cd r && pre-commit install -t pre-commit -t pre-push >../said 2>&1) || {
	cat said
	fail "pre-commit install"
}
echo two >r/f
git -C r commit -q -a -m clean >said 2>&1 || {
	cat said
	fail "a clean commit"
}
holds said Passed
token ghp 1 >r/f
git -C r add f
# What is staged counts, not what the tree has.
echo three >r/f
git -C r commit -q -m token >said 2>&1 && fail "let through"
holds said "f:1:1  GitHub personal access token (classic)"
holds said "exit code: 1"
git -C r reset -q --hard
token ghp 1 >r/f
git -C r commit -q -a -m token >said 2>&1 && fail "let through with -a"
git -C r commit -q -a --no-verify -m token
git -C r push -q origin main >said 2>&1 && fail "pushed"
holds said "stanch: push stopped: 1 leaked token"
git -C r reset -q --hard HEAD~1
git -C r push -q origin main >said 2>&1 || {
	cat said
	fail "a clean push"
}
git -C r push -q origin main:new >said 2>&1 || fail "a new branch"
(cd r && pre-commit run --all-files stanch >../said 2>&1) || fail "by hand"
# Both on one repository: each keeps the other's.
(cd r && "$STANCH" hook install pre-commit >/dev/null) || fail install
token ghp 1 >r/f
git -C r commit -q -a -m token >said 2>&1 && fail "let through"
(cd r && "$STANCH" hook uninstall >/dev/null) || fail uninstall
holds r/.git/hooks/pre-commit "pre-commit"
git -C r commit -q -a -m token >said 2>&1 && fail "let through afterwards"
holds said "exit code: 1"
