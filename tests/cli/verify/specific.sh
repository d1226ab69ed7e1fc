# A token that two rules match is asked about once, at the host of the more
# specific one; the other's host hears nothing, whichever file comes first, and
# also when the more specific rule cannot ask at all.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
secret=$(token ghp 1)
provider_token both live "$secret"
mkdir tree
echo "token = $secret" >tree/f

# rules SPECIFICITY [VERIFY]: a rule of somebody else for the same token.
rules() {
	cat <<END
format = "stanch"
[[rules]]
id = "acme"
description = "Acme"
provider = "acme"
severity = "high"
mend = "Revoke it."
regex = '''${before:-}(gh[p]_[A-Za-z0-9]{36})'''
anchors = ["gh${empty:-}p_"]
confidence = "high"
specificity = $1
${2:-}
END
}
verify='[rules.verify]
hosts = ["api.acme.example"]
url = "https://api.acme.example/me"
headers = { Authorization = "Bearer {{secret}}" }
answers = [{ status = 200, json = { user = "*" }, verdict = "live" }]'

# told: hosts that heard of it, and what each rule's finding says.
told() {
	: >provider/requests.jsonl
	"$STANCH" scan tree --rules rule.toml --verify --verify-fresh \
		-f jsonl -o r.jsonl
	python3 - "$1" <<'PYTHON'
import json
import sys
print("%s: asked %s" % (sys.argv[1], [
    json.loads(line)["host"] for line in open("provider/requests.jsonl")]))
for line in open("r.jsonl"):
    r = json.loads(line)
    if r["type"] == "finding":
        print(" ", r["rule"], r["verdict"], r.get("verdict_note") or "")
PYTHON
}
rules 50 "$verify" >rule.toml
told "ours is more specific"
rules 200 "$verify" >rule.toml
told "theirs is more specific"
rules 200 >rule.toml
told "theirs is more specific, and cannot ask"
# The same token at two places, each rule's own: still one question.
before=acme=
echo "acme=$secret" >>tree/f
rules 200 "$verify" >rule.toml
told "at two places"
