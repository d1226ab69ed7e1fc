. "$TESTS/lib.sh"
# a token right behind an escape: of a string, of a URL, of JSON
for kind in ado84 ado52 ghp npm github_pat; do
	t=$(token $kind 3)
	cat >$kind <<END
{"log": "one\\n$t\\nthree"}
{"log": "one\\t$t\\r\\n"}
u=https%3A%2F%2Fuser%3A$t%40dev.azure.com
{"log": "\\u0022$t\\u0022"}
{"log": "\\u003d$t\\u0026"}
a = "token\\x3d$t"
END
	expect 1 "$STANCH" scan -f jsonl $kind >report
	[ "$(field line report | tr '\n' ' ')" = "1 2 3 4 5 6 " ] ||
		fail "$kind: lines $(field line report | tr '\n' ' ')"
	[ "$(field confidence report | sort -u)" = certain ] || fail "$kind"
done
# a letter or a digit alone is no escape
for kind in ado84 ado52; do
	t=$(token $kind 3)
	printf '%s\n' "an$t" "b3d$t" "u003d$t" "x3d$t" >glued
	expect 0 "$STANCH" scan -f jsonl glued >report
done
