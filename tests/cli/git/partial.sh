. "$TESTS/repos.sh"
# What is not there is counted, as git counts it, and never fetched.
repo from
for i in 1 2 3 4; do
	mkdir -p "from/d$i"
	token ghp $i >"from/d$i/f"
	echo "$i" >"from/d$i/g"
	commit from "number $i"
done
git -C from rm -qr d1
commit from less
git -C from config uploadpack.allowFilter true
missing() {
	GIT_NO_LAZY_FETCH=1 git -C "$1" rev-list --objects --all \
		--missing=print | grep -c '^?'
}
check() {
	want=$(missing r)
	got=$(summary missing out)
	[ "$got" -eq "$want" ] || fail "$1: $got missing, git says $want"
	[ "$(summary complete out)" = false ] || fail "$1: complete"
	objects out r
	echo "$1: $got missing"
}
for filter in blob:none tree:0 blob:limit=10; do
	rm -rf r
	git clone -q --no-checkout --filter=$filter "file://$PWD/from" r \
		2>/dev/null || skip "no partial clones"
	mv from away
	"$STANCH" scan -f jsonl --history r >out 2>err
	code=$?
	mv away from
	[ $code -eq 3 ] || [ $code -eq 4 ] || fail "$filter: exit $code"
	check "$filter"
done
