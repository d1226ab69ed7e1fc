. "$TESTS/lib.sh"
# What belongs to a secret is told with it, and may make it surer.
python3 - <<'PY'
import random, string, sys, uuid, base64, os
sys.path.insert(0, os.environ["TESTS"])
import tokens
r = random.Random(5)
LETTERS = string.ascii_letters + string.digits
pick = lambda letters, n: tokens.pick(r, letters, n)
def key_id(kind):
    return kind + "IA" + pick(string.ascii_uppercase + "234567", 16)
def write(name, text):
    with open(name, "w") as f:
        f.write(text)
def storage():
    raw = base64.b64decode(pick(LETTERS, 76) + "+A" + "StAAAAAA==")[:60]
    check = tokens.marvin32(raw, tokens.DEFAULT0)
    return base64.b64encode(raw + check.to_bytes(4, "little")).decode()
def entra():
    text = pick(LETTERS, 3) + "8" + "Q~" + pick(LETTERS, 31)
    seed = int.from_bytes(b"AadPwd00", "big")
    n = tokens.marvin32(text.encode(), seed)
    alphabet = string.ascii_lowercase + string.ascii_uppercase + \
        "1234567890.-_~"
    digits = ""
    while n:
        n, digit = divmod(n, 66)
        digits = alphabet[digit] + digits
    return text + digits.rjust(6, "a")[:3]
secret = pick(LETTERS + "+/", 40)
session = "IQoJ" + "b3JpZ2luX2Vj" + pick(LETTERS + "+/", 380)
write("aws", "aws_access_key_id = %s\naws_secret_access_key = %s\n"
      "aws_session_token = %s\n" % (key_id("AS"), secret, session))
write("aws-table", "Access key ID,Secret access key\n%s,%s\n"
      % (key_id("AK"), pick(LETTERS + "+/", 40)))
write("aws-secret", "aws_secret_access_key = %s\n" % pick(LETTERS + "+/", 40))
write("entra", "AZURE_TENANT_ID=%s\nAZURE_CLIENT_ID=%s\n"
      "AZURE_CLIENT_SECRET=%s\n" % (uuid.UUID(int=r.getrandbits(128)),
                                    uuid.UUID(int=r.getrandbits(128)),
                                    entra()))
write("storage", "DefaultEndpointsProtocol=https;AccountName=contosofiles;"
      "AccountKey=%s;\n" % storage())
write("storage-variables", "STORAGE_ACCOUNT=contosofiles\nSTORAGE_KEY=%s\n"
      % storage())
write("ado", "ORG=https://dev.azure.com/contoso\nPAT=%s\n"
      % tokens.token("ado84", 7))
write("ado-url", "https://%s@contoso.visualstudio.com/p/_git/r\n"
      % tokens.token("ado52", 7))
PY
for file in aws aws-table aws-secret entra storage storage-variables ado \
	ado-url; do
	expect 1 "$STANCH" scan -f jsonl $file >report
	python3 - $file <<'PY'
import json, sys
for line in open("report"):
    r = json.loads(line)
    if r["type"] == "finding":
        print(sys.argv[1], r["rule"], r["confidence"], *sorted(
            "%s:%d" % (c["rule"], c["line"]) for c in r["companions"]))
PY
done
expect 1 "$STANCH" scan storage-variables >report
holds report '+ azure-storage-account, line 1: contosofiles'
expect 1 "$STANCH" scan aws-table >report
holds report '+ aws-secret-access-key, line 2: ...'
