. "$TESTS/lib.sh"
# Canaries: nothing of 8 bytes of them in any output, at any verbosity, with
# any fault; with --show-secrets they are there.
mkdir tree
for kind in ado84 ado52 ghp npm github_pat; do
	token $kind canary >tree/$kind
	printf '%s "%s"\n' "k =" "$(token $kind canary2)" >tree/$kind.txt
	token $kind canary3 base64 >tree/$kind.b64
done
for format in text json jsonl sarif csv junit github html; do
	expect 1 "$STANCH" scan -v -f $format tree >out.$format 2>err.$format
	expect 4 "$STANCH" scan -v -f $format tree >/dev/full 2>full.$format
	expect 1 "$STANCH" scan -f $format --show-secrets tree >shown.$format
done
"$STANCH" scan -j2 --progress always tree >out.p 2>err.p
python3 - "$TESTS" <<'PY'
import base64, glob, importlib.util, sys
spec = importlib.util.spec_from_file_location("tk", sys.argv[1] + "/tokens.py")
tk = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tk)
KINDS = ("ado84", "ado52", "ghp", "npm", "github_pat")
tokens = [tk.token(k, s) for k in KINDS
          for s in ("canary", "canary2", "canary3")]
def forms(t):
    t = t.encode()
    return [t, base64.b64encode(t), t.hex().encode()]
for path in glob.glob("out.*") + glob.glob("err.*") + glob.glob("full.*"):
    data = open(path, "rb").read()
    for t in tokens:
        fixed = ("JQQJ99BFACAAAAA", "github_pat_")
        for form in forms(t):
            for i in range(len(form) - 7):
                piece = form[i:i + 8]
                if piece in data and not any(
                        piece.decode() in f for f in fixed):
                    print(path, "shows", piece, "of a", len(t))
                    break
for path in glob.glob("shown.*"):
    data = open(path, "rb").read()
    for t in tokens[:2]:
        if t.encode() not in data:
            print(path, "lacks a secret that was asked for")
PY
