# Records go to syslog's socket too, and the head after them; a socket that is
# not there is said, and stops nothing.
. "$TESTS/response.sh"
loop_setup
cat >listen.py <<'PYTHON'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("syslog.new")
os.rename("syslog.new", "syslog")
s.settimeout(60)
with open("received", "wb") as out:
    while True:
        data = s.recv(1 << 17)
        out.write(data + b"\n")
        if b"audit log head" in data:
            break
PYTHON
python3 listen.py &
listener=$!
tries=0
until [ -S syslog ]; do
	tries=$((tries + 1))
	[ $tries -lt 400 ] || fail "nobody listens"
	sleep 0.05
done
policy_write "syslog = \"$PWD/syslog\""
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
wait "$listener"
[ "$(grep -c '"sequence":' received)" = "$(wc -l <audit.log)" ] ||
	fail "not all records"
holds received "audit log head $(cat audit.head)"
holds received "<109>"
no_secret received
rm syslog
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
holds err "syslog did not take the records"
