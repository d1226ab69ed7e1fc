. "$TESTS/lib.sh"
: >a
expect 2 "$STANCH" scan no-such-file 2>err
holds err "no-such-file"
holds err "No such file or directory"
[ "$(wc -l <err)" = 1 ] || fail "more than one line"
expect 2 "$STANCH" scan --jobs=many a 2>err
expect 2 "$STANCH" scan --min-confidence sure a 2>err
holds err "low, medium, high, certain"
expect 2 "$STANCH" scan https://example.invalid/x.git 2>err
holds err "not available in this build"
expect 2 "$STANCH" scan - - 2>err </dev/null
