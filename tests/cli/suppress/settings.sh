# .stanch.toml at the root: it only adds suppressions, which are listed.
. "$TESTS/repos.sh"
repo r
mkdir -p r/tests/data r/src
echo "a = '$(token ghp 1)'" >r/src/a.py
echo "a = '$(token ghp 2)'" >r/tests/data/a.py
echo "a = '$(token npm 3)'" >r/src/b.py
cat >r/.stanch.toml <<'X'
exclude-rules = ["npm-*"]
baseline = ["known"]

[[allow]]
paths = ["/tests/data/"]
rules = ["github-*"]
reason = "made up for the tests"
owner = "@core"
expires = 2999-01-31
X
printf '# stanch baseline 1\n' >r/known
commit r first

scan 1 rep r
found rep 6
[ "$(summary suppressed rep)" = 4 ] || fail "$(summary suppressed rep)"
has rep suppressed \
	"settings .stanch.toml:4: made up for the tests (@core, until 2999-01-31)"
has rep suppressed "settings .stanch.toml:1"
"$STANCH" scan r >out
holds out "Suppressed: 4 places: 4 by settings"
lacks out "tests/data"
"$STANCH" scan -v r >out
holds out "suppressed: settings .stanch.toml:4: made up"

# the same from anywhere in it, and for what is staged
scan 0 rep r/tests
scan 0 rep r/tests/data/a.py
scan 1 rep r/src
[ "$(summary findings rep)" = 1 ] || fail src
(cd r/src && "$STANCH" scan -f jsonl . >../../rep)
[ "$(summary findings rep)" = 1 ] || fail "cd src"
echo "c = '$(token ghp 4)'" >r/tests/data/c.py
git -C r add .
scan 0 rep --staged r
found rep 1
(cd r/src && "$STANCH" scan -f jsonl --staged . >../../rep) || fail "staged"
found rep 1
# what nobody names does not speak for what is elsewhere
cp r/tests/data/c.py other.py
scan 1 rep r other.py
[ "$(summary findings rep)" = 3 ] || fail "other: $(summary findings rep)"
