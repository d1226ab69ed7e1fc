. "$TESTS/repos.sh"
# Tokens in names: of files, directories, branches, tags, people.
repo r
mkdir -p "r/d/$(token ghp 1)"
echo x >"r/d/$(token ghp 1)/f"
echo x >"r/$(token npm 2).txt"
commit r one
git -C r branch "wip/$(token gho 3)"
GIT_AUTHOR_NAME="$(token ghp 4)" git -C r commit -q --allow-empty -m person
git -C r commit -q --allow-empty -m "message $(token ghp 5)"
git -C r tag -a -m "tag message $(token ghp 6)" noted
git -C r notes add -m "note $(token ghp 7)"
scan 1 out r --history
objects out r
for kind in "ghp 1" "npm 2" "gho 3" "ghp 4" "ghp 5" "ghp 6" "ghp 7"; do
	# shellcheck disable=SC2086
	"$STANCH" scan -f jsonl --show-secrets --history r |
		grep -qF "\"secret\":\"$(token $kind)\"" || fail "misses $kind"
done
grep -qF "$(token gho 3)" out && fail "a ref's name is not masked"
:
