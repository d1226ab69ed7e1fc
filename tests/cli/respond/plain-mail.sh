# A mail server that offers no STARTTLS, or takes it away on the wire, hears
# neither the password nor a line of the notice; the response goes on.
. "$TESTS/response.sh"
loop_setup
cat >plain.py <<'PYTHON'
import os
import socket
import sys
import threading

s = socket.create_server(("127.0.0.1", 0))
with open("plain-port.new", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename("plain-port.new", "plain-port")


def serve(c):
    try:
        talk(c)
    except OSError:
        pass  # whoever wants TLS at once hangs up


def talk(c):
    with c, open("plain-heard", "ab") as heard:
        c.sendall(b"220 smtp.example ESMTP\r\n")
        while True:
            line = c.recv(65536)
            if not line:
                return
            heard.write(line)
            heard.flush()
            if line.upper().startswith(b"EHLO"):
                c.sendall(b"250-smtp.example\r\n250-AUTH PLAIN LOGIN\r\n"
                          b"250 SIZE 1000000\r\n")
            elif line.upper().startswith(b"QUIT"):
                c.sendall(b"221 bye\r\n")
                return
            else:
                c.sendall(b"502 not here\r\n")


def accept():
    while True:
        threading.Thread(target=serve, args=(s.accept()[0],),
                         daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
PYTHON
mkfifo plain-leash
python3 plain.py <plain-leash &
exec 7>plain-leash
until [ -e plain-port ]; do sleep 0.05; done
SMTP_PASSWORD=smtp-password-7q
export SMTP_PASSWORD
for security in starttls tls; do
	rm -f audit.log audit.log.lock plain-heard
	policy_write 'revoke = false'
	cat >>policy.toml <<TOML
[mail]
server = "localhost"
port = $(cat plain-port)
security = "$security"
user = "stanch"
password = { env = "SMTP_PASSWORD" }
from = "stanch@corp.example"
to = ["security@corp.example"]
TOML
	expect 1 "$STANCH" scan --respond policy.toml repo >/dev/null 2>err
	holds err "a notice could not be sent by mail"
	touch plain-heard
	grep -aoiE '^(EHLO|AUTH|MAIL|RCPT|DATA|STARTTLS)' plain-heard | sort -u
	for secret in smtp-password-7q "$(printf '\0stanch\0%s' \
		smtp-password-7q | base64)" security@corp.example contoso; do
		lacks plain-heard "$secret"
	done
	no_secret plain-heard err audit.log
done
