# What is too large, too much, malformed or elsewhere.
. "$TESTS/partner.sh"
partner_setup
partner_start --max-body 100K --path /alerts
to=path=/alerts
sends 404
sends 404 path=/alerts/x
sends 405 "$to" method=GET
sends 405 "$to" method=PUT
# A length over the limit is refused before anything is sent; in pieces it
# ends at the limit.
cp body good
head -c 100000 /dev/zero | tr '\0' ' ' >blanks
cat body blanks body >large && mv large body
head -c 110000 /dev/zero | tr '\0' ' ' >body
sends 413 "$to"
sends 0 "$to" chunked
sends 413 "$to" length=999999999999999999999999
cp good body
sends 200 "$to" chunked
until_true spool_is_empty
[ "$(revocations pat)" = 1 ] || fail "in pieces it is the same"
# Signed, and no list of alerts.
bad() {
	printf '%s' "$2" >body
	sends "$1" "$to"
}
bad 400 ''
bad 400 '{}'
bad 400 '"text"'
bad 400 '[{"token":"a","type":"b"'
bad 400 '[{"token":"a"}] more'
bad 400 "$(printf '[{"token":"\377\376","type":"b"}]')"
bad 400 '[{"token":"a\u0000b","type":"b"}]'
bad 200 '[]'
bad 200 '[1, null, [], {}, {"token":1,"type":2}, {"token":"","type":"a"}]'
holds said "received 6 alerts: 0 to be handled, 0 false, 6 malformed"
python3 -c 'print("[" * 50000 + "]" * 50000)' >body
sends 400 "$to"
python3 -c 'print("[" + ",".join(["{}"] * 2001) + "]")' >body
sends 413 "$to"
partner_stop 0
spool_is_empty || fail "something was kept"
# More requests than are allowed are told to come again.
cp good body
partner_start --rate 3
github send "$port" one body header=none repeat=12 >answer
[ "$(grep -c '^429$' answer)" -ge 5 ] || fail "all were taken: $(cat answer)"
partner_stop 0
holds said "more requests than the limit"
