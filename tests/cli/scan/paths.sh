. "$TESTS/lib.sh"
mkdir -p tree/sub
echo "k = $(token ghp)" >tree/sub/a
want() {
	[ "$(field path report)" = "$1" ] ||
		fail "$(field path report), not $1"
}
expect 1 "$STANCH" scan -f jsonl >report && want tree/sub/a
expect 1 "$STANCH" scan -f jsonl . >report && want tree/sub/a
expect 1 "$STANCH" scan -f jsonl ./tree/ >report && want tree/sub/a
expect 1 "$STANCH" scan -f jsonl tree/sub >report && want tree/sub/a
expect 1 "$STANCH" scan -f jsonl ./tree/sub/a >report && want tree/sub/a
expect 1 "$STANCH" scan -f jsonl "$PWD/tree" >report && want "$PWD/tree/sub/a"
# options after targets, targets that look like options
mkdir -- -x && cp tree/sub/a ./-x/a
expect 1 "$STANCH" scan tree -f jsonl >report
expect 1 "$STANCH" scan -f jsonl -- -x >report && want -x/a
