# A worker and a server of one's own: with its target the worker has the
# credential for it, without it has none; the credential goes to no other host.
. "$TESTS/repos.sh"
. "$TESTS/../provider/lib.sh"
[ -e "$(dirname "$STANCH")/stanch-git.so" ] || skip "no stanch-git.so"
provider_start
secret=secret-of-gitea-0123456789
provider_token gitea live "$secret"
mkdir -p root/org
for n in one two; do
	repo work
	echo "key=$(token ghp "$n")" >work/config
	commit work begin
	git clone -q --bare work "root/org/$n.git" && rm -rf work
done
git_start "$PWD/root" git.example.test github.com
echo '{"gitea": {"org": {"repos": [{"name": "one"}, {"name": "two"}]}}}' \
	>provider/organizations.json
export STANCH_GITEA_TOKEN="$secret" STANCH_GIT_TOKEN=for-nobody-here
store="--store s/a.db"
# shellcheck disable=SC2086
expect 1 "$STANCH" audit gitea:git.example.test/org $store -q >/dev/null
# As if another had listed them, and done nothing yet.
again() {
	python3 - <<'END'
import sqlite3
db = sqlite3.connect("s/a.db")
db.execute("insert into queue (run, repository, weight)"
           " select run, repository, weight from results")
db.execute("delete from results")
db.execute("delete from seen")
db.execute("update runs set finished = 0")
db.commit()
END
	rm -rf cache/stanch/clones provider/git.jsonl
}
outcomes() {
	python3 "$TESTS/audit_store.py" s/a.db \
		'select outcome, reason, count(*) from results group by 1, 2'
}
again
# shellcheck disable=SC2086
expect 0 "$STANCH" audit --worker $store 2>err
outcomes
[ ! -e provider/git.jsonl ] || fail "the credential was told"
again
# shellcheck disable=SC2086
expect 0 "$STANCH" audit --worker gitea:git.example.test/org $store 2>err
cat err
outcomes
grep -o '"name": "gitea"' provider/git.jsonl | sort -u
for target in dir:. list:- nothing:x; do
	# shellcheck disable=SC2086
	expect 2 "$STANCH" audit --worker $target $store 2>err
	[ "$(wc -l <err)" -eq 1 ] || fail "$target: one line"
done
! grep -raqF "$secret" err s cache || fail "the credential is kept"
exec 8>&- 9>&-
wait
