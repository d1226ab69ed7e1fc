# What it does not start with: exit 2, and one line with the mend.
. "$TESTS/partner.sh"
partner_setup
try() {
	try_text=$1
	shift
	expect 2 "$STANCH" partner "$@" >out 2>err
	holds err "$try_text"
	[ "$(wc -l <err)" = 1 ] || fail "not one line: $(cat err)"
	[ ! -s out ] || fail "said: $(cat out)"
}
p="--policy policy.toml --listen 127.0.0.1:0"
# shellcheck disable=SC2086
{
	try "--policy is missing"
	try "TYPE=RULE" $p --type nonsense
	try "names no rule" $p --type a=no-such-rule
	try "does not begin with /" $p --path alerts
	try "over 16M" $p --max-body 17M
	try "must not be 0" $p --connections 0
	for address in localhost:80 127.0.0.1 127.0.0.1:x 127.0.0.1:99999 \
		::1:80 : ''; do
		try "listen at" --policy policy.toml --listen "$address"
	done
	try "listen at" --policy policy.toml --listen 192.0.2.1:0
	STANCH_PARTNER_KEY=short try "under 32 characters" $p
	STANCH_PARTNER_KEY='' try "STANCH_PARTNER_KEY is not set" $p
	chmod 755 spool
	try "others may enter it" $p
	rmdir spool 2>/dev/null || rm -r spool
	ln -s elsewhere spool
	mkdir -m 700 elsewhere
	try "open the directory" $p
	rm spool
}
policy_write
# shellcheck disable=SC2086
try "has no [partner] table" $p
policy_write
printf '[partner]\nspool = "%s/spool"\n' "$PWD" >>policy.toml
# shellcheck disable=SC2086
try "needs spool and key" $p
printf 'key = { env = "STANCH_PARTNER_KEY" }\n' >>policy.toml
partner_start
# Another in the same spool, and at the same port.
# shellcheck disable=SC2086
try "another stanch works in it" $p
sed 's|/spool"|/spool2"|' policy.toml >policy2.toml
try "listen at" --policy policy2.toml --listen "127.0.0.1:$port"
partner_stop 0
# The version of stanch-partner, and that it is there.
mkdir alone
cp "$STANCH" alone/stanch
STANCH=$PWD/alone/stanch
# shellcheck disable=SC2086
try "neither beside stanch" $p
