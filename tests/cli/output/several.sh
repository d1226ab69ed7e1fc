. "$TESTS/lib.sh"
mkdir tree && echo "k = $(token ghp)" >tree/a
expect 1 "$STANCH" scan tree -f jsonl -o a.jsonl -f sarif -o b.out \
	-o c.csv -o d.json -o e.xml -f text >text
[ "$(findings a.jsonl)" = 1 ] || fail jsonl
for f in b.out d.json; do
	python3 -m json.tool $f >/dev/null || fail "$f is not JSON"
done
holds b.out '2.1.0'
holds c.csv tree/a
holds e.xml '<testsuite'
holds text tree/a
[ "$(ls -A)" = "a.jsonl
b.out
c.csv
d.json
e.xml
text
tree" ] || fail "other files: $(ls -A)"
# -o before -f, -o -
expect 1 "$STANCH" scan tree -o report -f jsonl
[ "$(findings report)" = 1 ] || fail "-o before -f"
expect 1 "$STANCH" scan tree -f jsonl -o - >report
[ "$(findings report)" = 1 ] || fail "-o -"
expect 2 "$STANCH" scan tree -f json -f csv 2>err
holds err "standard output"
expect 2 "$STANCH" scan tree -o report 2>err
holds err "--format"
expect 2 "$STANCH" scan tree -f yaml 2>err
holds err "sarif"
