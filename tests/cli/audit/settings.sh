# Repositories' own settings and baselines, as HEAD's commit has them: they
# suppress, are counted, and are not believed on request, when they have ended,
# when they are broken, and for what is live. No branch but HEAD's is asked.
. "$TESTS/repos.sh"
export XDG_CACHE_HOME=$PWD/cache
mkdir org
for n in paths base live broken branch tree; do
	repo "org/$n"
	echo "$n = '$(token ghp "$n")'" >"org/$n/a.py"
done
echo 'exclude-paths = ["*.py"]' >org/paths/.stanch.toml
echo 'exclude-paths = 7' >org/broken/.stanch.toml
for n in paths live broken branch tree; do
	commit "org/$n" one
done
fingerprint=$("$STANCH" scan -f jsonl org/base |
	field fingerprint /dev/stdin | head -1)
(cd org/base && "$STANCH" baseline add --expires 2999-01-01 --owner @web \
	--reason "made up" "$fingerprint")
commit org/base one
fingerprint=$("$STANCH" scan -f jsonl org/live |
	field fingerprint /dev/stdin | head -1)
(cd org/live && "$STANCH" baseline add --reason "made up" "$fingerprint")
commit org/live two
# On another branch, and in the working tree: not HEAD's.
git -C org/branch checkout -q -b other
echo 'exclude-paths = ["*"]' >org/branch/.stanch.toml
commit org/branch two
git -C org/branch checkout -q main
echo 'exclude-paths = ["*"]' >org/tree/.stanch.toml
git clone -q --bare org/paths org/bare.git
run() { "$STANCH" audit "$@" --store s/audit.db; }
open_ones() {
	python3 - "$1" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(*sorted(r["repository"] for r in rows
              if r["type"] == "finding" and r["suppressed"] is None))
END
}
expect 1 run dir:org -f jsonl >one
open_ones one
holds one '"findings":3,"suppressed":4,"suppressed_held":0,"rules"'
holds one '"suppressed":"settings .stanch.toml:1"'
holds one 'baseline .stanch-baseline:4: made up'
python3 - <<'END'
import json
for line in open("one"):
    r = json.loads(line)
    if r["type"] == "repository":
        print(r["repository"], r["findings"], r["suppressed"],
              *(b.split(":")[0] for b in r["broken_settings"]))
END
expect 1 run report --no-suppress -f jsonl >all
holds all '"findings":7,"suppressed":0'
expect 0 run report --repository paths -f jsonl >paths
expect 1 run report --no-suppress --repository paths >paths
for f in text html sarif csv junit github; do
	expect 0 run report --repository base -f $f >base.$f
	expect 1 run report --no-suppress --repository base -f $f >base.$f
done
expect 0 run report --repository base -f sarif >sarif
holds sarif '"status": "accepted"'
expect 0 run report --repository base -v >text
holds text "suppressed: baseline .stanch-baseline:4: made up"
# Unchanged: the same. A setting that is taken away: open.
expect 1 run dir:org -f jsonl >two
open_ones two
rm org/paths/.stanch.toml
commit org/paths "taken away"
expect 1 run dir:org -f jsonl >three
open_ones three
# A day passes: an entry has ended, though the repository has not changed.
python3 - <<'END'
import sqlite3
db = sqlite3.connect("s/audit.db")
db.execute("update places set record ="
           " replace(record, '2999-01-01', '2026-01-01')")
# and a provider says that one is live
db.execute("insert into verdicts (leak, verdict, checked) select p.leak,"
           " 'live', 1 from places p join repositories r on"
           " r.id = p.repository where r.name = 'live'")
db.commit()
END
expect 1 run report -f jsonl >four
open_ones four
expect 1 run report --repository base -f sarif >sarif
holds sarif '"status": "rejected"'
expect 1 run report --repository live -v >text
holds text "verified live, so not suppressed"
