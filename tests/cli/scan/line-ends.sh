. "$TESTS/lib.sh"
# Line ends of all kinds, and what is no text at all.
python3 - "$(token ghp)" <<'PY'
import os, sys
token = sys.argv[1].encode()
os.mkdir("tree")
def write(name, data):
    open("tree/" + name, "wb").write(data)
write("cr", b"a\rb\rk = " + token + b"\rc\r")
write("crlf", b"a\r\nb\r\nk = " + token + b"\r\nc")
write("lf", b"a\nb\nk = " + token + b"\nc")
write("no-eol", b"a\nb\nk = " + token)
write("invalid", b"\xff\xfe\xfd\n\xc0\xaf\nk = " + token + b"\n")
write("nul", b"\0\n\0\nk = \0" + token + b"\0\n")
write("ebcdic", ("a\nb\nk = " + token.decode() + "\n").encode("cp500"))
PY
expect 1 "$STANCH" scan -f jsonl tree >report
[ "$(field path report | tr '\n' ' ')" = "tree/cr tree/crlf tree/invalid tree/lf tree/no-eol tree/nul " ] ||
	fail "found in: $(field path report)"
# a lone CR ends a line, as in editors
[ "$(field line report | tr '\n' ' ')" = "3 3 3 3 3 3 " ] ||
	fail "lines $(field line report)"
