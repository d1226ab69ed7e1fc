. "$TESTS/lib.sh"
python3 - "$TESTS" <<'PY'
import os, sys
sys.path.insert(0, sys.argv[1])
import importlib.util
spec = importlib.util.spec_from_file_location("tk", sys.argv[1] + "/tokens.py")
tk = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tk)
kinds = list(tk.KINDS)
for d in range(30):
    os.makedirs("tree/d%d/e" % d)
    for f in range(20):
        with open("tree/d%d/e/f%d" % (d, f), "w") as out:
            # every content at several places
            n = (d * 20 + f) % 50
            out.write("x = 1\n" * n)
            if n % 3 == 0:
                out.write("key: %s\n" % tk.token(kinds[n % len(kinds)], n))
for d in (3, 7):  # long ones, equal
    with open("tree/d%d/long" % d, "w") as out:
        out.write("line of no use\n" * 60000)
        out.write("t = '%s'\n" % tk.token("ghp", "long"))
PY
for format in text json jsonl sarif csv junit github html; do
	for jobs in 1 2 8; do
		expect 1 "$STANCH" scan -f $format --jobs $jobs tree >report
		sed -E 's/"seconds": ?[0-9.e-]+/"seconds":S/g
			s/[0-9.]+ m?s\b/S/g; s/time="[0-9.]+"/time=S/g
			s/[0-9.]+ [KMG]?B\/s/R/g; s/"(start|end)TimeUtc":"[^"]*"/T/g
			s/timestamp="[^"]*"/T/g' report >report.$format.$jobs
	done
	diff report.$format.1 report.$format.2 | head -8
	cmp report.$format.1 report.$format.2 || fail "$format: 1 and 2 jobs"
	cmp report.$format.1 report.$format.8 || fail "$format: 1 and 8 jobs"
done
expect 1 "$STANCH" scan -f jsonl tree >report
[ "$(findings report)" -ge 200 ] || fail "few findings"
