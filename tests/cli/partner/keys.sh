# GitHub's keys: fetched for an unknown id, not more often than allowed; an
# endpoint that is down, slow or tells no keys changes nothing, and is a reason
# to come again, not to believe.
. "$TESTS/partner.sh"
partner_setup
fetched() {
	wc -l <provider/keys.jsonl
}
fetched_more() {
	[ "$(fetched)" -gt "$before" ]
}
github keys down one
partner_start
until_true said_it "keys could not be fetched: the answer (HTTP 500)"
sends 503
for mode in garbage empty large redirect; do
	before=$(fetched)
	github keys "$mode" one
	sleep 1.1
	sends 503
	until_true fetched_more
done
# It is well again: the first that comes after is believed.
github keys good one
sleep 1.1
sends 200
until_true spool_is_empty
# A new key: unknown, fetched, believed. The old one, once it is gone, is not.
github key two
sleep 1.1
github send "$port" two body >answer
[ "$(sed -n 1p answer)" = 200 ] || fail "a new key: $(cat answer said)"
github keys good two
sleep 1.1
sends 401 id=0123456789abcdef
sends 401
github send "$port" two body >answer
[ "$(sed -n 1p answer)" = 200 ] || fail "the key that stays"
# With good keys, an endpoint that goes down does not matter to them.
for mode in down garbage redirect; do
	github keys "$mode" two
	sleep 1.1
	sends 503 id=0123456789abcdef
	github send "$port" two body >answer
	[ "$(sed -n 1p answer)" = 200 ] || fail "$mode: a known key"
done
partner_stop 0
# Unknown ids, as many as one likes, are one request in an hour; the list that
# is the same is a 304.
partner_start --keys-every 3600
until_true said_it "keys could not be fetched"
before=$(fetched)
for i in 1 2 3 4 5 6 7 8; do
	sends 503 "id=abcdef0$i"
done
partner_stop 0
[ "$(fetched)" = "$before" ] || fail "fetched for each unknown id"
github keys good one
partner_start
until_true said_it "GitHub has 1 keys"
sleep 1.1
sends 401 id=abcdef01
partner_stop 0
tail -1 provider/keys.jsonl >last
holds last '"same": true'
