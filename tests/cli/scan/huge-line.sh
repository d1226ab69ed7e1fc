. "$TESTS/lib.sh"
# One line of over 4 GiB, tokens at the edges of windows and of 32 bits.
[ "$CONFIG" = release ] || skip "only with the release build: it takes long"
python3 - "$STANCH" "$(token ghp)" <<'PY'
import json, resource, subprocess, sys
stanch, token = sys.argv[1], b" %s " % sys.argv[2].encode()
window, n = 256 << 10, len(token)
total = (4 << 30) + (8 << 20)
want = [-1, window - n // 2, 2 * window - n - 1, 3 * window + 1,
        (1 << 31) - 1, (1 << 32) - n // 2, (1 << 32) + 4096, total - n + 1]
piece = b"a;" * (4 << 20)
p = subprocess.Popen([stanch, "scan", "-f", "jsonl", "-"],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
at = 0
while at < total:
    chunk = piece[:min(len(piece), total - at)]
    here = [w for w in want if w < at + len(chunk) and w + n > at]
    if here:
        chunk = bytearray(chunk)
        for w in here:
            for i in range(n):
                if max(at, 0) <= w + i < at + len(chunk):
                    chunk[w + i - at] = token[i]
    p.stdin.write(chunk)
    at += len(chunk)
p.stdin.close()
records = [json.loads(line) for line in p.stdout]
code = p.wait()
got = [r["offset"] for r in records if r["type"] == "finding"]
want = [w + 1 for w in want]
if got != want or code != 1:
    print("exit", code, "got", got, "want", want)
if any(r["column"] != r["offset"] + 1 for r in records[:-1]
       if r["offset"] < 2 ** 32 - 1):
    print("columns")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 80 << 10:
    print("memory", peak, "KiB")
PY
