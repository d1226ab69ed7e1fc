#!/bin/sh
# What a compiler does not see: banned.h last in each .c, no control flow in
# macros, no names that refuse nothing, no // comments, nothing to be done.
find scanner \( -name '*.[ch]' -o -name '*.cpp' \) | sort | xargs awk '
function bad(why) {
	print FILENAME ":" FNR ": " why
	failed++
}
function close_file() {
	if (name ~ /\.c$/ && last != "base/banned.h") {
		print name ": does not include base/banned.h last"
		failed++
	} else {
		passed++
	}
}
FNR == 1 {
	if (name != "") close_file()
	name = FILENAME
	last = ""
	if (name ~ /\/(util|utils|common|helpers|misc)\.[ch]$/)
		bad("a name that refuses nothing")
}
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
	last = $0
	gsub(/^[^<"]*[<"]|[>"].*$/, "", last)
}
{
	code = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
	in_macro = in_macro_next || code ~ /^[ \t]*#[ \t]*define/
	in_macro_next = in_macro && code ~ /\\$/
	if (in_macro && code ~ /(^|[^a-z_])(return|goto|break|continue)[^a-z_]/)
		bad("control flow in a macro")
	if (code ~ /(^|[^:])\/\// && code !~ /\/\*|^[ \t]*\*/)
		bad("a // comment")
	if ($0 ~ /TODO|FIXME|XXX:/)
		bad("something to be done")
	if ($0 ~ /[ \t]$/)
		bad("blanks at the end")
}
END {
	close_file()
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0
}'
