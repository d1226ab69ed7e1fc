# What is accepted waits sealed: no token is on the disk, before or after
# SIGKILL; another key opens nothing and loses nothing; the right one goes on.
. "$TESTS/partner.sh"
partner_setup 'killSwitch = "/"'
partner_start
sends 200
until_true said_it "the kill switch is on"
kill -9 "$partner_pid"
wait "$partner_pid" 2>/dev/null
[ "$(ls spool | grep -c '^[0-9a-f]')" = 1 ] || fail "not one entry"
[ "$(stat -c %a spool/[0-9a-f]* | sort -u)" = 600 ] || fail "modes"
no_secret spool/[0-9a-f]* said err.said audit.log
if grep -rqF "$(printf %s "$pat" | cut -c1-12)" spool; then
	fail "a part of the token is in the spool"
fi
right=$STANCH_PARTNER_KEY
STANCH_PARTNER_KEY=$(openssl rand -hex 32)
partner_start
until_true grep -q "was changed, or sealed with another key" err.said
partner_stop 3
holds said "1 deliveries wait for the next start"
STANCH_PARTNER_KEY=$right
policy_write
printf '[partner]\nspool = "%s/spool"\nkey = { env = "%s" }\n' \
	"$PWD" STANCH_PARTNER_KEY >>policy.toml
# A byte changed, a file cut, renamed, copied: told, and kept.
cp spool/[0-9a-f]* spool/00000000000000000000000000000000
partner_start
until_true said_it "revoked, and confirmed dead"
partner_stop 3
[ -e spool/00000000000000000000000000000000 ] || fail "taken away"
[ "$(revocations pat)" = 1 ] || fail "not one revocation"
rm spool/0*
# Other files are left alone, and halves are taken away.
touch spool/notes spool/.0123456789abcdef0123456789abcdef
partner_start
partner_stop 0
[ -e spool/notes ] || fail "another file"
[ ! -e spool/.0123456789abcdef0123456789abcdef ] || fail "a half"
