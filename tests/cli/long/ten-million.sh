. "$TESTS/lib.sh"
# Ten million matches in 500 MB: every one counted, memory bounded, the report
# whole.
python3 - "$STANCH" "$TESTS" <<'PY'
import json, resource, subprocess, sys, threading
stanch, tests = sys.argv[1:]
sys.dont_write_bytecode = True
sys.path.insert(0, tests)
import tokens as tk
block = b"".join(b"key = '%s'\n" % tk.token("ghp", n).encode()
                 for n in range(2000))
times = 5000
for form in ("jsonl", "sarif"):
    p = subprocess.Popen([stanch, "scan", "-f", form, "-"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    def feed():
        for _ in range(times):
            p.stdin.write(block)
        p.stdin.close()
    thread = threading.Thread(target=feed)
    thread.start()
    out = p.stdout.read()
    thread.join()
    if p.wait() != 1:
        print("exit", p.returncode)
    if form == "sarif":
        json.loads(out)
        continue
    records = [json.loads(line) for line in out.splitlines()]
    last = records[-1]
    if len(records) - 1 + last["unlisted"] != 2000 * times:
        print(len(records) - 1, "listed,", last["unlisted"], "not")
    if last["bytes"] != len(block) * times:
        print("bytes", last["bytes"])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 512 << 10:
    print("memory", peak, "KiB")
PY
