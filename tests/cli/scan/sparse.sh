. "$TESTS/lib.sh"
python3 - "$(token ghp)" <<'PY'
import sys
token = sys.argv[1].encode()
with open("sparse", "wb") as f:
    f.write(b"a\nb\n" + token + b"\nc")
    f.seek(3 << 30)
    f.write(b" " + token + b"\n" + token + b"\n")
    f.truncate(1 << 40)
PY
[ "$(stat -c %b sparse)" -lt 1000 ] || skip "no sparse files here"
started=$(date +%s)
expect 1 "$STANCH" scan -f jsonl sparse >report
[ $(($(date +%s) - started)) -le 5 ] || fail "too slow"
[ "$(field offset report | tr '\n' ' ')" = "4 3221225473 3221225514 " ] ||
	fail "offsets $(field offset report)"
[ "$(field line report | tr '\n' ' ')" = "3 4 5 " ] || fail "lines"
[ "$(field column report | tail -1)" = 1 ] || fail "column"
