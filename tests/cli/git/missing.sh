. "$TESTS/repos.sh"
# An object that is gone is missed, whichever it is; what nobody reaches may
# lack what it likes.
make() {
	rm -rf r
	repo r
	mkdir -p r/a/b
	echo one >r/a/b/f
	echo two >r/a/g
	commit r one
	echo three >r/a/g
	commit r two
	git -C r tag -a -m noted t
}
lose() {
	lose_id=$(git -C r rev-parse "$1")
	rm -f "r/.git/objects/$(echo "$lose_id" | sed 's|^..|&/|')"
}
for what in HEAD:a/b/f HEAD~1:a/g HEAD:a HEAD~1:a/b HEAD~1^{tree} HEAD~1 \
	HEAD t; do
	make
	lose "$what"
	scan 3 out r --history
	[ "$(summary complete out)" = false ] || fail "complete without $what"
done
make
echo gone >r/gone
git -C r add gone
git -C r commit -q -m "soon unreachable"
lose HEAD:gone
git -C r reset -q --hard HEAD~1
scan 0 out r --history
[ "$(summary missing out)" -eq 0 ] || fail "counts what is unreachable"
