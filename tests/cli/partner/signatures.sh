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
# GitHub's own example, of its documentation: it holds as it is, and with a
# line feed behind it not.
python3 - <<'PYTHON'
import json
key = ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9MJJHnMfn2+H4xL4YaPDA4RpJqUqkCmR"
       "CBnYERxZanmcpzQSXs1X/AljlKkbJ8qpVIW4clayyef9gWhFbNHWAA==")
told = json.load(open("provider/keys.json"))
told["keys"].append({
    "key_identifier": "90a421169f0a406205f1563a953312f0"
                      "be898d3c7b6c06b681aa86a874555f4a",
    "key": "-----BEGIN PUBLIC KEY-----\n%s\n%s\n-----END PUBLIC KEY-----\n"
           % (key[:64], key[64:])})
json.dump(told, open("provider/keys.json", "w"))
PYTHON
sleep 1.1
cp body good
printf '[{"token":"some_token","type":"some_type","url":"some_url"}]' >body
example="id=90a421169f0a406205f1563a953312f0be898d3c7b6c06b681aa86a874555f4a"
signed="signature=MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32AIgQY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc="
sends 200 "$example" "$signed"
[ "$(sed -n 2p answer)" = "[]" ] || fail "feedback about some_token"
echo >>body
refuse 401 "$example" "$signed"
cp good body
# Nothing of all that was read, kept or asked about.
spool_is_empty || fail "something was kept"
[ "$(provider_requests pat)" = 0 ] || fail "something was asked"
[ "$(grep -c ^received said)" = 1 ] || fail "more than the example was read"
# Upper case and lower case of ids and headers are the same.
sends 200 "id=$(printf 'key of one' | sha256sum | cut -d' ' -f1 |
	tr a-f A-F)"
until_true spool_is_empty
partner_stop 0
holds said "refused"
holds said "a signature that does not hold"
no_secret said err.said audit.log
