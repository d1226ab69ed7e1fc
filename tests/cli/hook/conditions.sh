. "$TESTS/repos.sh"
# Signals, closed descriptors, full disks, other clocks and locales: never a
# false "go on".
repo r
echo one >r/f
commit r one
token ghp 1 >r/f
git -C r add f
cd r || fail cd
run() {
	"$STANCH" hook run pre-commit
}
code() {
	[ "$1" -eq "$2" ] || fail "exit $1, not $2: $3"
}
run 2>&- ; code $? 1 "stderr closed"
run >&- 2>/dev/null; code $? 1 "stdout closed"
run <&- 2>/dev/null; code $? 1 "stdin closed"
run 2>/dev/full; code $? 1 "stderr full"
(run; echo $? >../code) 2>&1 | :
code "$(cat ../code)" 1 "nobody reads"
# A report that cannot be written is not silence.
"$STANCH" hook run pre-commit -f jsonl -o /dev/full 2>/dev/null
code $? 4 "report to a full disk"
"$STANCH" hook run pre-commit -f jsonl 2>/dev/null | head -c 1 >/dev/null
# Where a token is there, no environment makes it go away.
for env in LC_ALL=tr_TR.UTF-8 TZ=Asia/Kathmandu LC_ALL=C.UTF-8 COLUMNS=1 \
	NO_COLOR=1 TERM=dumb HOME=/nonexistent GIT_CONFIG_COUNT=x; do
	env "$env" "$STANCH" hook run pre-commit 2>../err."${env%%=*}"
	code $? 1 "$env"
done
for f in ../err.*; do
	cmp -s ../err.LC_ALL "$f" || fail "$f differs"
done
umask 0777
run 2>/dev/null; code $? 1 "umask"
umask 022
# Stopped while it waits for git: no answer is not yes.
mkfifo ../pipe
"$STANCH" hook run pre-push origin url <../pipe 2>/dev/null &
pid=$!
exec 3>../pipe
while ! grep -q stanch /proc/$pid/comm; do :; done
kill -TERM $pid
wait $pid 2>/dev/null
code $? 143 "SIGTERM"
exec 3>&-
# A hundred megabytes: all of them, or an honest no.
git reset -q --hard
i=0
while [ $i -lt 20 ]; do
	yes "static int field_$i(struct state *s) { return s->value[$i]; }" |
		head -c 5000000 >"many$i"
	i=$((i + 1))
done
token ghp 2 >>many19
git add .
run 2>../err; code $? 1 "100 MB"
holds ../err "many19:"
"$STANCH" hook run pre-commit --timeout 0.001 2>../err
code $? 3 "100 MB, and no time for them"
holds ../err "stanch: commit stopped: not all could be looked at"
git reset -q --hard
# On its deadline it fails closed.
git reset -q --hard
i=0
while [ $i -lt 30 ]; do
	head -c 200000 /dev/urandom >big$i
	i=$((i + 1))
done
git add .
"$STANCH" hook run pre-commit --timeout 0.000001 2>../err
code $? 3 "deadline"
holds ../err "stanch: commit stopped: not all could be looked at"
holds ../err "1e-06 seconds"
