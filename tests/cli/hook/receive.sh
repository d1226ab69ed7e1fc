. "$TESTS/repos.sh"
# pre-receive over file://: what arrives, still in quarantine.
repo r
token npm 9 >r/old
commit r "an old token"
git clone -q --bare r bare.git 2>/dev/null
git -C bare.git config receive.advertisePushOptions true
(cd bare.git && "$STANCH" hook install -- --may-override ann \
	--identity PUSHER >../said) || fail install
holds said "hooks/pre-receive"
holds said "receive.advertisePushOptions"
git -C r remote add origin "file://$PWD/bare.git"
git -C r fetch -q origin

refused() {
	git -C r push -q origin "$@" 2>err && fail "let through: push $*"
	sed -n 's/^remote: //p' err >told
	[ "$(wc -l <told)" -le 9 ] || {
		cat err
		fail "more than eight lines: $*"
	}
	holds told "stanch: push refused: "
}
allowed() {
	git -C r push -q origin "$@" 2>err || {
		cat err
		fail "refused: push $*"
	}
}
echo clean >r/f
commit r clean
allowed main
token ghp 1 >r/f
commit r "with it"
bad=$(git -C r rev-parse --short=10 HEAD)
echo clean >r/f
commit r "without it"
refused main
holds told "1 leaked token in what it brings"
holds told "  $bad f:1:1  GitHub personal access token (classic)  ghp_"
holds told "git rebase -i $bad^"
holds told "git push -o stanch.override=REASON"
lacks err "$(token ghp 1)"
[ "$(git -C bare.git rev-parse main)" = "$(git -C r rev-parse main~2)" ] ||
	fail "the ref moved"
# A new branch, several refs, tags, a force-push: what is new in any.
refused main:new
refused main~2:refs/heads/clean main:new
git -C r tag -a -m "key $(token ghp 2)" v1 main~2
refused v1
holds told "(message):1:5"
git -C r tag blob "$(token ghp 3 | git -C r hash-object -w --stdin)"
refused blob
allowed main~2:refs/heads/new
allowed :new
git -C r checkout -q -b rewritten main~2
token ghp 4 >r/g
git -C r add g
git -C r commit -q --amend -m rewritten
refused --force rewritten:main
git -C r rm -q -f g
git -C r commit -q --amend -m "rewritten, clean"
allowed --force rewritten:main
# Packs that are kept (not unpacked to loose objects) are seen as well.
git -C bare.git config receive.unpackLimit 1
git -C r checkout -q -b packed rewritten
token ghp 5 >r/g
commit r packed
refused packed
git -C bare.git config --unset receive.unpackLimit

# The override: of whom the server names, with a reason, on record.
PUSHER=bob git -C r push -q -o stanch.override=because origin packed 2>err &&
	fail "bob may not"
holds err "you are not one of those who may"
git -C r push -q -o stanch.override=because origin packed 2>err &&
	fail "nobody said who"
holds err "the server does not say who pushes"
PUSHER=ann git -C r push -q -o stanch.override= origin packed 2>err &&
	fail "without a reason"
holds err "say why"
[ ! -e bare.git/stanch-overrides.jsonl ] || fail "recorded a refusal"
# What cannot be recorded is not let through.
mkdir bare.git/stanch-overrides.jsonl
PUSHER=ann git -C r push -q -o stanch.override=x origin packed 2>err &&
	fail "without a record"
holds err "record the override"
rmdir bare.git/stanch-overrides.jsonl
PUSHER=ann git -C r push -q -o ci.skip -o "stanch.override=revoked, see \"T-1\"" \
	origin packed 2>err || fail "ann may"
holds err "let through, as ann asked for"
record=bare.git/stanch-overrides.jsonl
[ "$(stat -c %a $record)" = 600 ] || fail "mode of the record"
python3 - "$record" "$(git -C r rev-parse packed)" <<'P' || fail record
import json, sys
lines = open(sys.argv[1]).read().splitlines()
assert len(lines) == 1, lines
r = json.loads(lines[0])
assert r["who"] == "ann" and r["reason"] == 'revoked, see "T-1"', r
assert r["refs"][0]["ref"] == "refs/heads/packed", r
assert r["refs"][0]["new"] == sys.argv[2], r
assert r["findings"][0]["path"] == "g" and r["complete"], r
assert r["findings"][0]["fingerprint"].startswith("github-pat:"), r
P
lacks $record "$(token ghp 5)"
# Once it is in, it is not new.
echo more >>r/f
commit r more
allowed packed
# Out of time: nothing goes through, and it says so.
rm bare.git/hooks/pre-receive
(cd bare.git && "$STANCH" hook install -- --timeout 0.000001 >/dev/null) ||
	fail install
echo again >>r/f
commit r again
refused packed
holds told "not all could be looked at"
holds told "--timeout gives more"
holds told "Nobody may override this"
