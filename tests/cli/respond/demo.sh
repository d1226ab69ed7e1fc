# make demo: the whole loop in one command.
. "$TESTS/lib.sh"
sh "$TESTS/../demo/run" "$STANCH" >out 2>&1 || {
	cat out
	fail "the demonstration"
}
holds out "confirmed dead"
