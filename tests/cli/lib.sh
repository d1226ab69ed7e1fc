# Sourced by every case: `. "$TESTS/lib.sh"`. A case runs in a fresh directory;
# what it prints is compared with its .stdout and .stderr files (both must be
# empty where there is none), its exit code with .exit (0).
# Set by the runner: STANCH (the program), TESTS (this directory).
set -u

# token KIND [SEED] [ENCODING...]: a token with a right checksum.
token() {
	python3 "$TESTS/tokens.py" "$@"
}

# fail TEXT...: the case has failed.
fail() {
	echo "failed: $*"
	exit 99
}

# skip TEXT...: the case cannot be tried here.
skip() {
	echo "$*"
	exit 77
}

# expect CODE COMMAND...: run it, check its exit code.
expect() {
	expect_want=$1
	shift
	"$@"
	expect_got=$?
	[ "$expect_got" -eq "$expect_want" ] ||
		fail "exit $expect_got, not $expect_want: $*"
}

# holds FILE TEXT, lacks FILE TEXT: does the file have this text?
holds() {
	grep -qF -- "$2" "$1" || {
		echo "--- $1:"
		head -c 2000 "$1"
		fail "$1 lacks: $2"
	}
}
lacks() {
	grep -qF -- "$2" "$1" && {
		grep -nF -- "$2" "$1" | head -5
		fail "$1 has: $2"
	}
	:
}

# findings FILE: how many findings a jsonl report has.
findings() {
	grep -c '^{"type":"finding"' "$1"
}

# field NAME FILE: the values of a top-level member of each finding, a line
# each; of the summary with `summary NAME FILE` (dots go deeper).
field() {
	python3 "$TESTS/field.py" finding "$@"
}
summary() {
	python3 "$TESTS/field.py" summary "$@"
}

# as_user COMMAND...: as one whom permissions bind. Skips when there is none.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	elif command -v setpriv >/dev/null && id nobody >/dev/null 2>&1; then
		setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
	else
		skip "no unprivileged user"
	fi
}
