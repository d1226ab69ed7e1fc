. "$TESTS/lib.sh"
# Fifty canaries of all kinds, every format, every injected failure of memory
# and of writing: no eight bytes of one in any output, in any encoding.
[ "$CONFIG" = release ] || skip "the library that injects faults is in release"
python3 - "$STANCH" "$TESTS" <<'PY'
import base64, glob, os, random, subprocess, sys
stanch, tests = sys.argv[1:]
sys.dont_write_bytecode = True
sys.path.insert(0, tests)
import tokens as tk
os.makedirs("tree")
canaries = [tk.token(kind, "canary%d" % n)
            for n in range(8) for kind in tk.KINDS][:50]
for n, token in enumerate(canaries):
    with open("tree/%d" % n, "w") as f:
        f.write("first\nkey%d = '%s';\n" % (n, token))
texts = []
def run(name, *options, **environment):
    done = subprocess.run([stanch, "scan", "-v", *options, "tree"],
                          capture_output=True,
                          env={**os.environ, **environment})
    texts.append((name, done.stdout + done.stderr))
    return done.returncode
formats = ("text", "json", "jsonl", "sarif", "csv", "junit", "github")
for form in formats:
    if run(form, "-f", form) != 1:
        print("exit of", form)
    run(form + " progress", "-f", form, "--progress", "always")
    with open("/dev/full", "w") as full:
        done = subprocess.run([stanch, "scan", "-v", "-f", form, "tree"],
                              stdout=full, stderr=subprocess.PIPE)
        texts.append((form + " full", done.stderr))
library = os.path.dirname(stanch) + "/fault/fail.so"
r = random.Random(1)
for kind in ("memory", "write", "read", "open") if \
        os.path.exists(library) else ():
    for n in range(40):
        form = r.choice(formats)
        run("%s %s" % (kind, form), "-f", form, LD_PRELOAD=library,
            FAULT_CLASS=kind, FAULT_AT=str(r.randrange(1, 400)),
            FAULT_LASTS=r.choice("01"))
# what is the same in every token of a kind is no secret
common = {"JQQ" + "J99BF" + "ACAAAAA", "AAAS" + "AZDO", "github_pat_"}
slices = {}
for token in canaries:
    t = token.encode()
    for form in (t, base64.b64encode(t), base64.b64encode(b" " + t)[4:-4],
                 t.hex().encode(), b"".join(b"%%%02X" % c for c in t)):
        for i in range(len(form) - 7):
            piece = form[i:i + 8]
            if not any(piece.decode() in c for c in common):
                slices.setdefault(piece, token[:6])
for name, text in texts:
    for i in range(len(text) - 7):
        if text[i:i + 8] in slices:
            print(name, "shows a piece of", slices[text[i:i + 8]], "at", i)
            break
if len(texts) < 21:
    print("few runs")
PY
