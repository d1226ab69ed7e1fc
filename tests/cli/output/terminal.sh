. "$TESTS/lib.sh"
# On a terminal: a line that fits, is cleared, and holds nothing of a name.
mkdir tree
python3 - "$STANCH" "$(token ghp)" <<'PY'
import os, pty, re, select, struct, fcntl, sys, termios, time
stanch, token = sys.argv[1:]
name = b"tree/\x1b[2J\x1b]0;x\x07\xe2\x80\xae\xff\n"
open(name, "w").write("k = %s\n" % token)
def run(args, feed=None, env={}):
    r, w = os.pipe()
    pid, fd = pty.fork()
    if pid == 0:
        os.dup2(r, 0)
        os.close(w)
        os.environ.update(TERM="xterm", **env)
        os.execv(stanch, [stanch] + args)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    os.close(r)
    out = b""
    started = time.monotonic()
    while True:
        if feed and time.monotonic() - started > feed:
            os.close(w)
            feed = None
        if select.select([fd], [], [], 0.05)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            out += data
    os.waitpid(pid, 0)
    return out
out = run(["scan", "tree"])
rest = re.sub(rb"\x1b\[[0-9;]*m|\r\n", b"", out)
bad = [c for c in rest if c < 0x20 or c == 0x7f]
if bad or b"\xe2\x80\xae" in rest or b"\xff" in rest:
    print("unsafe:", rest)
if b"\x1b[" not in out:
    print("no colour on a terminal:", out)
for args, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"}),
                  ([], {"TERM": "dumb"})):
    out = run(["scan", "tree"] + args, env=env)
    if b"\x1b" in out:
        print("colour with", args, env, out)
wide = [l for l in run(["scan", "tree", "--no-color"]).split(b"\r\n")
        if len(l) > 40 and b" | " in l]
if wide:
    print("wider than the terminal:", wide)
out = run(["scan", "-", "-q", "--progress", "never"], feed=0.8)
if out:
    print("progress though never:", out)
out = run(["scan", "-"], feed=1.2)
lines = out.split(b"\r")
drawn = [l for l in lines if b"files" in l and b"\x1b[K" in l]
if not drawn:
    print("no progress:", out)
if any(len(l.replace(b"\x1b[K", b"")) >= 40 for l in drawn):
    print("too wide:", drawn)
if b"\r\x1b[K" not in out:
    print("not cleared")
PY
# COLUMNS speaks where no terminal does
echo "k = $(token ghp 2) and then so many words that the line is cut" >one
COLUMNS=50 "$STANCH" scan one >report && fail "exit"
awk 'length > 50 && / [|] / { print "too wide:", $0 }' report
COLUMNS=x "$STANCH" scan one >report
awk 'length > 60 { n++ } END { if (!n) print "not the default" }' report
