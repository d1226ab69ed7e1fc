# A client that sends a byte now and then is cut off, in its head as in its
# body; meanwhile others are served, and so many connections wait, not hang.
. "$TESTS/partner.sh"
partner_setup
partner_start --seconds 2 --connections 8
until_true said_it "GitHub has 1 keys"
github send "$port" one body slow repeat=4 >slow &
slow=$!
github send "$port" one body trickle repeat=3 >trickle &
trickle=$!
sleep 0.5
sends 200
github send "$port" one body repeat=20 >many
[ "$(grep -c '^200$' many)" = 20 ] || fail "not all were served"
wait "$slow" "$trickle"
for file in slow trickle; do
	# Every second line is how long it was let.
	awk 'NR % 2 == 0 && ($1 < 1 || $1 > 5) { exit 1 }' "$file" ||
		fail "$file: $(cat "$file")"
done
until_true said_it "too slow"
until_true spool_is_empty
partner_stop 0
[ "$(revocations pat)" = 1 ] || fail "not one revocation"
