# Two rules of two providers found one secret, in places of their own: the more
# specific one's provider is asked, and nobody else, today and any other day.
. "$TESTS/response.sh"
. "$TESTS/repos.sh"
mkdir org
loop_setup
secret=acme_$(token ghp 1 | cut -c5-36)
provider_token acme live "$secret"
rule() {
	cat <<END
[[rules]]
id = "acme-$1"
description = "Acme, $1"
provider = "$1"
severity = "high"
mend = "Revoke it."
regex = '''$1=(acme_[A-Za-z0-9]{32})'''
anchors = ["$1=acme_"]
confidence = "high"
specificity = $2
[rules.verify]
hosts = ["api.acme.example"]
url = 'https://api.acme.example/$1'
headers = { Authorization = "Bearer {{secret}}" }
answers = [{ status = 200, json = { user = "*" }, verdict = "live" }]
END
}
{
	echo 'format = "stanch"'
	rule one 200
	rule two 100
} >rules.toml
for n in one two; do
	repo "org/$n"
	echo "$n=$secret" >"org/$n/f"
	commit "org/$n" "begin"
done
audit() {
	XDG_CACHE_HOME=$PWD/cache$1 expect 1 "$STANCH" audit dir:org \
		--store "$2" --rules rules.toml --rule 'acme-*' \
		-f jsonl -o out "$3" ${4:+"$4"} 2>err
}
asked() {
	python3 - <<'END'
import collections, json
print(*sorted(collections.Counter(json.loads(line)["path"]
      for line in open("provider/requests.jsonl")).items()))
END
}
old() { # STORE ID: that rule's rows are three hours old
	python3 - "$1" "$2" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
of = "leak in (select id from leaks where rule = ?)"
db.execute("update verdicts set checked = checked - 10800000 where " + of,
           sys.argv[2:])
db.execute("update incidents set updated = updated - 10800000 where " + of,
           sys.argv[2:])
db.commit()
END
}
for round in 1 2 3; do
	[ $round != 2 ] || old s/v.db acme-two
	[ $round != 3 ] || old s/v.db acme-one
	audit $round s/v.db --verify
	asked
done
holds out '"verdict_note":"another rule is more specific for it, and is asked"'
for round in 1 2 3; do
	[ $round != 2 ] || old s/r.db acme-two
	[ $round != 3 ] || old s/r.db acme-one
	audit r$round s/r.db --respond policy.toml
	! grep -q '/two"' provider/requests.jsonl || fail "the other is asked"
	! grep -q '"provider":"two"' audit.log || fail "an incident of its own"
done
python3 "$TESTS/audit_store.py" s/r.db 'select l.rule, i.state, i.hold
	from incidents i join leaks l on l.id = i.leak order by 1'
