# What holds a revocation for a while keeps the alert: a grace period, a kill
# switch, the hour's revocations, a provider that asks to wait. It is no loss.
. "$TESTS/partner.sh"
partner_setup 'grace = "2s"' 'maxRevocations = 1' \
	"killSwitch = \"$PWD/stop\""
cat >>policy.toml <<'TOML'
[[webhooks]]
kind = "slack"
url = "https://hooks.example/x"
TOML
touch stop
partner_start
sends 200
until_true said_it "its grace period is not over"
spool_is_empty && fail "the grace period ends it"
# By SIGTERM it stays where it is, and the next start goes on with it.
partner_stop 3
[ "$(revocations)" = 0 ] || fail "revoked"
sleep 2
partner_start
until_true said_it "the kill switch is on"
[ "$(revocations)" = 0 ] || fail "revoked"
partner_stop 3
rm stop
partner_start
until_true said_it "revoked, and confirmed dead"
until_true spool_is_empty
# The second of this hour waits, whatever process asks; then it is let.
github alert "$hub" github_personal_access_token "$url" content >body
sends 200
until_true said_it "grace period is not over"
sleep 2
partner_stop 3
partner_start
until_true said_it "as many revocations as the policy allows"
[ "$(revocations hub)" = 0 ] || fail "over the cap"
partner_stop 3
sed -i 's/maxRevocations = 1/maxRevocations = 2/' policy.toml
partner_start
until_true said_it "revoked, and confirmed dead"
until_true spool_is_empty
[ "$(revocations hub)" = 1 ] || fail "not one revocation"
partner_stop 0
# A provider that asks to wait.
other=$(token ghp 31)
provider_token other throttled "$other"
github alert "$other" github_personal_access_token "$url" content >body
partner_start
sends 200
until_true said_it " retry"
partner_stop 3
spool_is_empty && fail "lost"
no_secret said audit.log err.said
