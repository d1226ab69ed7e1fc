. "$TESTS/lib.sh"
mkdir tree
mkfifo tree/fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
ln -s /dev/zero tree/zero
ln -s . tree/self
ln -s /etc/passwd tree/out
ln -s "$(token npm)" tree/link
ln -s nowhere tree/dangling
expect 4 timeout 5 "$STANCH" scan -f jsonl tree >report
[ "$(field path report)" = tree/link ] || fail "a link's text is content"
[ "$(summary files.skipped.special report)" = 2 ] || fail "special files"
[ "$(summary files.total report)" = 7 ] || fail "total"
lacks report root:
