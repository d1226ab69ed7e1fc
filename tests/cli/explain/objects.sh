# REVISION:PATH, standard input, and what cannot be explained.
. "$TESTS/repos.sh"
repo r
echo "a = '$(token ghp 1)'" >r/a.py
mkdir r/sub
echo "b = '$(token ghp 2)'" >r/sub/b.py
commit r one
git -C r tag -m t v1
rm r/a.py
commit r two
cd r || exit 1
for name in HEAD~1:a.py v1:a.py "$(git rev-parse HEAD~1):a.py" HEAD~:a.py:1; do
	expect 0 "$STANCH" explain "$name" >../out
	holds ../out "github-pat"
	holds ../out "kept, certain"
done
expect 0 "$STANCH" explain HEAD:sub/b.py >../out
holds ../out "HEAD:sub/b.py:1:6"
(cd sub && expect 0 "$STANCH" explain - <b.py) >../out
holds ../out "-:1:6  github-pat"
# refused NAME TEXT
refused() {
	"$STANCH" explain "$1" >../out 2>../err
	refused_got=$?
	[ $refused_got -eq 2 ] || fail "exit $refused_got: $1"
	[ "$(wc -l <../err)" -eq 1 ] || fail "$(cat ../err)"
	holds ../err "$2"
}
refused HEAD:a.py "no such file in that commit"
refused HEAD:sub "no such file in that commit"
refused nosuch:a.py "there is no such commit"
refused nosuch "no such file"
refused sub "not a regular file"
"$STANCH" explain 2>../err
[ $? -eq 2 ] || fail "no name"
# hostile names and content are escaped
cd .. || exit 1
name=$(printf 'x\033[2J\nname')
printf 'x\033[2J ghp_short\n' >"$name"
expect 0 "$STANCH" explain --all "$name" >out
[ "$(LC_ALL=C tr -d '\n -~' <out | wc -c)" -eq 0 ] || fail "not plain"
