# What the environment says of proxies, keys and certificates is not heeded:
# the network configuration alone says how requests go. Nothing but the helper
# is started.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
token ghp 1 >f
provider_token one live "$(cat f)"
mkdir bin
for name in stanch-net curl sh git; do
	printf '#!/bin/sh\n: >%s/ran\n' "$PWD" >bin/$name
	chmod +x bin/$name
done
printf 'proxy = "http://127.0.0.1:1"\ninsecure\n' >bin/.curlrc
printf 'openssl_conf = nothing\n' >bad.cnf
: >empty.pem
n=0
for variable in "HTTPS_PROXY=http://127.0.0.1:1" "https_proxy=http://127.0.0.1:1" \
	"ALL_PROXY=socks5://127.0.0.1:1" "NO_PROXY=nothing" \
	"SSLKEYLOGFILE=$PWD/keys" "CURL_HOME=$PWD/bin" "HOME=$PWD/bin" \
	"SSL_CERT_FILE=$PWD/empty.pem" "SSL_CERT_DIR=$PWD/bin" \
	"CURL_CA_BUNDLE=$PWD/empty.pem" "OPENSSL_CONF=$PWD/bad.cnf" \
	"NETRC=$PWD/bad.cnf" "RES_OPTIONS=attempts:0" "HOSTALIASES=$PWD/bad.cnf" \
	"LOCALDOMAIN=example.org" "PATH=$PWD/bin"; do
	env "$variable" "$STANCH" scan --verify --verify-fresh -f jsonl f >rep 2>err
	code=$?
	[ "$code" -eq 1 ] || fail "$variable: exit $code: $(cat err)"
	[ "$(field verdict rep)" = live ] || fail "$variable: $(field verdict rep)"
	n=$((n + 1))
	[ "$(provider_requests one)" -eq "$n" ] || fail "$variable: requests"
done
[ ! -e keys ] || fail "keys of sessions were written"
[ ! -e ran ] || fail "a program of PATH was run"
if [ "${CONFIG:-}" = release ] && command -v strace >/dev/null; then
	strace -f -qq -e trace=execve -o trace env "SSLKEYLOGFILE=$PWD/keys" \
		"$STANCH" scan --verify --verify-fresh -q f >/dev/null 2>&1
	[ "$(grep -c 'execve(.* = 0$' trace)" -eq 3 ] || {
		cat trace
		fail "not env, stanch and stanch-net"
	}
fi
exit 0
