# Names that are plainly names, and lead inside: whatever the resolver says of
# them, the address that would be connected to counts. In a network of its own,
# whose loopback counts its packets: not one, to any of 60 addresses.
. "$TESTS/lib.sh"
[ "$(uname -s)" = Linux ] || { echo "not Linux"; exit 77; }
unshare -Urmn true 2>/dev/null || {
	echo "no namespaces here"
	exit 77
}
mkdir tree
n=0
: >hosts
# A domain of Okta's each, and a token of its own beside it.
place() {
	python3 - "$1" >tree/$n <<'PYTHON'
import random, string, sys
r = random.Random(sys.argv[1])
letters = string.ascii_letters + string.digits
print("OKTA_ORG=https://%s\nOKTA_API_TOKEN=00%sB7q" % (
    sys.argv[1], "".join(r.choice(letters) for _ in range(37))))
PYTHON
}
while read -r addresses; do
	n=$((n + 1))
	# Several addresses of a name are tried one after another: a public one
	# that cannot be reached, and then the other.
	for address in $addresses; do
		echo "$address n$n.okta.com" >>hosts
	done
	place n$n.okta.com
done <<'END'
127.0.0.1
127.0.0.2
127.1.2.3
127.255.255.254
0.0.0.0
0.1.2.3
10.0.0.1
10.255.255.255
100.64.0.1
100.127.255.255
169.254.0.1
169.254.169.254
169.254.170.2
172.16.0.1
172.31.255.255
192.0.0.1
192.0.0.170
192.0.2.1
192.88.99.1
192.168.0.1
192.168.255.255
198.18.0.1
198.19.255.255
198.51.100.1
203.0.113.9
224.0.0.1
239.255.255.250
240.0.0.1
255.255.255.255
::
::1
::127.0.0.1
::ffff:127.0.0.1
::ffff:10.1.1.1
::ffff:100.64.0.1
::ffff:169.254.169.254
::ffff:192.168.1.1
::ffff:0.0.0.0
64:ff9b::7f00:1
64:ff9b::a00:1
64:ff9b::a9fe:a9fe
64:ff9b:1::7f00:1
fe80::1
febf::1
fec0::1
fc00::1
fd00:ec2::254
ff02::1
ff05::2
2001::1
2001:0:7f00:1::
2001:db8::1
2002:7f00:1::
2002:a00:1::
100::1
3fff::1
4000::1
8.8.8.8 127.0.0.1
1.1.1.1 10.0.0.1
2606:4700::1111 ::1
2606:4700::1111 127.0.0.1
END
# A provider's own host, of which somebody's resolver says this.
echo "127.0.0.1 api.github.com" >>hosts
n=$((n + 1))
token ghp 1 >tree/$n
[ $n -ge 60 ] || fail "only $n addresses"
cat >inside.py <<'END'
import fcntl
import socket
import struct
import subprocess
import sys

s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))  # up


def packets():
    for line in open("/proc/net/dev"):
        if line.strip().startswith("lo:"):
            return int(line.split()[2])


canary = socket.create_server(("::", 443), family=socket.AF_INET6,
                              dualstack_ipv6=True)
before = packets()
subprocess.run(sys.argv[1:], check=False)
print("packets: %d" % (packets() - before))
canary.settimeout(5)
socket.create_connection(("127.0.0.1", 443)).close()
canary.accept()
print("the canary hears:", packets() > before)
END
XDG_CACHE_HOME=$PWD/cache
export XDG_CACHE_HOME STANCH
unshare -Urmn sh -c 'mount --bind hosts /etc/hosts && exec python3 inside.py \
	"$STANCH" scan tree --verify --verify-fresh -f jsonl -o r.jsonl'
field verdict r.jsonl | sort -u
field verdict_note r.jsonl | sort -u
[ "$(findings r.jsonl)" -eq $n ] || fail "$(findings r.jsonl) of $n"
