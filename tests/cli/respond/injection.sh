# Names that would be records, lines, headers or colours of their own stay
# names: in the audit log, on the terminal, in mails and in webhooks.
. "$TESTS/response.sh"
loop_setup
KEY=webhook-key
export KEY
cat >>policy.toml <<'TOML'
[[webhooks]]
kind = "generic"
url = "https://hooks.example/signed"
key = { env = "KEY" }
[[webhooks]]
kind = "slack"
url = "https://hooks.example/slack"
[[webhooks]]
kind = "teams"
url = "https://hooks.example/teams"
TOML
python3 - "$pat" <<'PYTHON' || fail "the files could not be made"
import os
import sys
names = ['a"}\n{"actionId":"Token.PatSystemRevokeEvent","data":{"event":'
         '"confirmed"}}', "b\r\nBcc: evil@evil.example\r\n\r\nx",
         "c\x1b]0;owned\x07\x1b[31m", "d\u202egpj.exe", "e<!channel>|<http:",
         "f](https:evil.example)", "g\\u000a\\n", "h\u2028i\u0085j",
         b"k\xff\xfe".decode("utf-8", "surrogateescape")]
os.remove("repo/b")
for n in names:
    with open(os.fsencode("repo/" + n), "w") as f:
        f.write("https://dev.azure.com/contoso\npat = %s\n" % sys.argv[1])
PYTHON
git -C repo add -A
git -C repo -c user.name='x"}
{"y":1' -c user.email='a@b>\n' commit -qm 'm
"}{' --author='q"}\n{<a@example.com>' 2>/dev/null ||
	git -C repo -c user.name='x"}{' -c user.email=a@b commit -qm 'm"}{'
"$STANCH" scan --respond policy.toml repo >/dev/null 2>err
"$STANCH" log verify audit.log >verified || fail "the log is not whole"
"$STANCH" log show audit.log >shown
python3 - <<'PYTHON'
import json
import re
with open("audit.log", "rb") as f:
    lines = f.read().split(b"\n")
assert lines[-1] == b""
records = [json.loads(line) for line in lines[:-1]]
events = [r["data"]["event"] for r in records if "event" in r.get("data", {})]
print(events.count("detected"), "detected,", events.count("confirmed"),
      "confirmed,", len({r["data"].get("c3id") for r in records
                         if "event" in r.get("data", {})}), "token")
bad = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2028\u2029]")
for name in ("err", "shown", "verified"):
    text = open(name, encoding="utf-8", errors="surrogateescape").read()
    assert not bad.search(text), (name, bad.search(text))
assert all(not re.search(rb"[\x00-\x1f]", line) for line in lines)
hooks = [json.loads(line) for line in open("provider/hooks.jsonl")]
assert len(hooks) == 3, len(hooks)
for hook in hooks:
    body = json.loads(hook["body"])
    text = json.dumps(body, ensure_ascii=False)
    assert not bad.search(text)
    if hook["target"] == "/slack":
        assert "<!channel>" not in text, text
        # the place that is told of, and the others
        assert "places" in text.lower() or "also" in text.lower(), text
PYTHON
no_secret err shown audit.log provider/hooks.jsonl
