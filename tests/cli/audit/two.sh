# Two audits on one SQLite store at once: of one organization they share the
# work, of two they do not mix; nothing is lost. Who holds the store shut for a
# while is waited for, for long is told.
. "$TESTS/repos.sh"
export XDG_CACHE_HOME=$PWD/cache
for o in x y; do
	for i in 1 2 3 4 5 6 7 8 9; do
		repo "$o/$i"
		echo "key=$(token ghp "$o$i")" >"$o/$i/f"
		commit "$o/$i" one
	done
done
run() { timeout 100 "$STANCH" audit "$@" --store s/a.db -f jsonl; }
for round in 1 2 3; do
	run dir:x --full >x1 2>>err &
	one=$!
	run dir:x --full >x2 2>>err &
	two=$!
	run dir:y --full >y1 2>>err &
	three=$!
	for pid in $one $two $three; do
		wait $pid
		[ $? -eq 1 ] || fail "round $round: an exit code"
	done
	for f in x1 x2 y1; do
		[ "$(findings $f)" -eq 9 ] || fail "round $round: $f"
		holds $f '"complete":true,"repositories":{"total":9,"scanned":9'
	done
done
cat err
python3 "$TESTS/audit_store.py" s/a.db 'select count(*) from
	(select run, repository from results group by 1, 2 having count(*) > 1)'
python3 "$TESTS/audit_store.py" s/a.db 'pragma integrity_check'
# A lock of somebody else.
hold() {
	python3 - "$1" <<'END' &
import sqlite3, sys, time
db = sqlite3.connect("s/a.db", isolation_level=None)
db.execute("begin exclusive")
open("held", "w").close()
time.sleep(float(sys.argv[1]))
END
	until [ -e held ]; do sleep 0.02; done
	rm held
}
hold 2
expect 1 run dir:x >x3
wait
hold 90
holder=$!
expect 2 run dir:x >x4 2>err
kill $holder
wait
[ "$(wc -l <err)" -eq 1 ] || fail "one line: $(cat err)"
sed 's/.*: //' err
expect 1 run dir:x >x5
[ "$(findings x5)" -eq 9 ] || fail "after it"
