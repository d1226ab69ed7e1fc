. "$TESTS/lib.sh"
expect 0 "$STANCH" rules show azure-devops-pat >out
holds out cask
# it alone, not what it needs
[ "$(grep -c '^id ' out)" = 1 ] || fail "others are shown"
expect 0 "$STANCH" rules show azure-devops-pat -f json >out
python3 -m json.tool out >/dev/null || fail json
expect 2 "$STANCH" rules show 2>err
