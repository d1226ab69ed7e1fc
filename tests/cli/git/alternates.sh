. "$TESTS/repos.sh"
# Inside what was named they are followed; outside only when allowed, and
# said so.
repo outside
token ghp 1 >outside/f
commit outside one
git clone -q --shared outside r 2>/dev/null
token npm 2 >r/g
commit r two
scan 4 out r --history
found out 1
has out rule npm-token
grep -q "alternates lead outside" out || fail "not said"
scan 1 out r --history --allow-outside
found out 2
[ "$(summary complete out)" = true ] || fail "not complete"
mkdir both
mv outside r both
echo "$PWD/both/outside/.git/objects" >both/r/.git/objects/info/alternates
scan 4 out both/r --history
# Staged: what is new is here, so nothing is missing.
echo "$PWD/both/outside/.git/objects" >both/r/.git/objects/info/alternates
token gho 3 >both/r/h
git -C both/r add h
scan 1 out both/r --staged --allow-outside
found out 1
