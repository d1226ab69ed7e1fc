#!/bin/sh
# demo-audit.sh: a small organization, audited by two workers on one PostgreSQL
# store; one of them is killed in the midst of it, and nothing is lost.
set -u
TESTS=$(cd "$(dirname "$0")/cli" && pwd)
STANCH=$(cd "$TESTS/../.." && pwd)/build/release/stanch
export TESTS STANCH
where=$(mktemp -d) || exit 1
cd "$where" || exit 1
. "$TESTS/repos.sh"
. "$TESTS/postgres.sh"
trap 'postgres_end; rm -rf "$where"' EXIT
echo "An organization of 60 repositories, three of them with a token:"
i=0
while [ $i -lt 60 ]; do
	repo "org/team$((i % 5))/service$i"
	seq $((i * 50)) $((i * 50 + 4000)) >"org/team$((i % 5))/service$i/data"
	[ $((i % 20)) -ne 7 ] || echo "token: $(token ghp "$i")" \
		>"org/team$((i % 5))/service$i/settings.yml"
	commit "org/team$((i % 5))/service$i" "service $i" >/dev/null
	i=$((i + 1))
done
echo "+ stanch audit dir:org --store postgresql://... &   (worker 1, lists)"
"$STANCH" audit dir:org --store "$postgres" --lease 2 --jobs 1 -o report.txt \
	-f text -v &
first=$!
# said TEXT: does the status say it? Waited for: machines differ.
said() {
	tries=0
	until "$STANCH" audit status --store "$postgres" 2>/dev/null |
		grep -qE "$1"; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || return 1
		sleep 0.05
	done
}
said 'waiting' || fail "nothing was listed"
echo "+ stanch audit --worker --store postgresql://... &  (worker 2)"
"$STANCH" audit --worker --store "$postgres" --lease 2 --jobs 1 &
second=$!
said ' [1-9][0-9]* scanned' || fail "nothing was scanned"
"$STANCH" audit status --store "$postgres"
echo "+ kill -9 worker 1"
kill -9 $first
wait $first 2>/dev/null
wait $second
"$STANCH" audit status --store "$postgres"
echo "+ stanch audit dir:org --store postgresql://...     (goes on)"
"$STANCH" audit dir:org --store "$postgres" --lease 2
code=$?
echo "exit $code; nothing has changed since:"
"$STANCH" audit dir:org --store "$postgres" -q >/dev/null
"$STANCH" audit status --store "$postgres"
[ $code -eq 1 ]
