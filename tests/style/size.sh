#!/bin/sh
# Functions of at most 70 lines, files of at most 600, headers of at most 150,
# lines of at most 80 columns, at most ten .c files in a room.
{
	find scanner -name '*.[ch]' -o -name '*.cpp' | sort | xargs awk '
	function check(what, n, most) {
		if (n <= most) { passed++; return }
		print what ": " n ", at most " most
		failed++
	}
	function columns(line,    i, n) {
		n = 0
		for (i = 1; i <= length(line); i++)
			n = substr(line, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
		return n
	}
	FNR == 1 {
		if (name != "") check(name, lines, name ~ /h$/ ? 150 : 600)
		name = FILENAME
	}
	{ lines = FNR }
	/\t/ || length > 80 {
		if (columns($0) > 80) {
			print FILENAME ":" FNR ": over 80 columns"
			failed++
		}
	}
	/^{/ { start = FNR }
	/^}/ && start {
		check(FILENAME ":" start ": lines of a function",
			FNR - start - 1, 70)
		start = 0
	}
	END {
		check(name, lines, name ~ /h$/ ? 150 : 600)
		print passed + 0, failed + 0
	}'
	for room in scanner/*/; do
		n=$(find "$room" -maxdepth 1 -name '*.c' | wc -l)
		[ "$n" -le 10 ] || echo "$room: $n .c files, at most 10"
		[ "$n" -le 10 ] && echo "1 0" || echo "0 1"
	done
} | awk '
/^[0-9]+ [0-9]+$/ { passed += $1; failed += $2; next }
{ print }
END {
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0
}'
