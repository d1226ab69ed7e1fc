# What a provider says of a token is told in every format; nothing is asked
# without --verify, and once for each secret.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
live=$(token ghp 1) dead=$(token ghp 2) limited=$(token ghp 3)
provider_token live live "$live"
provider_token dead dead "$dead"
provider_token limited restricted "$limited"
mkdir tree
for i in 1 2 3; do
	printf 'a = "%s"\nb = "%s"\nc = "%s"\n' "$live" "$dead" "$limited" \
		>tree/$i
done
expect 1 "$STANCH" scan tree -f jsonl -o none.jsonl
[ "$(provider_requests)" -eq 0 ] || fail "asked without being told to"
[ "$(field verdict none.jsonl | sort -u)" = null ] || fail "$(field verdict none.jsonl)"

expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl -f json -o r.json \
	-f sarif -o r.sarif -f csv -o r.csv -f junit -o r.xml \
	-f github -o r.github -f html -o r.html -f text -o r.txt
[ "$(provider_requests)" -eq 3 ] || fail "$(provider_requests) requests"
[ "$(field verdict r.jsonl | sort | uniq -c | tr -s ' \n' ' ')" = \
	" 3 dead 3 live 3 restricted " ] || fail "$(field verdict r.jsonl)"
for report in r.json r.jsonl r.sarif r.csv r.xml r.github r.html r.txt; do
	holds $report octocat
	holds $report "octocat@example.com"
	holds $report "repo, read:org"
	holds $report "2027-01-01"
	holds $report restricted
	holds $report "single sign-on has not authorized it"
	for secret in "$live" "$dead" "$limited"; do
		lacks $report "$secret"
	done
done

# An earlier run's answer is good for a day; --verify-fresh asks again.
expect 1 "$STANCH" scan tree --verify -f jsonl -o again.jsonl
[ "$(provider_requests)" -eq 3 ] || fail "asked again"
[ "$(field verdict_cached again.jsonl | sort -u)" = true ] || fail "no cache"
expect 1 "$STANCH" scan tree --verify --verify-fresh -f jsonl -o fresh.jsonl
[ "$(provider_requests)" -eq 6 ] || fail "not asked afresh"
