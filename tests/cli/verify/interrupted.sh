# A signal ends the asking: what is known is reported, what is not says so.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
PROVIDER_DELAY=2
export PROVIDER_DELAY
provider_start
mkdir tree
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	secret=$(token ghp $i)
	provider_token $i live "$secret"
	echo "$secret" >tree/$i
done
# In a session of its own: a shell's background jobs ignore ^C.
python3 - "$STANCH" <<'PYTHON'
import os
import signal
import subprocess
import sys
import time

run = subprocess.Popen([sys.argv[1], "scan", "tree", "--verify", "-f", "jsonl",
                        "-o", "r.jsonl"], preexec_fn=lambda: signal.signal(
                            signal.SIGINT, signal.default_int_handler))
while not os.path.getsize("provider/requests.jsonl"):
    time.sleep(0.05)
time.sleep(0.3)
run.send_signal(signal.SIGINT)
print(run.wait())
PYTHON
[ "$(findings r.jsonl)" -eq 12 ] || fail "findings"
field verdict r.jsonl | grep -q retry || fail "all were asked"
[ "$(provider_requests)" -lt 12 ] || fail "it went on"
