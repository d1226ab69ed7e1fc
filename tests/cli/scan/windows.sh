. "$TESTS/lib.sh"
# One line, longer than a window (256 KiB), with a token at each place where
# cutting could go wrong. Twice the same file, and once with another end.
python3 - "$(token ghp)" <<'PY'
import sys
token = sys.argv[1]
window = 256 << 10
places = [0]
for edge in (window, 2 * window, 4 * window):
    places += [edge - 200 - len(token), edge - len(token) // 2, edge + 100]
places += [6 * window - len(token)]
line = bytearray(b" ;" * (3 * window))
for place in places:
    line[place:place + len(token)] = token.encode()
for name in "ab":
    open(name, "wb").write(line)
open("c", "wb").write(line + b"\n" + token.encode() + b" last")
print(len(places), *places, sep="\n", file=open("want", "w"))
PY
sed 1d want >offsets
for jobs in 1 2; do
	expect 1 "$STANCH" scan -j $jobs -f jsonl a b c >report
	[ "$(findings report)" = $((3 * $(head -1 want) + 1)) ] ||
		fail "$(findings report) findings"
	python3 - <<'PY' || exit 99
import json
want = sorted(int(n) for n in open("offsets"))
got = {}
for line in open("report"):
    r = json.loads(line)
    if r["type"] == "finding":
        got.setdefault(r["path"], []).append(r["offset"])
        if r["line"] == 1 and r["column"] != r["offset"] + 1:
            print("column", r["column"], "offset", r["offset"])
for name in "ab":
    if got[name] != want:
        print(name, got[name], want)
PY
done
