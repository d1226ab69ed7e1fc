# Each alert by itself: known or not, right or not, once or twice; what is
# decided is told in the feedback, and what is not is not.
. "$TESTS/partner.sh"
partner_setup
wrong=$(printf %s "$pat" | sed 's/....$/0000/')
scrubbed=ghp_0123456789abcdefghijABCDEFGHIJ012345
stripe="sk_""live_$(printf 'aB3dE6gH9jK2mN5pQ8sT1v4X7')"
acme=acme_0123
github alert \
	"$pat" azure_devops_personal_access_token "$url" content \
	"$pat" azure_devops_personal_access_token "$url?again" commit \
	"$hub" github_personal_access_token "" gist_content \
	"$wrong" azure_devops_personal_access_token "$url" content \
	"$scrubbed" GITHUB_PERSONAL_ACCESS_TOKEN "$url" Content \
	"$stripe" stripe_secret_key "$url" content \
	"$acme" acme_token "$url" content \
	hello github_personal_access_token "$url" content \
	unlike heroku_api_key https://github.com/o/r/odd content \
	unlike heroku_api_key https://github.com/o/r/unlike content >body
partner_start --type my_type=github-pat --type my_type=github-oauth-token
sends 200
python3 - "$pat" "$hub" "$wrong" "$scrubbed" <<'PYTHON' || fail "feedback"
import hashlib, json, sys
told = json.loads(open("answer").read().split("\n", 1)[1])
labels = {t["token_hash"]: t["label"] for t in told}
hashes = [hashlib.sha256(t.encode()).hexdigest() for t in sys.argv[1:]]
assert [labels.pop(h) for h in hashes] == [
    "true_positive", "true_positive", "false_positive",
    "false_positive"], told
other = hashlib.sha256(b"hello").hexdigest()
assert labels == {other: "false_positive"}, told
assert len(told) == 5 and all(len(t) == 3 for t in told)
PYTHON
holds said "received 10 alerts: 4 to be handled, 3 false, 2 that no rule of"
holds said "(heroku_api_key at https://github.com/o/r/odd, heroku_api_key at no"
holds said "1 of types that no rule has (acme_token; --type TYPE=RULE maps"
until_true spool_is_empty
[ "$(revocations pat)" = 1 ] || fail "the PAT"
[ "$(revocations hub)" = 1 ] || fail "the other"
holds audit.log '"path":"gist_content"'
holds audit.log '"rule":"stripe-secret-key"'
lacks audit.log "$(printf %s "$wrong" | sha256sum | cut -c1-20)"
no_secret audit.log said err.said answer
lacks said "$stripe"
lacks audit.log "$stripe"
# A type of the user's own; another form of the hash.
other=$(token ghp 77)
provider_token other live "$other"
github alert "$other" my_type "$url" content >body
partner_stop 0
partner_start --type my_type=github-pat --feedback base64
sends 200
holds answer "$(printf %s "$other" | openssl dgst -sha256 -binary | base64)"
until_true spool_is_empty
[ "$(revocations other)" = 1 ] || fail "a type of the user's own"
partner_stop 0
partner_start --feedback none --type my_type=github-pat
sends 200
[ "$(sed -n 2p answer)" = "[]" ] || fail "feedback that nobody wants"
partner_stop 0
