# Sourced by the cases under ci/: a repository with a history, and runs of the
# gate in environments as build servers have them.
. "$TESTS/repos.sh"
zeros=0000000000000000000000000000000000000000

# history: origin.git and its clone r: main with an old token, then clean;
# topic with a token in one commit and without it in the next.
history() {
	repo up
	token npm 9 >up/old
	commit up "an old token"
	echo clean >up/f
	commit up clean
	git -C up checkout -q -b topic
	echo more >up/f
	commit up more
	token ghp 1 >up/f
	commit up with
	echo without >up/f
	commit up without
	git -C up checkout -q main
	git clone -q --bare up origin.git 2>/dev/null
	git clone -q "file://$PWD/origin.git" r 2>/dev/null
	main=$(git -C up rev-parse main)
	topic=$(git -C up rev-parse topic)
	bad=$(git -C up rev-parse topic~1)
}

# at COMMIT: as a server checks it out.
at() {
	git -C r checkout -q --detach "$1" 2>/dev/null || fail "checkout $1"
}

# gate CODE VARIABLE=VALUE... [-- OPTION...]: in r, with nothing else in the
# environment; what it says goes to out and err.
gate() {
	gate_want=$1
	shift
	set -- "$@" --
	gate_env="PATH=$PATH HOME=$HOME XDG_CONFIG_HOME=$XDG_CONFIG_HOME"
	(
		cd r || exit 99
		n=$#
		while [ "$1" != -- ]; do
			export "${1?}"
			shift
		done
		shift
		# the options, without the mark behind them
		while [ $# -gt 0 ]; do
			[ "$1" = -- ] || gate_options="${gate_options-} $1"
			shift
		done
		# shellcheck disable=SC2086
		exec "$STANCH" ci ${gate_options-}
	) >out 2>err
	gate_got=$?
	[ "$gate_got" -eq "$gate_want" ] || {
		cat out err
		fail "exit $gate_got, not $gate_want"
	}
}

# event KIND KEY=VALUE...: GitHub's payload, in event.json.
event() {
	python3 "$TESTS/ci/event.py" "$@" >event.json || fail event
}
