. "$TESTS/lib.sh"
mkdir -p tree/.git/objects tree/.git/refs tree/out
echo 'ref: refs/heads/main' >tree/.git/HEAD
echo "k = $(token ghp 1)" >tree/.git/config
echo out/ >tree/.gitignore
echo "k = $(token ghp 2)" >tree/out/a
expect 0 "$STANCH" scan -f jsonl tree >report
[ "$(summary complete report)" = true ] || fail "complete"
expect 1 "$STANCH" scan --ignored -f jsonl tree >report
[ "$(field path report)" = tree/out/a ] || fail "path"
