#!/bin/sh
# A room includes what scanner/layers.txt allows it, and a third-party library
# has one room.
awk '
FILENAME == "scanner/layers.txt" {
	if (/^#/) next
	split($0, part, ":")
	n = split(part[2], room, " ")
	known[part[1]] = 1
	for (i = 1; i <= n; i++) may[part[1], room[i]] = 1
	next
}
FNR == 1 {
	split(FILENAME, dir, "/")
	here = dir[3] == "" ? "main" : dir[2]
	if (!(here in known)) {
		print FILENAME ": room " here " is not in layers.txt"
		known[here] = 1
		failed++
	}
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	split(quoted[2], path, "/")
	to = path[1]
	if (to == here || ((here, to) in may)) { passed++; next }
	print FILENAME ":" FNR ": " here " may not include " quoted[2]
	failed++
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	lib = ""
	if (/<pcre2/) lib = "detect pattern"
	else if (/<archive/) lib = "source"
	else if (/<toml/) lib = "ruleset"
	else if (/<xxhash/) lib = "base literal"
	else if (/<openssl/) lib = "base spool receive"
	else if (/<microhttpd/) lib = "receive"
	else if (/<git2/) lib = "revision"
	else if (/<curl/) lib = "net"
	else if (/<sqlite3|<libpq/) lib = "store"
	else if (/<libdeflate|<zlib/) lib = "pack"
	else if (/<jansson/) lib = "json"
	else next
	if (index(" " lib " ", " " here " ")) { passed++; next }
	print FILENAME ":" FNR ": " here " is not the room of " $2
	failed++
}
END {
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0
}' scanner/layers.txt scanner/main.c scanner/*/*.[ch] \
	$(find scanner -name '*.cpp' -o -path '*/*/*/*.[ch]')
