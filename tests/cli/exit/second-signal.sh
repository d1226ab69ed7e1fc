. "$TESTS/lib.sh"
# A report that nobody reads: the first signal waits for it, the second kills.
python3 - "$STANCH" "$(token ghp)" <<'PY'
import signal, subprocess, sys, time
stanch, token = sys.argv[1:]
with open("big", "w") as f:
    for i in range(900):
        f.write("key%d = %s %s\n" % (i, token, "y" * 200))
p = subprocess.Popen([stanch, "scan", "-f", "json", "big"],
                     stdout=subprocess.PIPE)
time.sleep(1)
if p.poll() is not None:
    print("the pipe took it all: the test needs more findings")
p.send_signal(signal.SIGTERM)
time.sleep(0.2)
p.send_signal(signal.SIGTERM)
if p.wait(5) != -signal.SIGTERM:
    print("exit", p.returncode)
PY
