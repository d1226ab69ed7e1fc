. "$TESTS/repos.sh"
repo r
echo base >r/f
commit r base
expect 0 "$STANCH" scan -v --history r >out
holds out "index and plan"
holds out "sweep and match"
