# While it responds: no token in what any of its processes writes to a file, in
# a name, an argument or an environment; no memory file, no temporary file; no
# core; and nobody but root may look into them.
. "$TESTS/response.sh"
[ "$CONFIG" = release ] || skip "sanitizers write files of their own"
[ "$(id -u)" = 0 ] || skip "root traces, and another user tries to"
loop_setup
chmod -R go+rX .
echo '{"*": "hang"}' >provider/revoke.json
# Sockets carry frames and TLS: all other writes, every name, every program.
strace -f -y -qq -s 1000000 -o trace -e signal=none \
	-e trace=execve,open,openat,creat,memfd_create,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,unlink,unlinkat,write,writev,pwrite64,pwritev,copy_file_range,sendfile,splice,mmap \
	"$STANCH" scan --respond policy.toml -v repo >out 2>err
[ "$(revocations)" = 2 ] || fail "not two revocations: $(tail -3 err)"
[ "$(grep -c execve trace)" -ge 2 ] || fail "stanch-net was not traced"
grep -q 'audit.log>' trace || fail "nothing was traced"
for secret in "$pat" "$hub" "$ADMINISTRATOR"; do
	for part in "$secret" "$(printf %s "$secret" | cut -c8-24)" \
		"$(printf ':%s' "$secret" | base64 -w0 | cut -c4-28)"; do
		# What is read is the repository's; execve shows environments.
		grep -F -e "$part" trace | grep -v '^[0-9]* *execve' |
			head -c 300
	done
done
# The administrator's credential came by the environment of the first process;
# no program that it starts has it, or any variable.
grep 'execve(.*stanch-net' trace | grep -c 'stanch-net"\], 0x[0-9a-f]* /\* 0 vars' \
	>empty
[ "$(cat empty)" -ge 1 ] || fail "an environment: $(grep execve trace)"
if grep -qE 'memfd_create|shm_open|/dev/shm|O_TMPFILE' trace; then
	fail "a memory file"
fi
if grep -oE 'O_CREAT[^)]*\) = [0-9]+<[^>]*>' trace | grep -oE '<[^>]*>' |
	grep -vE '/(audit\.(log|head)|audit\.log\.lock|cache/|state/|config/)' |
	grep -v "/provider/"; then
	fail "a file that nobody asked for"
fi
# As another user: who is the same may not look, a signal leaves no core.
as_nobody() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}
mkdir theirs
cp -r provider/network.toml provider/ca.pem theirs/
sed -i "s|ca_file = .*|ca_file = \"$PWD/theirs/ca.pem\"|" theirs/network.toml
other=$(token ghp 45)
provider_token other live "$other"
mkdir theirs/tree
echo "t = '$other'" >theirs/tree/a
chown -R nobody theirs
cat >look.py <<'PYTHON'
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
ATTACH = 16
top, result = int(sys.argv[1]), []
end = time.monotonic() + 30
seen = set()
while time.monotonic() < end and len(seen) < 2:
    pids = [top]
    try:
        pids += [int(p) for p in
                 open("/proc/%d/task/%d/children" % (top, top)).read().split()]
    except OSError:
        break
    for pid in pids:
        try:
            comm = open("/proc/%d/comm" % pid).read().strip()
        except OSError:
            continue
        if comm not in ("stanch", "stanch-net") or comm in seen:
            continue
        time.sleep(0.2)  # past its first instructions
        if libc.ptrace(ATTACH, pid, 0, 0) == 0:
            print(comm, "can be traced")
        for name in ("mem", "environ", "maps"):
            try:
                open("/proc/%d/%s" % (pid, name), "rb").read(1)
                print(comm, name, "can be read")
            except OSError:
                pass
        seen.add(comm)
print(sorted(seen))
os.kill(top, 6)
PYTHON
chmod 755 look.py
kill -STOP "$provider_pid"
(
	cd theirs || exit
	ulimit -c unlimited
	STANCH_NETWORK=$PWD/network.toml XDG_CACHE_HOME=$PWD/c HOME=$PWD
	export STANCH_NETWORK XDG_CACHE_HOME HOME
	unset ADMINISTRATOR
	exec setpriv --reuid=nobody --regid=nogroup --clear-groups \
		"$STANCH" scan --verify tree >said 2>&1
) &
scan=$!
sleep 0.5
as_nobody python3 look.py "$scan" >looked
kill -CONT "$provider_pid"
wait "$scan" 2>/dev/null
[ "$(cat looked)" = "['stanch', 'stanch-net']" ] || fail "$(cat looked)"
find . -name 'core*' | grep . && fail "a core"
:
