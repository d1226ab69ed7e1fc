. "$TESTS/repos.sh"
[ "$CONFIG" = release ] || skip "sanitizers need room"
# A server that never answers: a timeout, SIGINT, SIGTERM, and even SIGKILL
# leave nothing behind.
[ -e "$(dirname "$STANCH")/stanch-git.so" ] || skip "no stanch-git.so"
mkdir tmp
TMPDIR="$PWD/tmp" python3 - "$STANCH" <<'EOF'
import os, signal, socket, stat, subprocess, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(64)
url = "http://127.0.0.1:%d/r.git" % s.getsockname()[1]

def wait(what):
    for _ in range(100):
        if what():
            return True
        time.sleep(0.05)
    return False

def start(*options):
    return subprocess.Popen([sys.argv[1], "scan", *options, url],
                            stdout=subprocess.DEVNULL)

def gone(after):
    if not wait(lambda: not os.listdir("tmp")):
        print("left behind after", after, os.listdir("tmp"))

code = start("--timeout", "0.5").wait()
if code != 3:
    print("exit", code, "after a timeout")
gone("a timeout")
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
    p = start()
    if not wait(lambda: os.listdir("tmp")):
        print("no directory")
    for name in os.listdir("tmp"):
        if stat.S_IMODE(os.stat("tmp/" + name).st_mode) != 0o700:
            print("not private")
    p.send_signal(number)
    code = p.wait()
    want = -9 if number == signal.SIGKILL else 128 + number
    if code != want:
        print("exit", code, "after signal", number)
    gone(number)
EOF
