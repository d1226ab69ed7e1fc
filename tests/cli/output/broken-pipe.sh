. "$TESTS/lib.sh"
mkdir tree
python3 - "$(token ghp)" <<'PY'
import sys
with open("tree/a", "w") as f:
    for i in range(900):
        f.write("k%d = %s\n" % (i, sys.argv[1]))
PY
{
	"$STANCH" scan -f json tree 2>err
	echo $? >code
} | head -c 1 >/dev/null
[ "$(cat code)" = 4 ] || fail "exit $(cat code)"
holds err "Broken pipe"
holds err tree/a
