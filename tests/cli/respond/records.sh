# Records have the fields of Azure DevOps' audit log and no others; what they
# lack is printed here. Its action ids where it has one.
. "$TESTS/response.sh"
loop_setup
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
provider_token third live "$(token ado84 8)"
policy_write 'revoke = false'
printf 'https://dev.azure.com/contoso\n%s\n' "$(token ado84 8)" >repo/c
expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
python3 - <<'PYTHON'
import collections
import json
import re
FIELDS = set("""id correlationId activityId actorCUID actorUserId actorClientId
actorUPN actorDisplayName actorImageUrl authenticationMechanism timestamp
scopeType scopeId scopeDisplayName projectId projectName ipAddress userAgent
actionId area category categoryDisplayName details data""".split())
CHAIN = {"sequence", "previous", "hash", "length"}
CATEGORIES = {"unknown", "modify", "remove", "create", "access", "execute"}
found = collections.Counter()
for line in open("audit.log"):
    r = json.loads(line)
    own = set(r) - CHAIN
    assert own <= FIELDS, own - FIELDS
    missing = ",".join(sorted(FIELDS - own)) or "-"
    assert r["category"].lower() in CATEGORIES, r["category"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
                        r["timestamp"]), r["timestamp"]
    assert r["actionId"].split(".")[0] in ("Token", "Stanch"), r["actionId"]
    assert isinstance(r["data"], dict)
    found[(r["actionId"], r["area"], r["category"], missing)] += 1
for one, n in sorted(found.items()):
    print(n, *one)
PYTHON
