. "$TESTS/lib.sh"
# Interrupted in the middle of standard input: stops soon, tells what it had.
python3 - "$STANCH" "$(token ghp)" <<'PY'
import signal, subprocess, sys, time
stanch, token = sys.argv[1:]
for number in (signal.SIGINT, signal.SIGTERM):
    p = subprocess.Popen([stanch, "scan", "-f", "jsonl", "-"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(("key = %s\n" % token).encode() + b"x = 1\n" * 200000)
    p.stdin.flush()
    time.sleep(0.3)
    started = time.monotonic()
    p.send_signal(number)
    out = p.stdout.read().decode()
    code = p.wait()
    took = time.monotonic() - started
    if code != 128 + number:
        print("exit", code, "after signal", number)
    if took > 0.5:
        print("took", took)
    if '"type":"finding"' not in out or '"complete":false' not in out:
        print("report:", out)
PY
