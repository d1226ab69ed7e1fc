# A token is in frames and in what TLS carries, and nowhere else: not in
# arguments, environments, the cache, outputs, core files; and neither process
# can be looked into.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
PROVIDER_DELAY=1
export PROVIDER_DELAY
provider_start
mkdir tree
for i in 1 2 3 4 5 6; do
	secret=$(token ghp $i)
	provider_token $i live "$secret"
	echo "$secret" >>secrets
	echo "$secret" >tree/$i
done
ulimit -c unlimited 2>/dev/null
"$STANCH" scan tree --verify -v --progress always -f jsonl -o out.jsonl \
	-f text -o out.txt >out.stdout 2>out.stderr &
pid=$!
# While it asks: what can be seen of it and of its children.
seen=0
while kill -0 $pid 2>/dev/null; do
	for p in $pid $(cat /proc/$pid/task/*/children 2>/dev/null); do
		cat /proc/$p/cmdline /proc/$p/environ >>seen.bytes 2>/dev/null
		# Of a process that is not dumpable only root may look at maps.
		case $(readlink /proc/$p/exe 2>/dev/null) in
		*stanch-net)
			seen=1
			grep -q '^Max core file size *0 *0 ' /proc/$p/limits \
				2>/dev/null ||
				[ ! -e /proc/$p/limits ] || echo "core limit"
			;;
		esac
	done
	sleep 0.05
done
wait $pid
[ $seen -eq 1 ] || fail "stanch-net was not seen"
holds out.stderr "verifying: "
while read -r secret; do
	for part in "$secret" "$(printf %s "$secret" | cut -c8-24)" \
		"$(printf %s "$secret" | base64 -w0 | cut -c4-28)"; do
		grep -rlF -e "$part" out.* seen.bytes cache provider/*.jsonl \
			2>/dev/null
	done
done <secrets
find . -name 'core*'
# The helper leaves with stanch, however that ends.
"$STANCH" scan tree --verify --verify-fresh >/dev/null 2>&1 &
pid=$!
helper=
until [ -n "$helper" ] || ! kill -0 $pid 2>/dev/null; do
	helper=$(cat /proc/$pid/task/*/children 2>/dev/null | tr -d ' ')
done
sleep 0.3
kill -9 $pid
wait $pid 2>/dev/null
tries=0
while [ -n "$helper" ] && kill -0 "$helper" 2>/dev/null; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || fail "stanch-net outlives stanch"
	sleep 0.05
done
:
