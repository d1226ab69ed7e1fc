"""Secrets of known shape, made at run time from a seeded random source, written
from providers' documentation and not from our rules: what the rules miss shows
here. Literals are in pieces, so that nothing stored looks like a token.
"""
import base64
import json
import pathlib
import string
import subprocess
import sys
import tempfile
import uuid
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent
                       / "tests" / "cli"))
import tokens  # noqa: E402

ALNUM = string.ascii_letters + string.digits
WORD = ALNUM + "-_"
HEX = "0123456789abcdef"
B64 = ALNUM + "+/"
LOWER36 = string.ascii_lowercase + string.digits


def pick(r, letters, n):
    return "".join(r.choice(letters) for _ in range(n))


def raw(r, n):
    return bytes(r.randrange(256) for _ in range(n))


def shape(*parts):
    """A maker: texts stand for themselves, (letters, n) for random ones."""
    def make(r):
        return "".join(p if isinstance(p, str) else pick(r, *p)
                       for p in parts)
    return make


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def guid(r):
    return str(uuid.UUID(bytes=raw(r, 16), version=4))


def jwt(r):
    head = b64url(b'{"alg":"HS256","typ":"JWT"}')
    body = b64url(json.dumps({"sub": pick(r, LOWER36, 12), "iss": "api",
                              "iat": 1790000000,
                              "exp": 4102444800}).encode())
    return head + "." + body + "." + b64url(raw(r, 32))


def pypi(r):
    """A macaroon, version 2: location, identifier, one caveat, signature."""
    def field(kind, data):
        return bytes([kind, len(data)]) + data
    body = b"\x02" + field(1, b"pypi." + b"org") + field(2, guid(r).encode())
    body += b"\0" + field(2, b'{"version": 1, "permissions": "user"}')
    body += b"\0\0" + field(6, raw(r, 32))
    return "pypi" + "-" + b64url(body)


def openai(r):
    mark = "T3Bl" + "bkFJ"
    return "sk-" + "proj-" + pick(r, WORD, 74) + mark + pick(r, WORD, 74)


def discord(r):
    number = str(r.randrange(10 ** 17, 10 ** 18))
    return base64.b64encode(number.encode()).decode().rstrip("=") + "." + \
        pick(r, WORD, 6) + "." + pick(r, WORD, 38)


def grafana(r):
    """The CRC-32 of what stands before it, its bytes little-endian."""
    text = "gl" + "sa_" + pick(r, ALNUM, 32)
    return text + "_" + zlib.crc32(text.encode()).to_bytes(4, "little").hex()


def sentry(r):
    body = {"iat": 1700000000.5, "url": "https://sentry.io",
            "region_url": "https://us.sentry.io", "org": pick(r, LOWER36, 6)}
    return "sntr" + "ys_" + base64.b64encode(
        json.dumps(body).encode()).decode().rstrip("=") + "_" + \
        pick(r, B64, 43)


# name: (provider, maker). A token that says itself what it is.
DISTINCT = {
    "ado84": ("azure-devops", tokens.ado84),
    "ado52": ("azure-devops", tokens.ado52),
    "ado52app": ("azure-devops", tokens.KINDS["ado52app"]),
    "ghp": ("github", tokens.KINDS["ghp"]),
    "gho": ("github", tokens.KINDS["gho"]),
    "ghs": ("github", tokens.crc_token("gh" + "s", 30)),
    "github_pat": ("github", tokens.github_pat),
    "npm": ("npm", tokens.KINDS["npm"]),
    "glpat": ("gitlab", shape("gl" + "pat-", (WORD, 19), (ALNUM, 1))),
    "gldt": ("gitlab", shape("gl" + "dt-", (WORD, 19), (ALNUM, 1))),
    "glrt": ("gitlab", shape("gl" + "rt-", (WORD, 19), (ALNUM, 1))),
    "glptt": ("gitlab", shape("gl" + "ptt-", (HEX, 40))),
    "pypi": ("pypi", pypi),
    "rubygems": ("rubygems", shape("ruby" + "gems_", (HEX, 48))),
    "clojars": ("clojars", shape("CLO" + "JARS_", (HEX, 60))),
    "docker": ("docker", shape("dckr" + "_pat_", (WORD, 26), (ALNUM, 1))),
    "slack-bot": ("slack", shape("xo" + "xb-", (string.digits[1:], 12), "-",
                                 (string.digits[1:], 12), "-",
                                 (ALNUM, 24))),
    "slack-app": ("slack", shape("xa" + "pp-1-A", ("ABCDEFGH0123456789", 10),
                                 "-", (string.digits[1:], 13), "-",
                                 (HEX, 64))),
    "slack-hook": ("slack", shape(
        "https://hooks.sl" + "ack.com/services/T",
        ("ABCDEFGHJK0123456789", 10), "/B", ("ABCDEFGHJK0123456789", 10),
        "/", (ALNUM, 24))),
    "discord-hook": ("discord", shape(
        "https://dis" + "cord.com/api/webhooks/1",
        (string.digits, 17), "/", (WORD, 67), (ALNUM, 1))),
    "stripe": ("stripe", shape("sk_" + "live_", (ALNUM, 99))),
    "stripe-old": ("stripe", shape("sk_" + "live_", (ALNUM, 24))),
    "stripe-rk": ("stripe", shape("rk_" + "live_", (ALNUM, 99))),
    "square": ("square", shape("sq0" + "atp-", (WORD, 21), (ALNUM, 1))),
    "shopify": ("shopify", shape("shp" + "at_", (HEX, 32))),
    "gcp-key": ("gcp", shape("AI" + "za", "Sy", (WORD, 32), (ALNUM, 1))),
    "gcp-secret": ("gcp", shape("GOC" + "SPX-", (WORD, 27), (ALNUM, 1))),
    "databricks": ("databricks", shape("da" + "pi", (HEX, 32))),
    "openai": ("openai", openai),
    "anthropic": ("anthropic", shape("sk-" + "ant-api03-", (WORD, 93),
                                     "AA")),
    "huggingface": ("huggingface", shape(
        "h" + "f_", (string.ascii_letters, 34))),
    "groq": ("groq", shape("gs" + "k_", (ALNUM, 52))),
    "openrouter": ("openrouter", shape("sk-" + "or-v1-", (HEX, 64))),
    "xai": ("xai", shape("xa" + "i-", (ALNUM, 80))),
    "replicate": ("replicate", shape("r" + "8_", (ALNUM, 37))),
    "sendgrid": ("sendgrid", shape("SG" + ".", (WORD, 22), ".", (WORD, 42),
                                   (ALNUM, 1))),
    "mailchimp": ("mailchimp", shape((HEX, 32), "-us" + "14")),
    "digitalocean": ("digitalocean", shape("do" + "p_v1_", (HEX, 64))),
    "heroku": ("heroku", shape("HR" + "KU-AA", (WORD, 57), (ALNUM, 1))),
    "vercel": ("vercel", shape("vc" + "p_", (ALNUM, 56))),
    "circleci": ("circleci", shape("CCI" + "PAT_", (ALNUM, 22), "_",
                                   (HEX, 40))),
    "terraform": ("hashicorp", shape((ALNUM, 14), ".atl" + "asv1.",
                                     (WORD, 66), (ALNUM, 1))),
    "vault": ("hashicorp", shape("hv" + "s.CAES", (WORD, 90), (ALNUM, 1))),
    "doppler": ("doppler", shape("dp." + "pt.", (ALNUM, 43))),
    "notion": ("notion", shape("nt" + "n_", (string.digits, 11),
                               (ALNUM, 35))),
    "linear": ("linear", shape("lin_" + "api_", (ALNUM, 40))),
    "figma": ("figma", shape("fi" + "gd_", (WORD, 39), (ALNUM, 1))),
    "grafana": ("grafana", grafana),
    "newrelic": ("newrelic", shape("NR" + "AK-",
                                   (string.ascii_uppercase + string.digits,
                                    27))),
    "sentry": ("sentry", sentry),
    "postman": ("postman", shape("PM" + "AK-", (HEX, 24), "-", (HEX, 34))),
    "pulumi": ("pulumi", shape("pu" + "l-", (HEX, 40))),
    "sonar": ("sonarqube", shape("sq" + "u_", (HEX, 40))),
    "posthog": ("posthog", shape("ph" + "x_", (ALNUM, 43))),
    "tailscale": ("tailscale", shape("tsk" + "ey-api-k", (ALNUM, 9), "CNTRL",
                                     "-", (ALNUM, 32))),
    "planetscale": ("planetscale", shape("psc" + "ale_tkn_", (WORD, 42),
                                         (ALNUM, 1))),
    "supabase": ("supabase", shape("sb" + "p_", (HEX, 40))),
    "jwt": ("jwt", jwt),
}

# name: (provider, maker, settings that must stand around it). %s is the token;
# other makers' values stand in {name}.
IN_CONTEXT = {
    "aws-secret": ("aws", shape((B64, 40)), [
        "[default]\naws_access_key_id = {akia}\naws_secret_access_key = %s\n",
        "export AWS_ACCESS_KEY_ID={akia}\nexport AWS_SECRET_ACCESS_KEY=%s\n",
        'provider "aws" {{\n  access_key = "{akia}"\n  secret_key = "%s"\n}}\n',
        '{{"AccessKeyId": "{akia}", "SecretAccessKey": "%s"}}\n',
        "client = boto3.client('s3', aws_access_key_id='{akia}',\n"
        "    aws_secret_access_key='%s')\n",
        "AWSCredentials credentials = new BasicAWSCredentials(\n"
        '    "{akia}", "%s");\n']),
    "azure-storage": ("azure", shape((B64, 85), "A=="), [
        "DefaultEndpointsProtocol=https;AccountName=corpdata{n};AccountKey=%s"
        ";EndpointSuffix=core.windows.net\n",
        'AZURE_STORAGE_CONNECTION_STRING="DefaultEndpointsProtocol=https;'
        'AccountName=logs{n};AccountKey=%s"\n',
        '{{"ConnectionStrings": {{"Storage": "DefaultEndpointsProtocol=https;'
        'AccountName=media{n};AccountKey=%s;"}}}}\n']),
    "azure-servicebus": ("azure", shape((B64, 42), "E="), [
        "Endpoint=sb://orders{n}.servicebus.windows.net/;"
        "SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=%s\n",
        "HostName=hub{n}.azure-devices.net;SharedAccessKeyName=iothubowner;"
        "SharedAccessKey=%s\n"]),
    "azure-sas": ("azure", lambda r: base64.b64encode(raw(r, 32)).decode()
                  .replace("+", "%2B").replace("/", "%2F")
                  .replace("=", "%3D"), [
        "https://data{n}.blob.core.windows.net/in/a.csv?sv=2022-11-02&ss=b"
        "&srt=sco&sp=rl&se=2099-01-01T00:00:00Z&spr=https&sig=%s\n"]),
    "telegram": ("telegram", shape((string.digits[1:], 10), ":AA",
                                   (WORD, 32), (ALNUM, 1)), [
        "TELEGRAM_BOT_TOKEN=%s\n",
        "https://api.telegram.org/bot%s/sendMessage\n",
        'bot = telebot.TeleBot("%s")  # telegram\n']),
    "discord-bot": ("discord", discord, [
        "DISCORD_TOKEN=%s\n", "client.login('%s') // discord.js\n",
        '{{"discord": {{"bot_token": "%s"}}}}\n']),
    "twilio": ("twilio", shape((HEX, 32)), [
        "TWILIO_ACCOUNT_SID=AC{hex32}\nTWILIO_AUTH_TOKEN=%s\n",
        'client = Client("AC{hex32}", "%s")  # twilio\n']),
    "mailgun": ("mailgun", shape("ke" + "y-", (HEX, 32)), [
        "MAILGUN_API_KEY=%s\n", "curl --user 'api:%s' "
        "https://api.mailgun.net/v3/example.org/messages\n"]),
    "datadog": ("datadog", shape((HEX, 32)), [
        "DD_API_KEY=%s\n", "datadog:\n  apiKey: %s\n",
        'api_key = "%s"  # datadog\n']),
    "cloudflare": ("cloudflare", shape((WORD, 39), (ALNUM, 1)), [
        "CLOUDFLARE_API_TOKEN=%s\n", "CF_API_TOKEN: %s\n",
        'cloudflare_api_token = "%s"\n']),
    "database": ("database", shape((ALNUM, 16)), [
        "DATABASE_URL=postgres://app:%s@db{n}.internal:5432/app\n",
        "spring.datasource.url=jdbc:mysql://db{n}:3306/x?user=app"
        "&password=%s\n",
        "mongodb+srv://svc:%s@cluster{n}.k3m2p.mongodb.net/prod\n",
        "redis://:%s@cache{n}.internal:6379/0\n",
        'mysql_uri: "mysql://root:%s@10.0.{n}.4/shop"\n']),
    "url": ("url", shape((ALNUM, 18)), [
        "git clone https://deploy:%s@git{n}.corp.net/team/app.git\n",
        "PIP_INDEX_URL=https://svc:%s@pypi{n}.corp.net/simple\n"]),
    "generic": ("generic", shape((ALNUM, 32)), [
        "SECRET_KEY = '%s'\n", "API_KEY=%s\n", "client_secret: %s\n",
        '"apiSecret": "%s",\n', "private final String PASSWORD = \"%s\";\n",
        "auth_token = \"%s\"\n", "<add key=\"EncryptionKey\" value=\"%s\"/>\n",
        "$config['webhook_secret'] = '%s';\n"]),
    "bearer": ("generic", shape((ALNUM, 40)), [
        "curl -H 'Authorization: Bearer %s' https://api{n}.corp.net/v1\n",
        'headers = {{"Authorization": "Bearer %s"}}\n']),
    "heroku-uuid": ("heroku", guid, ["HEROKU_API_KEY=%s\n",
                                     "heroku:\n  api_key: %s\n"]),
    "airtable": ("airtable", shape("pa" + "t", (ALNUM, 14), ".", (HEX, 64)), [
        "AIRTABLE_API_KEY=%s\n", "airtable:\n  token: %s\n",
        "curl https://api.airtable.com/v0/x -H 'Authorization: Bearer %s'\n"
    ]),
    "snyk": ("snyk", guid, ["SNYK_TOKEN=%s\n"]),
    "okta": ("okta", shape("00", (WORD, 39), (ALNUM, 1)), [
        "OKTA_API_TOKEN=%s\nOKTA_URL=https://corp.okta.com\n",
        "Authorization: SSWS %s\nHost: corp.okta.com\n"]),
    "nuget": ("nuget", shape("oy" + "2", ("abcdefghijklmnopqrstuvwxyz234567",
                                          43)), [
        "dotnet nuget push a.nupkg --api-key %s --source nuget.org\n",
        "NUGET_API_KEY=%s\n"]),
}

# The personal access token as people leave it: %s is what is written.
ADO_FORMS = {
    "header": lambda t: "Authorization: Basic " +
    base64.b64encode((":" + t).encode()).decode() + "\n",
    "extraheader": lambda t: "git -c http.extraHeader=\"AUTHORIZATION: basic "
    + base64.b64encode(("pat:" + t).encode()).decode() + "\" fetch\n",
    "userinfo": lambda t: "https://build:" + t +
    "@dev.azure.com/contoso/app/_git/app\n",
    "npmrc": lambda t: "//pkgs.dev.azure.com/contoso/_packaging/f/npm/"
    "registry/:_password=" + base64.b64encode(t.encode()).decode() + "\n",
    "nuget": lambda t: "<packageSourceCredentials><feed>\n"
    '<add key="Username" value="any" />\n'
    '<add key="ClearTextPassword" value="' + t + '" />\n'
    "</feed></packageSourceCredentials>\n",
    "pip": lambda t: "[global]\nextra-index-url=https://feed:" + t +
    "@pkgs.dev.azure.com/contoso/_packaging/f/pypi/simple/\n",
    "maven": lambda t: "<server><id>feed</id><username>contoso</username>\n"
    "<password>" + t + "</password></server>\n",
    "powershell": lambda t: "powershell -NoProfile -EncodedCommand " +
    base64.b64encode(("$env:PAT='" + t + "'; az devops login")
                     .encode("utf-16-le")).decode() + "\n",
    "kubernetes": lambda t: "apiVersion: v1\nkind: Secret\ndata:\n"
    "  .dockerconfigjson: " + base64.b64encode(json.dumps(
        {"auths": {"contoso.azurecr.io": {"auth": base64.b64encode(
            ("any:" + t).encode()).decode()}}}).encode()).decode() + "\n",
    "variable": lambda t: "variables:\n  AZURE_DEVOPS_EXT_PAT: " + t + "\n",
}


def private_keys():
    """(name, text) of keys made by the tools that are here."""
    commands = {
        "rsa.pem": ["openssl", "genrsa", "-traditional", "2048"],
        "pkcs8.pem": ["openssl", "genpkey", "-algorithm", "RSA",
                      "-pkeyopt", "rsa_keygen_bits:2048"],
        "ec.pem": ["openssl", "ecparam", "-genkey", "-noout", "-name",
                   "prime256v1"],
        "ed25519.pem": ["openssl", "genpkey", "-algorithm", "ed25519"],
    }
    for name, command in commands.items():
        try:
            yield name, subprocess.run(command, check=True, text=True,
                                       capture_output=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
    with tempfile.TemporaryDirectory() as where:
        path = where + "/key"
        try:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                            "-f", path], check=True)
            yield "id_ed25519", pathlib.Path(path).read_text()
        except (OSError, subprocess.CalledProcessError):
            pass
