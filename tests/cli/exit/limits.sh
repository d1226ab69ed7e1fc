. "$TESTS/lib.sh"
# With few descriptors or little memory: the token, or an exit code that says
# that the scan was not complete. Never 0.
[ "$CONFIG" = release ] || skip "sanitizers need room"
mkdir -p tree/a/b/c/d/e/f/g/h
echo "k = $(token ghp)" >tree/a/b/c/d/e/f/g/h/token
for n in 0 1 2 3 4 5 6 7 8; do
	mkdir tree/dir$n
	head -c 700000 /dev/urandom >tree/dir$n/file
done
try() {
	(
		ulimit "$1" "$2" || exit 2
		exec "$STANCH" scan -j 8 -f jsonl tree
	) >report 2>err
	code=$?
	[ $code -ge 1 ] || fail "ulimit $1 $2: exit $code"
	[ $code -lt 126 ] || fail "ulimit $1 $2: exit $code: $(cat err)"
	[ $code -ge 2 ] || [ "$(findings report)" = 1 ] || fail "no finding"
}
for n in 4 5 6 8 10 16; do
	try -n $n
done
for n in 20000 40000 60000 80000 100000 150000 200000 400000; do
	try -v $n
done
