. "$TESTS/lib.sh"
: >a
expect 2 "$STANCH" scan no-such-file 2>err
holds err "no-such-file"
holds err "No such file or directory"
[ "$(wc -l <err)" = 1 ] || fail "more than one line"
expect 2 "$STANCH" scan --jobs=many a 2>err
expect 2 "$STANCH" scan --min-confidence sure a 2>err
holds err "low, medium, high, certain"
expect 2 "$STANCH" scan file:///nowhere/x.git 2>err
holds err "clone file:///nowhere/x.git"
expect 2 "$STANCH" scan https://me:word@example.invalid/x.git 2>err
holds err "STANCH_GIT_TOKEN"
lacks err "word@"
expect 2 "$STANCH" scan --staged --range A..B 2>err
holds err "exclude each other"
expect 2 "$STANCH" scan --since someday 2>err
holds err "read the date"
expect 2 "$STANCH" scan - - 2>err </dev/null
