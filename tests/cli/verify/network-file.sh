# The network configuration comes from outside of what is scanned, and says
# only what it can mean.
. "$TESTS/lib.sh"
git init -q repo
mkdir repo/sub
echo "ca_file = '/tmp/ca.pem'" >repo/net.toml
for target in repo repo/sub repo/.git; do
	expect 2 "$STANCH" scan $target --verify --network repo/net.toml 2>err
	holds err "it stands in what is scanned"
done
ln -s "$PWD/repo/net.toml" link.toml
expect 2 "$STANCH" scan repo --verify --network link.toml 2>err
holds err "it stands in what is scanned"
mkdir tree
STANCH_NETWORK=$PWD/repo/net.toml expect 2 "$STANCH" scan repo --verify 2>err
expect 2 "$STANCH" scan tree --verify --network missing.toml 2>err
holds err "read the network configuration missing.toml"
expect 2 "$STANCH" scan tree --verify --network tree 2>err
while IFS='|' read -r text what; do
	printf '%s\n' "$text" >net.toml
	expect 2 "$STANCH" scan tree --verify --network net.toml 2>err
	holds err "$what"
	[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
done <<'END'
verify = false|no such key
ca_file = 1|a text is needed
hosts = "a.example"|a list of texts
connect = "x"|a table is needed
per_minute = 0|1 to 1000000
proxy = "ftp://x"|a proxy is
base = { "gitlab.com" = "http://gitlab.example.com" }|a base is https://
base = { "gitlab.com" = "https://gitlab.example.com/" }|a base is https://
base = { "gitlab.com" = "https://127.0.0.1" }|a base is https://
ca_file = |net.toml:1
END
printf 'hosts = []\n' >net.toml
chmod 666 net.toml
expect 2 "$STANCH" scan tree --verify --network net.toml 2>err
holds err "chmod o-w"
chmod 600 net.toml
expect 0 "$STANCH" scan tree --verify --network net.toml -q
