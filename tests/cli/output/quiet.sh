. "$TESTS/lib.sh"
mkdir tree && echo "int a;" >tree/a
expect 0 "$STANCH" scan -q tree >out 2>err
[ ! -s out ] || fail "quiet and clean, and says: $(cat out)"
[ ! -s err ] || fail "on standard error: $(cat err)"
