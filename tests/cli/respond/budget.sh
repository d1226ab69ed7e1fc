# GitHub takes 60 reports an hour: counted over runs and processes. What is over
# it stays, is told and recorded, and goes out once the hour is over.
. "$TESTS/response.sh"
loop_setup
rm -rf repo/a.yml repo/.git
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
[ "$(revocations hub)" = 1 ] || fail "not one revocation"
file=$(echo state/stanch/calls-*)
[ "$(wc -l <"$file")" = 1 ] || fail "not counted: $(cat "$file")"
[ "$(stat -c %a "$file" state/stanch | tr '\n' ' ')" = "600 700 " ] ||
	fail "modes"
lacks "$file" "$hub"
# spent AGE N: so many were made so many seconds ago.
spent() {
	now=$(($(date +%s) - $1))
	yes "$now" | head -n "$2" >"$file"
}
second=$(token ghp 71)
provider_token second live "$second"
echo "t = '$second'" >repo/b
spent 10 60
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
holds err "takes no more revocations this hour"
holds err "1 live, 0 revoked, 1 kept"
holds audit.log '"hold":"budget"'
[ "$(revocations second)" = 0 ] || fail "over the budget"
lacks audit.log '"hold":"cap"'
# The hour is over, but for a clock that went back a little, and rubbish.
spent 3601 200
{
	echo $(($(date +%s) + 5))
	echo nonsense
	echo
	echo 99999999999999999999
	head -c 300 /dev/zero
} >>"$file"
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
[ "$(revocations second)" = 1 ] || fail "still held: $(cat err)"
[ "$(wc -l <"$file")" = 2 ] || fail "not what counts: $(cat "$file")"
# One is left, and four processes want it: one gets it. None is lost.
spent 10 59
for i in 1 2 3 4; do
	t=$(token ghp "8$i")
	provider_token "racer$i" live "$t"
	mkdir "racer$i"
	echo "t = '$t'" >"racer$i/b"
done
racers=
for i in 1 2 3 4; do
	"$STANCH" scan --respond policy.toml "racer$i" >/dev/null 2>"err$i" &
	racers="$racers $!"
done
# shellcheck disable=SC2086
wait $racers
[ "$(revocations racer)" = 1 ] || fail "$(revocations racer) of one"
[ "$(cat err1 err2 err3 err4 | grep -c "no more revocations")" = 3 ] ||
	fail "not told: $(cat err1 err2 err3 err4)"
spent 4000 60
for i in 1 2 3 4; do
	"$STANCH" scan --respond policy.toml "racer$i" >/dev/null 2>err
done
for i in 1 2 3 4; do
	[ "$(revocations "racer$i")" = 1 ] || fail "racer$i"
done
expect 0 "$STANCH" log verify audit.log >/dev/null
# A state that cannot be had counts nothing and stops nothing; another's file,
# or a link, is not written to.
rm -r state
echo kept >elsewhere
mkdir -p state/stanch
ln -s "$PWD/elsewhere" "$file"
third=$(token ghp 72)
provider_token third live "$third"
echo "t = '$third'" >repo/b
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
[ "$(revocations third)" = 1 ] || fail "stopped by a link"
[ "$(cat elsewhere)" = kept ] || fail "written through a link"
unset XDG_STATE_HOME
HOME=
fourth=$(token ghp 73)
provider_token fourth live "$fourth"
echo "t = '$fourth'" >repo/b
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
[ "$(revocations fourth)" = 1 ] || fail "without a home"
[ "$(cat audit.log.calls-* | wc -l)" = 1 ] || fail "not beside the log"
