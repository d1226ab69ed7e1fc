# A store that is not ours, newer, damaged, or open to others is exit 2 with the
# mend, and is left as it was.
. "$TESTS/repos.sh"
mkdir org
repo org/a
commit org/a "empty"
audit() { "$STANCH" audit dir:org --store "$1" 2>err; }
refused() {
	cp -p "$1" before 2>/dev/null
	expect 2 audit "$1"
	[ "$(wc -l <err)" -eq 1 ] || fail "one line: $(cat err)"
	holds err "$2"
	cmp -s "$1" before || fail "$1 was changed"
}
expect 0 audit good.db >/dev/null
cp good.db new.db
chmod 644 new.db
refused new.db "chmod 600"
echo "no database, but long enough to be taken for one" >foreign.db
chmod 600 foreign.db
refused foreign.db "name another with --store"
python3 - <<'END'
import sqlite3, shutil, os
os.umask(0o077)
db = sqlite3.connect("other.db")
db.execute("create table t (x)")
db.commit()
shutil.copy("good.db", "newer.db")
db = sqlite3.connect("newer.db")
db.execute("update meta set value = x'63' where key = 'version'")
db.commit()
data = bytearray(open("good.db", "rb").read())
for i in range(4096, len(data)):
    data[i] ^= 0x55
open("damaged.db", "wb").write(data)
open("short.db", "wb").write(open("good.db", "rb").read()[:5000])
# One of the first version is brought up to date, with what is in it.
shutil.copy("good.db", "first.db")
db = sqlite3.connect("first.db")
db.execute("drop table claims")
for table, added in (
        ("verdicts", "owner email owner_id organization scopes expires"),
        ("incidents", "name hold basis updated")):
    for column in added.split():
        db.execute(f"alter table {table} drop column {column}")
db.execute("update meta set value = x'01' where key = 'version'")
db.commit()
END
chmod 600 ./*.db
expect 0 "$STANCH" audit report --store first.db >/dev/null
expect 0 audit first.db >/dev/null
schema() {
	python3 "$TESTS/audit_store.py" "$1" 'select m.name, p.name from
		sqlite_master m join pragma_table_info(m.name) p
		where m.type = "table" order by 1, 2'
}
schema good.db >one
schema first.db >two
cmp one two || fail "the schema differs"
refused other.db "name another with --store"
refused newer.db "newer stanch"
refused damaged.db "move it away"
refused short.db "move it away"
ln -s good.db link.db
expect 2 audit link.db
holds err "symbolic link"
mkdir dir.db
expect 2 audit dir.db
expect 2 audit no/such/dir.db
expect 2 audit 'postgresql://u:password@localhost/x'
holds err PGPASSWORD
lacks err "u:password"
expect 2 "$STANCH" audit report --store none.db 2>err
holds err "run \`stanch audit\` first"
umask 000
expect 0 audit fresh/a.db >/dev/null
stat -c %a fresh fresh/a.db
