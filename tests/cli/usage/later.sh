. "$TESTS/lib.sh"
expect 2 "$STANCH" partner 2>err
holds err "unknown command"
