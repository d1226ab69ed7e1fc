# While it works, and afterwards, no token is where others could read it: not
# in arguments, environments, open files or temporary files of any process; none
# of them may be dumped.
. "$TESTS/partner.sh"
partner_setup 'confirmWithin = "20s"'
echo '{"*": "hang"}' >provider/revoke.json
github alert "$pat" azure_devops_personal_access_token "$url" content \
	"$hub" github_personal_access_token "$url" content >body
mkdir tmp
TMPDIR=$PWD/tmp
export TMPDIR
partner_start
cat >watch.py <<'PYTHON'
import os, sys, time
secrets = [s.encode() for s in sys.argv[2:]]
seen, found = {}, []

def below(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            own = [int(w) for w in f.read().split()]
    except OSError:
        return []
    return own + [p for o in own for p in below(o)]

def look(pid, name, path):
    try:
        data = open(path, "rb").read(1 << 20)
    except OSError:
        return
    for s in secrets:
        if s in data:
            found.append("%s of %s" % (name, path))

top = int(sys.argv[1])
end = time.monotonic() + 60
while time.monotonic() < end and not os.path.exists("enough"):
    for pid in [top] + below(top):
        at = "/proc/%d/" % pid
        try:
            comm = open(at + "comm").read().strip()
            limits = open(at + "limits").read()
            owner = os.stat(at + "mem").st_uid
        except OSError:
            continue
        core = [l for l in limits.splitlines() if "core file" in l][0]
        # Of a process that was forked and not yet become another, too.
        seen.setdefault(comm, set()).add(core.split()[4])
        look(pid, "argv", at + "cmdline")
        look(pid, "environ", at + "environ")
        try:
            for fd in os.listdir(at + "fd"):
                target = os.readlink(at + "fd/" + fd)
                if target.startswith("/") and os.path.isfile(target):
                    look(pid, "fd", target)
        except OSError:
            pass
print(found)
print({k: sorted(v) for k, v in sorted(seen.items())})
sys.exit(bool(found))
PYTHON
python3 watch.py "$partner_pid" "$pat" "$hub" >watched &
watching=$!
sends 200
until_true spool_is_empty
touch enough
wait "$watching" || fail "$(cat watched)"
partner_stop 0
for name in stanch stanch-net stanch-partner; do
	grep -q "'$name': \['0'\]" watched ||
		fail "$name: not watched, or may dump: $(cat watched)"
done
[ -z "$(ls -A tmp)" ] || fail "temporary files"
# ADMINISTRATOR stands in the environment, for it came from there.
ADMINISTRATOR=$pat
no_secret said err.said audit.log answer
if grep -rqF -e "$pat" -e "$hub" spool cache; then
	fail "a token is in a file"
fi
