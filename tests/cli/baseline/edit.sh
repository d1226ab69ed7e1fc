# add, show and prune; what is wrong is refused and leaves the file.
. "$TESTS/repos.sh"
repo r
echo "a = '$(token ghp 1)'" >r/a.py
echo "b = '$(token ghp 2)'" >r/b.py
commit r first
rm r/b.py
commit r second
cd r || exit 1
"$STANCH" scan -f jsonl . >../rep
one=$(field fingerprint ../rep | sort -u | sed -n 1p)
two=$(field fingerprint ../rep | sort -u | sed -n 2p)

expect 0 "$STANCH" baseline add --reason "made up" --owner @web \
	--expires 2999-12-31 "$one"
expect 1 "$STANCH" scan -q . >../out
expect 0 "$STANCH" baseline add "$two" "$one" --reason "again"
expect 0 "$STANCH" scan -q .
[ "$(grep -c '^github' .stanch-baseline)" = 2 ] || fail entries
expect 0 "$STANCH" baseline show >../out
holds ../out "$one  for ever  nobody  again"
expect 0 "$STANCH" baseline show -f json .stanch-baseline >../out
python3 -c 'import json; d = json.load(open("../out"))
assert [e["reason"] for e in d] == ["again", "again"], d' || fail json

# what nobody answers to goes; what only history holds stays
"$STANCH" baseline add npm-access-token:aaaaaaaaaaaaaaaaaaaa
"$STANCH" baseline add --expires 2020-01-01 npm-access-token:bbbbbbbbbbbbbbbbbbbb
cp .stanch-baseline before
expect 0 "$STANCH" baseline prune --dry-run 2>../err >../out
cmp -s before .stanch-baseline || fail "dry run wrote"
holds ../out "npm-access-token:aaaaaaaaaaaaaaaaaaaa  nothing answers to it"
holds ../out "npm-access-token:bbbbbbbbbbbbbbbbbbbb  ended"
holds ../err "2 of 4 entries would go"
expect 0 "$STANCH" baseline prune --expired 2>../err >../out
holds ../err "1 of 4 entries removed"
expect 0 "$STANCH" baseline prune 2>../err >../out
[ "$(grep -c '^[a-z]' .stanch-baseline)" = 2 ] || fail "$(cat .stanch-baseline)"
expect 0 "$STANCH" scan -q .
# what could not be scanned is no reason to drop anything
rm -f "$(git rev-parse HEAD:a.py | sed 's|^\(..\)|.git/objects/\1/|')"
expect 3 "$STANCH" baseline prune 2>../err >../out
holds ../err "not everything could be scanned"
[ "$(grep -c '^[a-z]' .stanch-baseline)" = 2 ] || fail "pruned"

# refused TEXT ARGUMENT...
refused() {
	refused_text=$1
	shift
	cp .stanch-baseline before
	"$STANCH" baseline "$@" >../out 2>../err
	refused_got=$?
	[ $refused_got -eq 2 ] || fail "exit $refused_got: $*"
	[ "$(wc -l <../err)" -eq 1 ] || fail "$(cat ../err)"
	holds ../err "$refused_text"
	cmp -s before .stanch-baseline || fail "written: $*"
}
refused "is not a fingerprint" add nonsense
refused "is not a fingerprint" add "$(token ghp 1)"
lacks ../err "$(token ghp 1)"
refused "is not a day" add --expires 2025-02-29 "$one"
refused "one word without blanks" add --owner "two words" "$one"
refused "one line" add --reason "two
lines" "$one"
refused "a fingerprint is missing" add
refused "open absent" show absent
refused "open absent" prune --file absent
refused "unknown command" frobnicate
echo rubbish >>.stanch-baseline
refused "not FINGERPRINT EXPIRES" add "$one"
refused "not FINGERPRINT EXPIRES" prune
