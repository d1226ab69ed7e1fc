. "$TESTS/lib.sh"
python3 - "$(token ado84)" <<'PY'
import sys
token = sys.argv[1]
# the last character is of the checksum
wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
open("right", "w").write("k = %s\n" % token)
open("wrong", "w").write("k = %s\n" % wrong)
PY
for level in low medium high certain; do
	expect 1 "$STANCH" scan --min-confidence $level -f jsonl right >report
done
expect 0 "$STANCH" scan --min-confidence certain -f jsonl wrong >report
expect 0 "$STANCH" scan --min-confidence high -f jsonl wrong >report
