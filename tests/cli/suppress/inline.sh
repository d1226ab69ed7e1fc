# Comments: own and those of other tools, with a rule and a reason, on the line
# or the one before; shown as suppressed, with no secret in the reason.
. "$TESTS/lib.sh"
{
	echo "a = '$(token ghp 1)' # stanch:allow made up"
	echo "b = '$(token ghp 2)' // gitleaks:allow"
	echo "c = '$(token ghp 3)' <!-- trufflehog:ignore -->"
	echo "d = '$(token ghp 4)' # stanch:allow=github-pat why"
	echo "e = '$(token ghp 5)' # stanch:allow=npm-token why"
	echo "# stanch:allow-next-line: for the docs"
	echo "f = '$(token ghp 6)'"
	echo "g = '$(token ghp 7)' # stanch:allow-next-line"
	printf 'h = "%s" # stanch:allow like %s\r\n' "$(token ghp 8)" \
		"$(token npm 9)"
	echo "i = '$(token ghp 10 base64)' # stanch:allow encoded"
	echo "j = '$(token ghp 11)' # stanch:allowed"
} >a.py
"$STANCH" scan -f jsonl a.py >rep
[ $? -eq 1 ] || fail "exit"
field suppressed rep
[ "$(summary suppressed rep)" = 8 ] || fail "$(summary suppressed rep)"
one=$(token ghp 1) eight=$(token ghp 8) nine=$(token npm 9)
for format in text json jsonl sarif csv junit github html; do
	"$STANCH" scan -v -f $format a.py >out
	for secret in "$one" "$eight" "$nine"; do lacks out "$secret"; done
done
"$STANCH" scan -f jsonl --no-suppress a.py >rep
[ "$(summary suppressed rep)" = 0 ] || fail "believed"
# UTF-16, and far to the right on a long line
{ printf 'x = "%s" # stanch:allow\n' "$(token ghp 1)"; } |
	iconv -t UTF-16LE >wide.txt
printf '\377\376' | cat - wide.txt >w && mv w wide.txt
expect 0 "$STANCH" scan -q wide.txt
python3 - "$(token ghp 1)" >long.txt <<'X'
import sys
print("x" * 3000 + " = '" + sys.argv[1] + "'" + " " * 4000 + "# stanch:allow")
X
expect 0 "$STANCH" scan -q long.txt
# a comment alone leaves exit 0, with all of it in the report
"$STANCH" scan -f sarif long.txt >out
holds out '"kind": "inSource"'
