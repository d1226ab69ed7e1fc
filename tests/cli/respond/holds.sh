# What a policy, a deny list, a cap, a kill switch or a grace period holds is
# not revoked, and the reason is said and recorded.
. "$TESTS/response.sh"
loop_setup
held() { # TEXT: one token is live and kept for that reason
	expect 1 "$STANCH" scan --respond policy.toml --history repo \
		>/dev/null 2>err
	holds err "live, kept: $1"
	[ "$(revocations)" = 0 ] || fail "revoked in spite of: $1"
	rm -f audit.log
}
policy_write 'revoke = false'
held "the policy says not to revoke it"
touch stop
policy_write "killSwitch = \"$PWD/stop\""
held "the kill switch is on"
rm stop
policy_write 'maxRevocations = 0'
held "the run has made as many revocations"
policy_write 'grace = "72h"'
printf '[[webhooks]]\nkind = "slack"\nurl = "https://hooks.example/"\n' \
	>>policy.toml
held "its grace period is not over"
policy_write
printf '[deny]\nowners = ["ann@*"]\n' >>policy.toml
held "it is on a deny list"
policy_write
printf '[[providers]]\nname = "azure-devops"\nrevoke = false\n' >>policy.toml
held "the policy says not to revoke it"
policy_write
printf '[[organizations]]\nprovider = "github"\nname = "x"\n' >>policy.toml
sed 's/^credential/revoke = false\ncredential/' policy.toml >off.toml
mv off.toml policy.toml
chmod 600 policy.toml
held "the policy says not to revoke it"
printf 'log = "%s/audit.log"\n' "$PWD" >policy.toml
held "its owner is on no allow list"
printf 'log = "%s/audit.log"\n[allow]\nowners = ["*"]\n' "$PWD" >policy.toml
held "there is no way to revoke it"
# No entry of the list, or two: ask and stop.
policy_write
echo '{"pat": "nomatch"}' >provider/revoke.json
held "no entry of the list is this token"
echo '{"pat": "twice"}' >provider/revoke.json
held "several entries of the list"
# The same without what held it.
rm provider/revoke.json
expect 1 "$STANCH" scan --respond policy.toml --history repo >/dev/null 2>err
holds err "1 revoked"
