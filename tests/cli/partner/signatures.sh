# Only what GitHub signed is read: not an altered body, another's signature,
# a key of no or another id, another curve, or what is no signature at all.
. "$TESTS/partner.sh"
partner_setup
github key two
github key p384 secp384r1
github keys good one p384
partner_start
refuse() {
	refuse_code=$1
	shift
	sends "$refuse_code" "$@"
	[ -z "$(sed -n 2p answer)" ] || fail "an answer: $*"
}
refuse 401 altered
refuse 401 id=0123456789abcdef
refuse 400 id=nothex--
refuse 400 id=0123
refuse 400 header=id
refuse 400 header=signature
refuse 400 header=none
refuse 400 signature=
refuse 400 signature=AAAA
refuse 400 'signature=not base64 at all'
# A right one of another body, with something behind it, and of r = s = 0.
printf '[]' >other
right=$(openssl dgst -sha256 -sign one.pem other | base64 -w0)
refuse 401 "signature=$right"
more=$({ openssl dgst -sha256 -sign one.pem body; printf x; } | base64 -w0)
refuse 400 "signature=$more"
refuse 401 signature=MAYCAQACAQA=
# Another's key with this id; a key on another curve, by its own id.
github send "$port" two body \
	"id=$(printf 'key of one' | sha256sum | cut -d' ' -f1)" >answer
[ "$(sed -n 1p answer)" = 401 ] || fail "another's signature"
github send "$port" p384 body >answer
case $(sed -n 1p answer) in
40[01]) ;;
*) fail "a signature on another curve" ;;
esac
# Nothing of all that was read, kept or asked about.
spool_is_empty || fail "something was kept"
[ "$(provider_requests pat)" = 0 ] || fail "something was asked"
lacks said received
# Upper case and lower case of ids and headers are the same.
sends 200 "id=$(printf 'key of one' | sha256sum | cut -d' ' -f1 |
	tr a-f A-F)"
until_true spool_is_empty
partner_stop 0
holds said "refused"
holds said "a signature that does not hold"
no_secret said err.said audit.log
