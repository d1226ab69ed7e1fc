. "$TESTS/repos.sh"
# --refs: branches and tags whose history has the content at that path, also
# when another commit brought it there.
repo r
echo base >r/f
commit r base
git -C r branch clean
token ghp 1 >r/f
commit r "with it"
git -C r tag bad
git -C r tag -a -m noted worse
git -C r branch dirty
echo gone >r/f
commit r "without it"
git -C r checkout -q -b copied clean
token ghp 1 >r/f
commit r "again"
git -C r checkout -q clean
git -C r commit -q --allow-empty -m "see $(token npm 2)"
git -C r checkout -q main
git -C r branch "b-$(token gho 3)"
scan 1 out r --history
grep -q '"refs"' out && fail "not asked for"
scan 1 out r --history --refs --show-secrets
found out 3
grep github-pat out >a
branch="refs/heads/b-$(token gho 3)"
want="[\"$branch\", \"refs/heads/copied\", \"refs/heads/dirty\", \"refs/heads/main\", \"refs/tags/bad\", \"refs/tags/worse\"]"
[ "$(field refs a)" = "$want" ] || fail "$(field refs a)"
# A message is led to by what contains its commit; a ref's name by itself.
grep npm-token out >a
has a refs '["refs/heads/clean"]'
grep "\"message\"" out | grep github >a
has a refs "[\"$branch\"]"
# In every format, and redacted.
for format in text json jsonl csv sarif junit github html; do
	expect 1 "$STANCH" scan --history --refs -f $format r >out 2>err
	holds out copied
	lacks out "$(token gho 3)"
done
# What no ref leads to says so.
git -C r branch -q -D clean copied dirty
git -C r tag -d bad worse >/dev/null
git -C r reset -q --hard HEAD~2
git -C r branch -q -D "b-$(token gho 3)"
scan 1 out r --history --refs
has out refs '[]'
# Of a selection there is no such thing.
expect 2 "$STANCH" scan --staged --refs r 2>err
holds err "--refs is of the whole history"
