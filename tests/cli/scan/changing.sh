. "$TESTS/lib.sh"
# Files that shrink, vanish and come back while they are read: never a crash,
# never a silent hole.
mkdir tree
python3 - "$STANCH" <<'PY'
import os, subprocess, sys, threading, time
stop = False
def churn():
    n = 0
    while not stop:
        n += 1
        name = "tree/f%d" % (n % 5)
        with open(name, "wb") as f:
            f.write(b"some text that is of no interest\n" * 40000)
        os.truncate(name, 100 * (n % 7))
        if n % 3 == 0:
            os.unlink(name)
thread = threading.Thread(target=churn)
thread.start()
codes = {}
for _ in range(60):
    p = subprocess.run([sys.argv[1], "scan", "-f", "jsonl", "tree"],
                       capture_output=True)
    codes[p.returncode] = codes.get(p.returncode, 0) + 1
    clean = b'"complete":true' in p.stdout
    if p.returncode not in (0, 3) or clean != (p.returncode == 0):
        print(p.returncode, p.stdout[-300:], p.stderr[-300:])
stop = True
thread.join()
PY
