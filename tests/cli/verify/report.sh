# stanch verify REPORT: secrets are read again from their places, or taken from
# a report that shows them; what cannot be had is said.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
old=$(token ghp 1) now=$(token ghp 2) staged=$(token ghp 3) packed=$(token ghp 4)
for name in old now staged packed; do
	eval "provider_token $name live \$$name"
done
git init -q repo
git -C repo config user.email a@example.com
git -C repo config user.name a
echo "$old" >repo/a
git -C repo add a
git -C repo commit -qm one
echo "$now" >repo/a
git -C repo commit -qam two
echo "$staged" >repo/b
git -C repo add b
rm repo/b
(cd repo && echo "$packed" >c && zip -q c.zip c && rm c)
expect 1 "$STANCH" scan repo -f jsonl -o r.jsonl
expect 1 "$STANCH" verify r.jsonl repo -f jsonl -o v.jsonl
[ "$(field verdict v.jsonl | sort | uniq -c | tr -s ' \n' ' ')" = \
	" 5 live " ] || fail "$(cat v.jsonl)"
for name in old now staged packed; do
	[ "$(provider_requests $name)" -eq 1 ] || fail "$name"
	lacks v.jsonl "$(eval "echo \$$name")"
done

# Revoked meanwhile: dead, and that is clean.
for name in old now staged packed; do
	eval "provider_token $name dead \$$name"
done
expect 0 "$STANCH" verify --verify-fresh r.jsonl repo -f jsonl -o v.jsonl
[ "$(field verdict v.jsonl | sort -u)" = dead ] || fail "not dead"

# A file that is gone is said, and makes it incomplete.
rm repo/c.zip
expect 3 "$STANCH" verify r.jsonl repo -f jsonl -o v.jsonl 2>err
holds err "could not be read again: github-pat:"
holds err "at repo/c.zip!c (archive)"
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"

# A report with secrets needs no place; but then it has the secrets.
rm repo/a
expect 1 "$STANCH" scan -f json -o shown.json --show-secrets - <<END
token: $now
END
provider_token now live "$now"
rm -r cache
expect 1 "$STANCH" verify shown.json repo -f jsonl -o v.jsonl
[ "$(field verdict v.jsonl)" = live ] || fail "$(cat v.jsonl)"
lacks v.jsonl "$now"
expect 1 "$STANCH" scan -f jsonl -o hidden.jsonl - <<END
token: $(token ghp 9)
END
expect 3 "$STANCH" verify hidden.jsonl repo -q 2>err
holds err "(stdin)"

# What is no report is an error, never an empty one.
echo '{}' >bad
expect 2 "$STANCH" verify bad repo 2>err
expect 2 "$STANCH" verify 2>err
holds err "a report is missing"
