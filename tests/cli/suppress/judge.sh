# A judged repository cannot hide a token: five settings that try, in its tree
# and on the base; nothing outside is opened, nobody is called.
. "$TESTS/repos.sh"
repo r
echo base >r/readme
commit r base
base=$(git -C r rev-parse HEAD)
echo "a = '$(token ghp 1)' # stanch:allow it is fine" >r/a.py
commit r token
head=$(git -C r rev-parse HEAD)
cd r || exit 1

# variant NAME: one of the five, as .stanch.toml
variant() {
	case $1 in
	all) echo 'exclude-paths = ["*"]' ;;
	allowlist) printf '[allowlist]\nregexes = [".*"]\n' ;;
	rules) echo 'rules = []' ;;
	url) printf '[[rules]]\nid = "x"\nregex = ".*"\nvalidate = "http.post(\\"http://127.0.0.1:9/\\")"\n' ;;
	include) echo 'include = "/etc/passwd"' ;;
	regex) python3 -c 'print("exclude-paths = [\"" + "(a|b)*" * 2000000 + "\"]")' ;;
	link) echo /etc/passwd ;;
	esac
}
for name in all allowlist rules url include link regex; do
	# in what is judged: it is not read at all
	git checkout -q -B try "$head"
	rm -f .stanch.toml
	if [ $name = link ]; then
		ln -s /etc/passwd .stanch.toml
	else
		variant $name >.stanch.toml
	fi
	git add -A && git commit -q -m $name
	cd ..
	(cd r && "$STANCH" scan -f jsonl --settings-from "$base" .) >rep 2>err
	code=$?
	[ $code -eq 1 ] || fail "$name: exit $code: $(cat err)"
	[ "$(findings rep)" -eq 2 ] || fail "$name: $(findings rep) findings"
	has rep suppressed "inline: it is fine"
	[ "$(summary suppressed_held rep)" = 2 ] || fail "$name: held"
	[ "$(summary broken_settings rep)" = "[]" ] || fail "$name: read"
	# on the base: what is broken suppresses nothing, and is said
	(cd r && "$STANCH" scan -f jsonl --range "$base..$head" \
		--settings-from try .) >rep 2>err
	code=$?
	[ $code -le 1 ] || fail "$name on the base: exit $code: $(cat err)"
	[ "$(findings rep)" -eq 1 ] || fail "$name on the base"
	if [ $name = all ]; then
		[ $code -eq 0 ] || fail "the base may suppress"
		has rep suppressed "settings .stanch.toml:1"
	else
		[ $code -eq 1 ] || fail "$name on the base suppressed"
		[ "$(summary broken_settings rep)" != "[]" ] ||
			fail "$name on the base: not said"
	fi
	cd r || exit 1
done

# a broken base and nothing found is no green gate
git checkout -q -B try "$base"
echo 'rules = []' >.stanch.toml
git add -A && git commit -q -m broken
expect 2 "$STANCH" scan --history --range "$base.." --settings-from try . \
	>../out 2>../err || :
expect 2 "$STANCH" scan --range "$base..try" --settings-from try . >../out
holds ../out "Suppresses nothing, since it cannot be read: .stanch.toml"
expect 2 "$STANCH" scan --settings-from nosuch . >../out 2>../err
holds ../err "no such commit"

# what only a comment speaks for is listed, and nobody says that all is well
git checkout -q -B try "$base"
expect 1 "$STANCH" scan --range "$base..$head" --settings-from try . >../out
holds ../out "a.py:1:6"
holds ../out "suppressed: inline: it is fine"
holds ../out "No leaks but those that only a comment speaks for"
expect 1 "$STANCH" scan -f html --range "$base..$head" --settings-from try . \
	>../out
holds ../out "which does not open this gate"

# with `inline = true` on the base a comment counts
git checkout -q -B try "$base"
echo 'inline = true' >.stanch.toml
git add -A && git commit -q -m inline
expect 0 "$STANCH" scan -q --range "$base..$head" --settings-from try . >../out

# what is opened, and who is called
# (a leak check does not work under strace)
if [ "${CONFIG:-}" = release ] && command -v strace >/dev/null; then
	git checkout -q -B try "$head"
	printf 'include = "/etc/passwd"\n' >.stanch.toml
	git add -A && git commit -q -m x
	strace -f -e trace=open,openat,connect,execve -o ../trace \
		"$STANCH" scan -q --settings-from "$base" . >../out
	grep -E 'connect|passwd' ../trace && fail "left the repository"
	[ "$(grep -c execve ../trace)" -eq 1 ] || fail "started a program"
fi
exit 0
