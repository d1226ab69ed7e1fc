# The power goes while the store is written: what a journal holds is rolled
# back; one whose first bytes never came to the disk is passed over; and a store
# that was cut off is told, never believed.
. "$TESTS/repos.sh"
export XDG_CACHE_HOME=$PWD/cache
for i in 1 2 3 4; do
	repo "org/$i"
	echo "key=$(token ghp "$i")" >"org/$i/f"
	commit "org/$i" one
done
run() { timeout 100 "$STANCH" audit dir:org --store "$@" -f jsonl; }
whole() {
	[ "$(python3 "$TESTS/audit_store.py" "$1" 'pragma integrity_check')" = \
		ok ] || fail "$1 is damaged"
}
expect 1 run a.db >one
# Killed while there is a journal: both as they are at that moment.
cat >lose.py <<'END'
import os, shutil, subprocess, sys, time
stanch, got, deadline = sys.argv[1], 0, time.time() + 60
while got < 8 and time.time() < deadline:
    run = subprocess.Popen((stanch, "audit", "dir:org", "--store", "a.db",
                            "--full", "-q"), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    while run.poll() is None:
        try:
            if os.stat("a.db-journal").st_size > 512:
                run.kill()
                break
        except FileNotFoundError:
            pass
    run.wait()
    if os.path.exists("a.db-journal"):
        os.mkdir(f"lost{got}", 0o700)
        for name in ("a.db", "a.db-journal"):
            shutil.copy(name, f"lost{got}/{name}")
        got += 1
print("caught" if got else "never in the midst of it")
END
python3 lose.py "$STANCH"
for d in lost*; do
	expect 1 run "$d/a.db" >two
	[ "$(findings two)" -eq 4 ] || fail "$d: findings"
	whole "$d/a.db"
	[ ! -s "$d/a.db-journal" ] || fail "$d: a journal is left"
done
# A journal that was made and not yet written: the store is as it was.
expect 1 run a.db >one
for what in zeros nothing noise half; do
	mkdir -m 700 $what
	cp a.db $what/a.db
	case $what in
	zeros) head -c 8192 /dev/zero >$what/a.db-journal ;;
	nothing) : >$what/a.db-journal ;;
	noise) head -c 8192 /dev/urandom >$what/a.db-journal ;;
	half) printf '\331\325\005\371 \241c\327' >$what/a.db-journal ;;
	esac
	chmod 600 $what/a.db-journal
	expect 1 run $what/a.db >two
	[ "$(findings two)" -eq 4 ] || fail "$what: findings"
	whole $what/a.db
done
# A store of which the end is missing.
size=$(stat -c %s a.db)
for part in 2 3 4; do
	mkdir -m 700 cut$part
	head -c $((size * (part - 1) / part / 4096 * 4096)) a.db >cut$part/a.db
	chmod 600 cut$part/a.db
	expect 2 run cut$part/a.db >two 2>err
	[ "$(wc -l <err)" -eq 1 ] || fail "one line"
	holds err "move it away"
done
