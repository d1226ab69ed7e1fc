. "$TESTS/lib.sh"
# What a coding assistant may and may not do: the table is in agent.py.
# shellcheck disable=SC2046
python3 "$TESTS/hook/agent.py" "$STANCH" \
	$(for i in 1 2 3 4 5 6 7 8 9; do token ghp $i; echo; done) ||
	fail "see above"
