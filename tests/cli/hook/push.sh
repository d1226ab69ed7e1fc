. "$TESTS/repos.sh"
# pre-push: what the push would add to the remote, nothing else.
repo r
token npm 9 >r/old
commit r "an old token, pushed before the hook"
git clone -q --bare r bare.git 2>/dev/null
git -C r remote add origin ../bare.git
git -C r fetch -q origin
(cd r && "$STANCH" hook install pre-push >/dev/null) || fail install

# refused N ARGUMENT...: a push that brings N tokens.
refused() {
	refused_n=$1
	shift
	git -C r push -q "$@" 2>err && fail "let through: push $*"
	[ "$(grep -vc '^error: failed to push' err)" -le 8 ] || {
		cat err
		fail "more than eight lines: $*"
	}
	holds err "stanch: push stopped: $refused_n leaked token"
}
allowed() {
	git -C r push -q "$@" 2>err || {
		cat err
		fail "refused: push $*"
	}
}
echo clean >r/f
commit r clean
allowed origin main
# A new branch brings what no branch of the remote has.
git -C r checkout -q -b new
echo more >r/f
commit r more
allowed origin new
# A token in an older commit that a newer one takes out again.
token ghp 1 >r/f
commit r with
bad=$(git -C r rev-parse --short=10 HEAD)
echo without >r/f
commit r without
refused 1 origin new
holds err "  $bad f:1:1  GitHub personal access token (classic)"
holds err "git rebase -i $bad^"
refused 1 origin new:another
refused 1 origin main new:third
refused 1 --force origin new
refused 1 --all origin
# A deleted ref brings nothing; nor does a branch back in time.
allowed origin :new
git -C r push -q origin "new~2:refs/heads/new" || fail "the clean part"
# History rewritten: a force-push brings what the remote has not.
git -C r checkout -q -b again new~2
token ghp 2 >r/g
git -C r add g
git -C r commit -q --amend -m amended
refused 1 --force origin again:new
git -C r rm -q -f g
git -C r commit -q --amend -m "amended, clean"
allowed --force origin again:new
# Tags: their messages, their commits, and objects that are no commits.
git -C r tag -a -m "key: $(token ghp 3)" v1
refused 1 origin v1
holds err "(message):1:6"
git -C r tag light new
refused 1 origin light
git -C r tag blob "$(token ghp 4 | git -C r hash-object -w --stdin)"
refused 1 origin blob
git -C r tag tree new~1^{tree}
refused 2 origin tree
# What the remote has that is not here is its own.
git clone -q bare.git other 2>/dev/null
commit other elsewhere
git -C other push -q origin HEAD:refs/heads/elsewhere
echo x >>r/f
commit r x
allowed origin again:fourth
git -C r update-ref refs/heads/elsewhere "$(git -C r rev-parse main)"
git -C r push -q --force origin elsewhere || fail "a remote side not here"
# To a URL nothing is known of the remote but what it says itself.
git -C r push -q ../bare.git main 2>err || fail "nothing to push"
git -C r push -q ../bare.git again:fifth 2>err && fail "a URL"
holds err "old:1:"
# Words that are none of git's stop the push.
(cd r && echo "one two" | expect 2 "$STANCH" hook run pre-push origin url 2>../err)
holds err "line 1 is none"
(cd r && "$STANCH" hook run pre-push origin url </dev/null) ||
	fail "nothing to push"
