# Sourced by the cases under git/: real repositories, made by git itself.
. "$TESTS/lib.sh"
command -v git >/dev/null || skip "git is not here"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org
export GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org
export GIT_AUTHOR_DATE="2024-08-01T10:00:00+02:00"
export GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"

# repo DIR [OPTION...]: an empty repository.
repo() {
	git init -q -b main "$@" || fail "git init"
}

# commit DIR MESSAGE: all of the working tree.
commit() {
	git -C "$1" add -A && git -C "$1" commit -q --allow-empty -m "$2" ||
		fail "git commit"
}

# objects REPORT DIR: does the ledger count what git lists?
objects() {
	objects_want=$(git -C "$2" cat-file --batch-all-objects --batch-check 2>/dev/null |
		wc -l)
	objects_got=$(summary objects.total "$1")
	[ "$objects_got" -eq "$objects_want" ] ||
		fail "$objects_got objects, git lists $objects_want"
}

# has REPORT FIELD VALUE: is there a finding with it?
has() {
	field "$2" "$1" | grep -qxF -- "$3" || {
		field "$2" "$1"
		fail "no finding has $2 = $3"
	}
}

# found REPORT N: exactly N findings.
found() {
	[ "$(findings "$1")" -eq "$2" ] || {
		cut -c1-400 "$1"
		fail "$(findings "$1") findings, not $2"
	}
}

# scan CODE REPORT OPTION...: jsonl into REPORT; what it says goes to err.
scan() {
	scan_want=$1 scan_report=$2
	shift 2
	"$STANCH" scan -f jsonl "$@" >"$scan_report" 2>err
	scan_got=$?
	[ "$scan_got" -eq "$scan_want" ] || {
		cut -c1-400 "$scan_report"
		cat err
		fail "exit $scan_got, not $scan_want: scan $*"
	}
}
