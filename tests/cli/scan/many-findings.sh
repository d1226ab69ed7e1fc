. "$TESTS/lib.sh"
# Far more findings than are kept: memory stays, every one is counted.
[ "$CONFIG" = release ] || skip "only with the release build: it takes long"
python3 - "$STANCH" "$TESTS" <<'PY'
import importlib.util, json, resource, subprocess, sys
stanch, tests = sys.argv[1:]
spec = importlib.util.spec_from_file_location("tk", tests + "/tokens.py")
tk = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tk)
block = "".join("key = '%s'\n" % tk.token("ghp", n) for n in range(2000))
block = block.encode()
times = 1000
for format in ("jsonl", "sarif"):
    p = subprocess.Popen([stanch, "scan", "-f", format, "-"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    import threading
    def feed():
        for _ in range(times):
            p.stdin.write(block)
        p.stdin.close()
    thread = threading.Thread(target=feed)
    thread.start()
    out = p.stdout.read()
    thread.join()
    code = p.wait()
    if code != 1:
        print("exit", code)
    if format == "jsonl":
        records = [json.loads(line) for line in out.splitlines()]
        last = records[-1]
        if len(records) - 1 + last["unlisted"] != 2000 * times:
            print(len(records) - 1, "listed,", last["unlisted"], "not")
    else:
        json.loads(out)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 512 << 10:
    print("memory", peak, "KiB")
PY
