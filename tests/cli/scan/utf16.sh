. "$TESTS/lib.sh"
mkdir tree
python3 - "$(token ghp)" "$(token ado52)" <<'PY'
import sys
text = "first\nkey = %s\npat = %s\n" % tuple(sys.argv[1:])
for name in ("utf-16-le", "utf-16-be"):
    open("tree/" + name, "wb").write(text.encode(name))
    bom = b"\xff\xfe" if name.endswith("le") else b"\xfe\xff"
    open("tree/bom-" + name, "wb").write(bom + text.encode(name))
open("tree/utf-8-bom", "wb").write(b"\xef\xbb\xbf" + text.encode())
open("tree/latin-1", "wb").write(b"\xe9t\xe9 " + text.encode())
open("tree/nul", "wb").write(b"\0" + text.encode())
open("tree/nul-later", "wb").write(b"\n" * 9000 + b"\0" + text.encode())
open("tree/crlf", "wb").write(text.replace("\n", "\r\n").encode())
open("tree/no-eol", "wb").write(text.rstrip().encode())
PY
expect 1 "$STANCH" scan -f jsonl tree >report
[ "$(findings report)" = 20 ] || fail "$(findings report) findings: $(field path report)"
python3 - <<'PY'
import json
for line in open("report"):
    r = json.loads(line)
    if r["type"] != "finding":
        continue
    want = 2 if r["rule"].startswith("github") else 3
    if "nul-later" in r["path"]:
        want += 9000
    if r["line"] != want:
        print(r["path"], r["rule"], r["line"], want)
PY
