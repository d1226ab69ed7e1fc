. "$TESTS/lib.sh"
# A thousand scans of files that shrink, vanish and come back meanwhile.
mkdir tree
python3 - "$STANCH" <<'PY'
import os, resource, subprocess, sys, threading
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
        elif n % 4 == 0:
            os.replace(name, "tree/moved")
thread = threading.Thread(target=churn)
thread.start()
for _ in range(1000):
    p = subprocess.run([sys.argv[1], "scan", "-f", "jsonl", "tree"],
                       capture_output=True)
    clean = b'"complete":true' in p.stdout
    if p.returncode not in (0, 3) or clean != (p.returncode == 0):
        print(p.returncode, p.stdout[-300:], p.stderr[-300:])
stop = True
thread.join()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 256 << 10:
    print("memory", peak, "KiB")
PY
