"""mail_server.py DIRECTORY: a real SMTP server (aiosmtpd) on a free port of
loopback, with STARTTLS by the certificate of DIRECTORY/server.pem and a
password; it keeps each message in DIRECTORY/mail.N with its envelope first.
Serves until its standard input closes."""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

where = sys.argv[1]


class Keep:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        Keep.count += 1
        name = os.path.join(where, "mail.%d" % Keep.count)
        with open(name, "wb") as f:
            f.write(("MAIL FROM %s\nRCPT TO %s\nTLS %s\n" % (
                envelope.mail_from, " ".join(envelope.rcpt_tos),
                session.ssl is not None)).encode())
            f.write(envelope.content)
        return "250 kept"


def check(server, session, envelope, mechanism, data):
    good = data.login == b"stanch" and data.password == b"smtp-password"
    return AuthResult(success=good)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.path.join(where, "server.pem"))


def serve():
    return SMTP(Keep(), tls_context=context, require_starttls=True,
                auth_required=True, authenticator=check,
                hostname="smtp.example")


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with open(os.path.join(where, "smtp-port.new"), "w") as f:
        f.write(str(port))
    os.rename(os.path.join(where, "smtp-port.new"),
              os.path.join(where, "smtp-port"))
    await loop.run_in_executor(None, sys.stdin.buffer.read)


asyncio.run(main())
