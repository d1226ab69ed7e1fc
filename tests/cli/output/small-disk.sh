. "$TESTS/lib.sh"
# A report that fills its disk: the old one stays, the findings are told.
mkdir disk tree
mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null || skip "may not mount"
trap 'umount disk' EXIT
python3 - "$(token ghp)" <<'PY'
import sys
with open("tree/a", "w") as f:
    for i in range(900):
        f.write("k%d = %s\n" % (i, sys.argv[1]))
PY
echo old >disk/report.json
expect 4 "$STANCH" scan tree -o disk/report.json 2>err
[ "$(cat disk/report.json)" = old ] || fail "the old report is gone"
[ "$(ls -A disk)" = report.json ] || fail "left: $(ls -A disk)"
holds err "No space left"
holds err tree/a
