# What two reports say: new, reopened, fixed, suppressed, moved; exit codes.
. "$TESTS/repos.sh"
mkdir w
for n in 1 2 3 4; do echo "a = '$(token ghp $n)'" >w/f$n.py; done
echo "s = '$(token ghp 5)' # stanch:allow" >w/f5.py
for format in json jsonl; do
	"$STANCH" scan -f $format -o old.$format w
done
expect 0 "$STANCH" report diff old.json old.jsonl >out
holds out "0 new, 0 reopened, 0 fixed, 0 suppressed, 0 moved, 5 unchanged."

rm w/f1.py                                   # fixed
mv w/f2.py w/moved.py                        # moved
sed -i 's/$/ # stanch:allow why/' w/f3.py    # suppressed
cp w/f4.py w/copy.py                         # a place more
sed -i 's/ # stanch:allow//' w/f5.py         # reopened
echo "n = '$(token ghp 6)'" >w/f6.py         # new
for format in json jsonl; do
	"$STANCH" scan -f $format -o new.$format w
done
for old in json jsonl; do
	for new in json jsonl; do
		expect 1 "$STANCH" report diff old.$old new.$new >out
		tail -1 out
	done
done
sed 's,github-pat:[A-Za-z0-9+/]*,FINGERPRINT,; s/ghp_\.\.\.[A-Za-z0-9]*/SECRET/' out |
	grep -v unchanged
expect 1 "$STANCH" report diff -f json old.json new.json >out
python3 - <<'X' || fail json
import json
d = json.load(open("out"))
assert [len(d[k]) for k in ("new", "reopened", "fixed", "suppressed",
                            "moved")] == [1, 1, 1, 1, 2], d
assert d["unchanged"] == 0 and d["complete"] and d["old_complete"]
moved = [(len(m["gone"]), len(m["added"])) for m in d["moved"]]
assert sorted(moved) == [(0, 1), (1, 1)], moved
assert d["moved"][0]["added"][0]["path"].endswith((".py"))
X
# the other way round nothing is new but what was fixed
expect 1 "$STANCH" report diff new.json old.json >out
holds out "1 new, 1 reopened, 1 fixed, 1 suppressed, 2 moved"
# nothing new
rm w/f6.py
sed -i 's/$/ # stanch:allow/' w/f5.py
"$STANCH" scan -q -f json -o less.json w
expect 0 "$STANCH" report diff old.json less.json >out

# incomplete: no summary record, or one that says so
grep -v '"type":"summary"' new.jsonl >cut.jsonl
expect 4 "$STANCH" report diff old.json cut.jsonl >out
holds out "NEW is not complete: what is fixed may be there still."
sed 's/"complete":true/"complete":false/' old.jsonl >partial.jsonl
expect 3 "$STANCH" report diff old.json partial.jsonl >out
expect 1 "$STANCH" report diff partial.jsonl new.json >out
holds out "OLD is not complete"

# refused FILE TEXT
refused() {
	"$STANCH" report diff old.json "$1" >out 2>err
	refused_got=$?
	[ $refused_got -eq 2 ] || fail "exit $refused_got: $1"
	[ ! -s out ] || fail "a difference"
	[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
	holds err "$2"
}
: >empty
refused empty "it is empty"
refused absent "open absent"
refused w "not a regular file"
echo '{"leaks": 1}' >bad
refused bad "not a report of stanch"
echo '[]' >bad
refused bad "not a report of stanch"
head -c 900 old.jsonl >bad
refused bad "bad:"
printf '{"type":"finding"}\n' >bad
refused bad "lacks fingerprint"
"$STANCH" scan -q -f sarif -o bad w
refused bad "not a report of stanch"
"$STANCH" report diff old.json 2>err
[ $? -eq 2 ] || fail "one report"
# texts of a report are anybody's
printf '{"type":"finding","fingerprint":"a:\\u001b[2J","rule":"r","path":"\\u001b]0;x\\u0007\\n","source":"worktree"}\n' >hostile
expect 4 "$STANCH" report diff old.json hostile >out
[ "$(LC_ALL=C tr -d '\n -~' <out | wc -c)" -eq 0 ] || fail "not plain"
