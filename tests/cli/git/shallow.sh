. "$TESTS/repos.sh"
repo from
for i in 1 2 3; do
	token ghp $i >"from/f$i"
	commit from "number $i"
done
git clone -q --depth 1 "file://$PWD/from" r 2>/dev/null
scan 4 out r --history
found out 3
objects out r
grep -q "shallow clone" out || fail "not said"
expect 2 "$STANCH" scan --range HEAD~1..HEAD r 2>err
holds err "git fetch --unshallow"
# Without findings it is incomplete, too.
git -C from rm -q f1 f2 f3
commit from clean
rm -rf r
git clone -q --depth 1 "file://$PWD/from" r 2>/dev/null
scan 3 out r --history
