. "$TESTS/lib.sh"
# No core files, nothing to read through /proc, in a scan under way.
[ "$CONFIG" = release ] || skip "sanitizers want to look at the process"
mkfifo pipe
"$STANCH" scan - <pipe >/dev/null 2>&1 &
pid=$!
exec 3>pipe
sleep 0.3
grep -q '^Max core file size *0 *0 ' /proc/"$pid"/limits || fail "cores"
# the files in /proc of a process that may not be dumped are root's
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 .
	as_user sh -c "sleep 1 | '$STANCH' scan - >/dev/null 2>&1 & sleep 0.3
		for p in /proc/[0-9]*; do
			[ \"\$(cat \$p/comm 2>/dev/null)\" = stanch ] &&
			tr '\\0' ' ' <\$p/cmdline | grep -q '^$STANCH scan - ' &&
			stat -c '%u %n' \$p/mem
		done" | grep -q '^0 ' || fail "dumpable"
else
	[ "$(stat -c %u /proc/"$pid"/mem)" = 0 ] || fail "dumpable"
fi
exec 3>&-
wait "$pid" || fail "exit $?"
