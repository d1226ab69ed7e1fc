# An alert: signed, judged, answered with feedback, revoked, confirmed dead.
. "$TESTS/partner.sh"
partner_setup
partner_start
until_true said_it "GitHub has 1 keys"
sends 200
hash=$(printf %s "$pat" | sha256sum | cut -d' ' -f1)
[ "$(sed -n 2p answer)" = "[{\"token_hash\":\"$hash\",\"token_type\":\
\"azure_devops_personal_access_token\",\"label\":\"true_positive\"}]" ] ||
	fail "feedback: $(cat answer)"
until_true said_it "revoked, and confirmed dead"
until_true spool_is_empty
[ "$(revocations pat)" = 1 ] || fail "not one revocation"
# The same again, and from somewhere else: nothing is sent.
asked=$(provider_requests pat)
sends 200
github alert "$pat" azure_devops_personal_access_token \
	https://github.com/o/other/issues/3 issue_comment >body
sends 200
until_true spool_is_empty
[ "$(revocations pat)" = 1 ] || fail "revoked again"
[ "$(provider_requests pat)" = "$asked" ] || fail "asked again"
partner_stop 0
expect 0 "$STANCH" log verify audit.log --head "$(cat audit.head)" >/dev/null
holds audit.log "$url"
no_secret audit.log said err.said provider/requests.jsonl
[ -z "$(cat err.said)" ] || fail "said: $(cat err.said)"
[ "$(stat -c %a spool)" = 700 ] || fail "mode"
# The keys were fetched without a credential, and once.
[ "$(wc -l <provider/keys.jsonl)" = 1 ] || fail "fetched more than once"
lacks provider/keys.jsonl '"has_credential": true'
