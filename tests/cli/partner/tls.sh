# HTTPS of its own: a certificate that the client checks; a key that others
# may read, or that is another's, is refused.
. "$TESTS/partner.sh"
partner_setup
openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt \
	-days 2 -subj /CN=localhost -addext "subjectAltName=IP:127.0.0.1" \
	2>/dev/null
chmod 600 tls.key
partner_start --tls-cert tls.crt --tls-key tls.key
sends 200 "tls=tls.crt"
sends 401 "tls=tls.crt" altered
# Plain HTTP is no answer.
sends 0
until_true spool_is_empty
partner_stop 0
[ "$(revocations pat)" = 1 ] || fail "not one revocation"
try() {
	expect 2 "$STANCH" partner --policy policy.toml --listen 127.0.0.1:0 \
		"$@" >/dev/null 2>err
}
chmod 644 tls.key
try --tls-cert tls.crt --tls-key tls.key
holds err "others may read it"
chmod 600 tls.key one.pem
try --tls-cert tls.crt --tls-key one.pem
holds err "of each other"
try --tls-cert tls.crt
holds err "belong together"
try --tls-cert missing --tls-key tls.key
holds err "missing"
