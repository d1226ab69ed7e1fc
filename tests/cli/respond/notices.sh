# One notice for each incident, by mail over STARTTLS with a password to the
# owner that the provider names, and by webhooks; no token is in any.
. "$TESTS/response.sh"
python=
for candidate in python3 /usr/bin/python3; do
	"$candidate" -c 'import aiosmtpd' 2>/dev/null && python=$candidate
done
[ -n "$python" ] || skip "no aiosmtpd"
loop_setup
mkfifo provider/mail-leash
"$python" "$TESTS/mail_server.py" provider <provider/mail-leash \
	>provider/mail-log 2>&1 &
exec 8>provider/mail-leash
tries=0
until [ -e provider/smtp-port ]; do
	tries=$((tries + 1))
	[ $tries -lt 400 ] || {
		cat provider/mail-log
		fail "no mail server"
	}
	sleep 0.05
done
SMTP_PASSWORD=smtp-password KEY=webhook-key
export SMTP_PASSWORD KEY
policy_write
cat >>policy.toml <<TOML
[mail]
server = "localhost"
port = $(cat provider/smtp-port)
user = "stanch"
password = { env = "SMTP_PASSWORD" }
from = "stanch@corp.example"
to = ["security@corp.example"]
[[webhooks]]
kind = "generic"
url = "https://hooks.example/signed"
key = { env = "KEY" }
[[webhooks]]
kind = "teams"
url = "https://hooks.example/teams"
[splunk]
url = "https://splunk.example:443/services/collector/event"
token = { env = "SPLUNK" }
TOML
SPLUNK=ssssssss
export SPLUNK
cp repo/a.yml repo/again.yml
expect 1 "$STANCH" scan --respond policy.toml --worktree repo >/dev/null 2>err
holds err "2 revoked"
holds err "2 notices"
[ "$(find provider -name 'mail.*' | wc -l)" = 2 ] || fail "not two mails"
cat provider/mail.1 provider/mail.2 >mails
holds mails "RCPT TO ann@contoso.example security@corp.example"
holds mails "TLS True"
holds mails "Places in all: 2"
holds mails "It is being revoked now"
python3 - <<'PYTHON'
import hashlib, hmac, json
hooks = [json.loads(line) for line in open("provider/hooks.jsonl")]
signed = [h for h in hooks if h["target"] == "/signed"]
assert len(signed) == 2
for h in signed:
    text = h["headers"]["X-Stanch-Timestamp"] + "." + h["body"]
    want = hmac.new(b"webhook-key", text.encode(), hashlib.sha256).hexdigest()
    assert h["headers"]["X-Stanch-Signature"] == "sha256=" + want
teams = [h for h in hooks if h["target"] == "/teams"]
assert len(teams) == 2
card = json.loads(teams[0]["body"])["attachments"][0]["content"]
assert card["type"] == "AdaptiveCard"
splunk = [h for h in hooks if h["host"] == "splunk.example"]
events = [json.loads(line)["event"] for h in splunk
          for line in h["body"].splitlines()]
assert len(events) == sum(1 for _ in open("audit.log"))
PYTHON
no_secret mails err provider/hooks.jsonl audit.log
lacks provider/mail-log smtp-password
# Told once: another run tells nobody again.
expect 1 "$STANCH" scan --respond policy.toml --worktree repo >/dev/null 2>err
[ "$(find provider -name 'mail.*' | wc -l)" = 2 ] || fail "told again"
# A server that does not take the password, or offers no TLS: no mail, and the
# revocation goes on.
SMTP_PASSWORD=wrong
provider_token third live "$(token ado84 8)"
printf 'https://dev.azure.com/contoso\n%s\n' "$(token ado84 8)" >repo/a.yml
expect 1 "$STANCH" scan --respond policy.toml --worktree repo >/dev/null 2>err
holds err "a notice could not be sent by mail"
