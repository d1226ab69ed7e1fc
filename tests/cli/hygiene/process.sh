. "$TESTS/lib.sh"
# No core files, nothing to read through /proc, in a scan under way.
[ "$CONFIG" = release ] || skip "sanitizers want to look at the process"
sleep 5 | "$STANCH" scan - >/dev/null 2>&1 &
sleep 0.5
pid=$(pgrep -n -x stanch) || fail "no scan under way"
grep -q '^Max core file size *0 *0 ' /proc/"$pid"/limits || fail "cores"
# an undumpable process belongs to root in /proc
[ "$(id -u)" -eq 0 ] || [ "$(stat -c %u /proc/"$pid"/mem)" = 0 ] ||
	fail "dumpable"
kill "$pid"
wait
