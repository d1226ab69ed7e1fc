#!/bin/sh
# symbols.sh BUILD: every symbol that leaves its file carries its room's
# prefix, and nothing writable is global but main's signal flag.
build=${1:-build/release}

# Prefixes of a room: its name, its headers' names, and what its public header
# is about.
prefixes() {
	extra=
	case $1 in
	detect) extra="scan detector" ;;
	leaks) extra="leak" ;;
	render) extra="report" ;;
	flow) extra="confidence encoding" ;;
	esac
	echo "$1 $extra $(find "scanner/$1" -maxdepth 1 -name '*.h' \
		-printf '%f ' | sed 's/\.h / /g')"
}

{
	for archive in "$build"/lib*.a; do
		room=$(basename "$archive" .a)
		room=${room#lib}
		nm -A -g --defined-only "$archive" 2>/dev/null |
			awk -v room="$room" -v list="$(prefixes "$room")" '
			BEGIN { n = split(list, prefix, " ") }
			$2 ~ /^[WVuvw]$/ { next } # of the C++ library
			{
				for (i = 1; i <= n; i++)
					if (index($3, prefix[i] "_") == 1 ||
						$3 == prefix[i]) {
						print "1 0"
						next
					}
				print "symbol of " room ": " $3
				print "0 1"
			}'
	done
	# .data.rel.ro is constant after relocation.
	find "$build" -name '*.c.o' -not -path '*/unit/*' \
		-not -path '*/tool/*' | sort |
		while read -r object; do
			objdump -t "$object" | awk -v object="$object" '
			$0 ~ /[ \t]\.(data|bss|tdata|tbss)(\.[^ \t]*)?[ \t]/ &&
				$0 !~ /\.data\.rel\.ro/ && $0 ~ / O / {
				if ($NF == "caught_signal") next
				print "writable: " $NF " in " object
				print "0 1"
				bad = 1
			}
			/\*COM\*/ {
				print "writable: " $NF " in " object
				print "0 1"
			}
			END { if (!bad) print "1 0" }'
		done
} | awk '
/^[0-9]+ [0-9]+$/ { passed += $1; failed += $2; next }
{ print }
END {
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0 || passed == 0
}'
