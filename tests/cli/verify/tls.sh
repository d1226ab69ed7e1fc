# A peer that is not who it should be gets no byte of a token: expired, for
# another name, signed by itself, for an address, of an old protocol, and one
# that brings along word of its certificate being revoked. Such word that it is
# fine is no hindrance.
. "$TESTS/lib.sh"
python3 "$TESTS/../provider/bad_peers.py" peers <&- >peers.log 2>&1 &
tries=0
until [ -e peers/ready ]; do
	tries=$((tries + 1))
	[ $tries -lt 600 ] || fail "$(cat peers.log)"
	sleep 0.05
done
mkdir tree
echo "$(token ghp 1)" >tree/f
XDG_CACHE_HOME=$PWD/cache
export XDG_CACHE_HOME
for peer in good expired name self address protocol staple revoked; do
	"$STANCH" scan tree --verify --verify-fresh \
		--network peers/$peer.toml -f jsonl -o r.jsonl
	echo "$peer: $(field verdict r.jsonl)"
done
: >peers/done
wait
for peer in good expired name self address protocol staple revoked; do
	echo "$peer: $(cat peers/$peer.bytes) bytes"
done
