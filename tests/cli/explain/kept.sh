# Why it was kept: rule, literal and its encoding, check, entropy, companions,
# suppression; never the secret.
. "$TESTS/lib.sh"
one=$(token ghp 1) pat=$(token ado84 1)
{
	echo "a = '$one' # stanch:allow made up"
	printf 'git -c http.extraHeader="Authorization: Basic %s" clone \\\n' \
		"$(printf ':%s' "$pat" | base64 -w0)"
	echo "  https://dev.azure.com/contoso/x"
} >a.sh
expect 0 "$STANCH" explain a.sh >out
lacks out "$one"
lacks out "$pat"
holds out 'a.sh:1:6  github-pat  '
holds out 'outcome     kept, certain confidence'
holds out 'anchor      "ghp_", line 1, column 6, plain'
holds out 'check       crc32: passes'
holds out 'suppressed  inline: made up'
holds out 'fingerprint github-pat:'
holds out 'azure-devops-pat  Azure DevOps'
holds out 'bytes, base64'
holds out 'anchor      "JQQJ99", line 2, column '
holds out 'beside it   azure-devops-organization: line 3'
holds out 'overlap     azure-devops-pat has its place (specificity 100 to '
holds out 'outcome     not reported itself: it stands beside others'
# what a person wrote on the line may hold another
echo "b = '$(token ghp 2)' # stanch:allow as $(token npm 3) was" >b.py
for format in text json; do
	expect 0 "$STANCH" explain -f $format b.py >out
	holds out "inline: as ******** was"
	lacks out "$(token npm 3)"
	lacks out "$(token ghp 2)"
done
# by line
expect 0 "$STANCH" explain a.sh:1 >out
lacks out azure
expect 0 "$STANCH" explain ./a.sh:3 >out
lacks out github-pat
holds out contoso
# JSON, every item of it
expect 0 "$STANCH" explain -f json a.sh >out
lacks out "$one"
python3 - <<'X' || fail json
import json
steps = json.load(open("out"))
kept = [s for s in steps if s["kept"]]
assert {s["rule"] for s in kept} == {"github-pat", "azure-devops-pat"}, kept
assert all(s["check"]["result"] == "passes" for s in kept)
assert [s["encoding"] for s in kept] == ["plain", "base64"]
beaten = [s for s in steps if s["overlapped_by"]]
assert beaten and all(s["overlapped_by"] == "azure-devops-pat" for s in beaten)
X
