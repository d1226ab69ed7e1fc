. "$TESTS/lib.sh"
expect 0 "$STANCH" version >a
expect 0 "$STANCH" --version >b
cmp a b
grep -q '^stanch [0-9]*\.[0-9]*\.[0-9]*$' a || cat a
