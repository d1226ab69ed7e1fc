. "$TESTS/lib.sh"
# Texts that pump every quantifier: time a MiB is bounded, and the tokens
# before, behind and among them are found.
[ "$CONFIG" = release ] || skip "only with the release build: it is timed"
python3 - "$STANCH" "$TESTS" <<'PY'
import base64, json, os, subprocess, sys
stanch, tests = sys.argv[1:]
sys.dont_write_bytecode = True
sys.path.insert(0, tests)
import tokens as tk
token = tk.token("ghp", "poison")
MIB = 1 << 20

def spent():
    """Processor time of what ran: others on the machine do not count."""
    times = os.times()
    return times.children_user + times.children_system

pieces = {
    "a": "a", "quote": '"', "blank": " ", "equals": "=", "colon": ":",
    "slashes": "/", "base64": base64.b64encode(bytes(range(256))).decode(),
    "base32": "abcdefghijklmnopqrstuvwxyz234567", "hex": "0123456789abcdef",
    "urls": "https://a:b@c", "pem": "-----BEGIN PRIVATE KEY-----\n",
    "keywords": "password secret token key api_key = \"", "dots": "a.b-c_",
    "jwt": "eyJhbGciOi", "connection": "AccountKey=;SharedAccessKey=;Pwd=",
    "prefixes": "sk" + "-gh" + "p_AK" + "IAxo" + "xb-gl" + "pat-SG" + ".",
    "azure": "JQQ" + "J99" + "AZ" + "DO" + "ACAAAAA", "basic": "Basic Og==",
    "json": '{"a":{"b":"', "escapes": "\\n\\u0041%41%3D", "crlf": "\r\n",
}
for name, piece in pieces.items():
    body = (piece * (MIB // len(piece) + 1))[:MIB]
    text = "%s\n%s\n %s \n%s\n %s" % (token, body, token, body, token)
    with open("f", "w", newline="") as f:
        f.write(text)
    started = spent()
    done = subprocess.run([stanch, "scan", "-j", "1", "-f", "jsonl", "f"],
                          capture_output=True)
    took = (spent() - started) / 2
    records = [json.loads(line) for line in done.stdout.splitlines()]
    found = sum(r.get("rule") == "github-pat" for r in records)
    if found != 3:
        print(name, "found", found, done.returncode)
    if took > 2:
        print(name, "took", took, "s a MiB")
    if not records[-1]["complete"] and not records[-1]["unscanned"]:
        print(name, "is incomplete without a reason")
PY
