. "$TESTS/repos.sh"
[ "$CONFIG" = release ] || skip "sanitizers need room"
# A URL is cloned into a private directory, and nothing is left of it.
[ -e "$(dirname "$STANCH")/stanch-git.so" ] || skip "no stanch-git.so"
mkdir tmp
export TMPDIR="$PWD/tmp"
repo r
token ghp 1 >r/f
commit r one
git -C r rm -q f
commit r two
git -C r checkout -q -b side
token npm 2 >r/g
commit r side
git -C r checkout -q main
git -C r update-ref refs/notes/x side
clean() {
	[ -z "$(ls tmp)" ] || fail "left behind: $(ls tmp)"
}
scan 1 out "file://$PWD/r"
found out 2
has out path "file://$PWD/r/f"
clean
scan 1 out "file://$PWD/r" --since 2020-01-01
found out 2
clean
expect 2 "$STANCH" scan "file://$PWD/nothing" 2>err
holds err "clone file://"
clean
expect 2 "$STANCH" scan "https://me:word@example.invalid/r" 2>err
lacks err word@
expect 2 "$STANCH" scan "ssh://example.invalid/r" 2>err
clean
