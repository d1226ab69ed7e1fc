. "$TESTS/lib.sh"
expect 3 "$STANCH" help >/dev/full 2>err
holds err "No space left"
expect 3 "$STANCH" version >&- 2>err
expect 3 "$STANCH" rules list >/dev/full 2>err
