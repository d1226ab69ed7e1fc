# The keys' endpoint does not answer: who has a known key does not wait for it.
. "$TESTS/partner.sh"
partner_setup
partner_start
until_true said_it "GitHub has 1 keys"
github keys hang one
sleep 1.1
github send "$port" one body id=abcdef01 >waits &
waiting=$!
sleep 0.3
begun=$(date +%s)
sends 200
[ $(($(date +%s) - begun)) -lt 5 ] || fail "it waited"
wait "$waiting"
[ "$(sed -n 1p waits)" = 503 ] || fail "not 503: $(cat waits)"
until_true spool_is_empty
partner_stop 0
