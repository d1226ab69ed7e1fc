# Hostile repositories, each one of an organization's: none stops the others,
# each tells what a scan of it alone tells, and the second run tells the same.
. "$TESTS/repos.sh"
make=$TESTS/../../corpus/hostile.py
mkdir org
# Those that cost seconds each are in the long run.
names=$(python3 "$make" list | grep -vxE 'many_large_deltas|zeros_.*|many_findings|wide_.*|delta_bomb|many_.*|chain_of_.*|deep_tree|long_.*|fifo_index')
[ -z "${AUDIT_ALL:-}" ] || names=$(python3 "$make" list)
for name in $names; do
	python3 "$make" "$name" "org/$name" >/dev/null || fail "make $name"
done
run() { "$STANCH" audit dir:org --store s.db -f jsonl "$@"; }
expect 4 run >one
expect 4 run >two
python3 - "$STANCH" $names <<'END'
import json, subprocess, sys
def read(name):
    found, ledgers = {}, {}
    for line in open(name):
        r = json.loads(line)
        for key in ("first_run", "milliseconds", "bytes"):
            r.pop(key, None)
        if r["type"] == "finding":
            found.setdefault(r["repository"], []).append(json.dumps(r))
        elif r["type"] == "repository":
            r.pop("outcome")
            ledgers[r["repository"]] = r
    return {k: sorted(v) for k, v in found.items()}, ledgers
one, two = read("one"), read("two")
if one != two:
    for k in one[1]:
        if one[0].get(k) != two[0].get(k) or one[1][k] != two[1].get(k):
            print("the second run differs:", k)
    sys.exit("differ")
same = 0
for name in sys.argv[2:]:
    ledger = one[1].get(name)
    run = subprocess.run((sys.argv[1], "scan", "--history", "-f", "jsonl",
                          "org/" + name), capture_output=True)
    if ledger is None or ledger["reason"]:
        # Not one by its looks, or refused: then a scan refuses it, too, or
        # takes a .git that is a file.
        if run.returncode in (1, 0) and ledger:
            print(name, "is refused:", ledger["reason"])
        continue
    if run.returncode == 2:
        print(name, "is refused by a scan:", run.stderr.decode())
        continue
    if ledger["complete"] != (run.returncode in (0, 1)):
        print(name, "complete:", ledger["complete"], run.returncode)
    places = {(r["fingerprint"], r["path"], r["object"], r["offset"])
              for r in map(json.loads, run.stdout.decode().splitlines())
              if r["type"] == "finding" and r["source"] != "index"}
    told = {(r["fingerprint"], r["path"], r["object"], r["offset"])
            for r in map(json.loads, one[0].get(name, []))}
    places = {(f, p.split("org/" + name + "/", 1)[-1], o, at)
              for f, p, o, at in places}
    if places != told:
        print(name, "findings:", sorted(places ^ told)[:3])
    same += 1
print("compared" if same > 25 else f"only {same} compared")
END
