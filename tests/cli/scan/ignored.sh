. "$TESTS/lib.sh"
mkdir -p tree/.git/objects tree/.git/refs tree/out
echo 'ref: refs/heads/main' >tree/.git/HEAD
echo "k = $(token ghp 1)" >tree/.git/config
echo out/ >tree/.gitignore
echo "k = $(token ghp 2)" >tree/out/a
expect 0 "$STANCH" scan -f jsonl tree >report
[ "$(summary complete report)" = true ] || fail "complete"
expect 1 "$STANCH" scan --ignored -f jsonl tree >report
[ "$(field path report)" = tree/out/a ] || fail "path"
# What git tracks is scanned although it is ignored, whatever form the index
# has; and the rest is left out.
. "$TESTS/repos.sh"
for form in plain version-4 split sparse; do
	repo $form
	mkdir $form/in $form/keep
	echo one >$form/in/f
	token ghp 3 >$form/keep/tracked.env
	echo '*.env' >$form/.gitignore
	git -C $form add . && git -C $form add -f keep/tracked.env
	git -C $form commit -q -m one
	case $form in
	version-4) git -C $form update-index --index-version 4 ;;
	split) git -C $form update-index --split-index ;;
	sparse)
		git -C $form sparse-checkout init --cone --sparse-index \
			>/dev/null 2>&1
		git -C $form sparse-checkout set keep >/dev/null 2>&1 ||
			continue ;;
	esac
	token ghp 4 >$form/keep/untracked.env
	expect 1 "$STANCH" scan --worktree -f jsonl $form >report
	[ "$(field path report)" = $form/keep/tracked.env ] ||
		fail "$form: $(field path report)"
	[ "$(summary ignored report)" -eq 1 ] || fail "$form: not ignored"
done
