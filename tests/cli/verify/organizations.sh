# Of several organizations around a token any may be its own: the nearest is
# asked first, then the others of the file, those beside other tokens, those
# that the user configured; each once, and no more when one knows it.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
mkdir tree
a=$(token ado84 1) b=$(token ado84 2) c=$(token ado84 3)
provider_token a live "$a"
provider_token b live "$b"
provider_token c dead "$c"
cat >tree/a <<END
https://dev.azure.com/first/x
https://dev.azure.com/contoso/x





https://dev.azure.com/nearest/x
pat = $a
END
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
python3 - <<'PYTHON'
import json
print(*[json.loads(x)["path"].split("/")[1]
        for x in open("provider/requests.jsonl")])
PYTHON
field organization r.jsonl

# Its own organization stands in another file, beside another token.
rm -r tree
mkdir tree
echo "pat = $b" >tree/b
echo "https://$c@dev.azure.com/public/_git/x" >tree/c
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
python3 - <<'PYTHON'
import json
for line in open("r.jsonl"):
    r = json.loads(line)
    if r["type"] == "finding":
        print(r["path"], r["verdict"], r.get("organization"))
PYTHON
# Or the user says it.
rm -r tree cache
mkdir tree
echo "pat = $b" >tree/b
sed -i '1i organizations = ["contoso"]' provider/network.toml
expect 1 "$STANCH" scan tree --verify -f jsonl -o r.jsonl
field organization r.jsonl
