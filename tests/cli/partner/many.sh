# Fifty clients at once, with the same alert and with their own: each gets its
# answer, each token is revoked once.
. "$TESTS/partner.sh"
partner_setup 'maxRevocations = 100'
partner_start
until_true said_it "GitHub has 1 keys"
github send "$port" one body repeat=50 >many
[ "$(grep -c '^200$' many)" = 50 ] || fail "$(grep -v '^\[' many | sort |
	uniq -c)"
i=0
while [ "$i" -lt 12 ]; do
	i=$((i + 1))
	t=$(token ghp "$((500 + i))")
	provider_token "many$i" live "$t"
	github alert "$t" github_personal_access_token "$url/$i" content \
		>"body$i"
	github send "$port" one "body$i" >"answer$i" &
done
wait_for() {
	[ "$(revocations many)" = 12 ]
}
until_true wait_for
until_true spool_is_empty
[ "$(revocations pat)" = 1 ] || fail "the PAT"
partner_stop 0
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	[ "$(grep -c "\"name\": \"many$n\"" provider/revocations.jsonl)" = 1 ] ||
		fail "many$n"
	[ "$(sed -n 1p "answer$n")" = 200 ] || fail "answer $n"
done
expect 0 "$STANCH" log verify audit.log >/dev/null
