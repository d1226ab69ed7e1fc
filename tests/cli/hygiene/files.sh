# What a response leaves behind is its user's alone, whatever the umask; files
# and directories that others may write, or that lead elsewhere, are not used.
. "$TESTS/response.sh"
loop_setup
# modes DIRECTORY...: all modes below, but the directories' own.
modes() {
	find "$@" -mindepth 1 \( -type f -o -type d -o -type l \) \
		-printf '%y %m\n' | sort -u
}
umask 000
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
holds err "2 revoked"
stat -c '%a %n' audit.log audit.log.lock audit.head
[ -z "$(find . -newer policy.toml -type f ! -path './provider/*' \
	! -path './cache/*' ! -path './state/*' ! -name 'audit.*' ! -name err ! -name stdout \
	! -name stderr)" ] || find . -newer policy.toml -type f
no_secret audit.log audit.log.lock audit.head

"$STANCH" scan repo/b --verify -q >/dev/null 2>err
echo "state:"
modes state
no_secret $(find state -type f)
echo "cache:"
modes cache
[ "$(find cache -type f | wc -l)" -gt 1 ] || fail "no cache"
no_secret $(find cache -type f)

# again SEED: a third token, so that there is something to write.
again() {
	third=$(token ado84 "$1")
	provider_token "third$1" live "$third"
	printf 'https://dev.azure.com/contoso\n%s\n' "$third" >repo/c
}
refused() { # WHY
	expect 2 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
	holds err "$1"
	[ "$(revocations third)" = 0 ] || fail "revoked without a record"
}
again 1
chmod 666 audit.log
refused "audit.log"
[ "$(stat -c %a audit.log)" = 666 ] || fail "its mode was changed"
chmod 600 audit.log
mv audit.log elsewhere
cp elsewhere before
ln -s elsewhere audit.log
refused "audit.log"
cmp -s elsewhere before || fail "written through a link"
rm audit.log
mkfifo audit.log
refused "audit.log"
rm audit.log
mv elsewhere audit.log
# The head is replaced, never written through.
rm audit.head
echo keep >precious
ln -s precious audit.head
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
holds err "1 revoked"
[ "$(cat precious)" = keep ] || fail "the head was written through a link"
stat -c '%F %a' audit.head

# A cache that others may write, or that is elsewhere, is no cache: the token
# is asked about, and nothing is left there.
for how in open link; do
	rm -rf cache elsewhere
	mkdir -p cache/stanch elsewhere
	chmod 700 cache cache/stanch elsewhere
	case $how in
	open) mkdir -m 777 cache/stanch/verdicts ;;
	link) ln -s "$PWD/elsewhere" cache/stanch/verdicts ;;
	esac
	: >provider/requests.jsonl
	"$STANCH" scan repo/b --verify -q >/dev/null 2>err
	echo "$how: $(provider_requests) asked," \
		"$(find cache elsewhere -type f | wc -l) files"
done
