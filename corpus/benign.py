"""Files without secrets that look as if they had some: (name, text) for each,
made at run time from a seeded random source."""
import base64
import hashlib
import json
import string
import subprocess
import uuid
import zlib

from secrets import ALNUM, B64, HEX, LOWER36, WORD, guid, pick, raw


def digest(r, name="sha256"):
    return hashlib.new(name, raw(r, 16)).hexdigest()


def b64(data):
    return base64.b64encode(data).decode()


def words(r, n):
    some = ("get the value of a user name and write it to the log file when "
            "the server is ready request token is read from the vault set "
            "password field label click here secret santa key board").split()
    return " ".join(r.choice(some) for _ in range(n))


def lock_files(r):
    packages = ["p" + pick(r, LOWER36, 6) for _ in range(60)]
    yield "package-lock.json", json.dumps({"lockfileVersion": 3, "packages": {
        "node_modules/" + p: {
            "version": "1.%d.0" % r.randrange(30),
            "resolved": "https://registry.npmjs.org/%s/-/%s-1.0.0.tgz" % (
                p, p),
            "integrity": "sha512-" + b64(raw(r, 64))} for p in packages}},
        indent=2)
    yield "yarn.lock", "".join(
        '%s@^1.0.0:\n  version "1.0.1"\n  resolved "https://registry.yarnpkg'
        '.com/%s/-/%s-1.0.1.tgz#%s"\n  integrity sha512-%s\n\n' % (
            p, p, p, digest(r, "sha1"), b64(raw(r, 64))) for p in packages)
    yield "Cargo.lock", "".join(
        '[[package]]\nname = "%s"\nversion = "0.1.2"\nsource = "registry+'
        'https://github.com/rust-lang/crates.io-index"\nchecksum = "%s"\n\n'
        % (p, digest(r)) for p in packages)
    yield "go.sum", "".join(
        "github.com/x/%s v1.2.%d h1:%s\ngithub.com/x/%s v1.2.0/go.mod h1:%s\n"
        % (p, r.randrange(9), b64(raw(r, 32)), p, b64(raw(r, 32)))
        for p in packages)
    yield "poetry.lock", "".join(
        '[[package]]\nname = "%s"\nfiles = [\n    {file = "%s-1.0.tar.gz", '
        'hash = "sha256:%s"},\n]\n' % (p, p, digest(r)) for p in packages)
    yield "composer.lock", json.dumps({"content-hash": digest(r, "md5"),
                                       "packages": [{
        "name": "a/" + p, "source": {"reference": digest(r, "sha1")},
        "dist": {"shasum": digest(r, "sha1")}} for p in packages]}, indent=1)
    yield "Gemfile.lock", "CHECKSUMS\n" + "".join(
        "  %s (1.0) sha256=%s\n" % (p, digest(r)) for p in packages)
    yield "pnpm-lock.yaml", "".join(
        "  /%s@1.0.0:\n    resolution: {integrity: sha512-%s}\n" % (
            p, b64(raw(r, 64))) for p in packages)
    yield "packages.lock.json", json.dumps({"dependencies": {"net8.0": {
        p: {"resolved": "1.0.0", "contentHash": b64(raw(r, 64))}
        for p in packages}}}, indent=2)
    yield "flake.lock", json.dumps({"nodes": {p: {"locked": {
        "narHash": "sha256-" + b64(raw(r, 32)),
        "rev": digest(r, "sha1")}} for p in packages}}, indent=2)


def identifiers(r):
    yield "git-log.txt", "".join(
        "commit %s\nAuthor: a <a@example.org>\nDate:   Mon Mar 3 10:00:00 "
        "2025\n\n    %s\n\n" % (digest(r, "sha1"), words(r, 6))
        for _ in range(80))
    yield "ids.csv", "id,name,session\n" + "".join(
        "%s,%s,%s\n" % (guid(r), words(r, 2), guid(r)) for _ in range(80))
    yield "SHA256SUMS", "".join("%s  file-%d.tar.gz\n" % (digest(r), n)
                                for n in range(80))
    yield "MD5SUMS", "".join("%s  ./usr/share/f%d\n" % (digest(r, "md5"), n)
                             for n in range(80))
    yield "sri.html", "".join(
        '<script src="/a%d.js" integrity="sha384-%s" '
        'crossorigin="anonymous" nonce="%s"></script>\n' % (
            n, b64(raw(r, 48)), b64(raw(r, 16))) for n in range(30))
    yield "docker-compose.yml", "services:\n" + "".join(
        "  s%d:\n    image: registry.example.org/a/b@sha256:%s\n" % (
            n, digest(r)) for n in range(20))
    yield "workflow.yml", "jobs:\n  a:\n    steps:\n" + "".join(
        "      - uses: actions/checkout@%s\n" % digest(r, "sha1")
        for _ in range(10)) + "".join(
        "        env:\n          %s_TOKEN: ${{ secrets.%s_TOKEN }}\n" % (
            n, n) for n in ("NPM", "PYPI", "AWS", "GITHUB"))
    yield "trace.json", json.dumps([{
        "traceId": pick(r, HEX, 32), "spanId": pick(r, HEX, 16),
        "key": "k%d" % n, "token_count": r.randrange(9999)}
        for n in range(60)], indent=1)
    yield "etags.txt", "".join('ETag: "%s"\nX-Request-Id: %s\n' % (
        pick(r, HEX, 32), guid(r)) for _ in range(40))
    yield "db.sql", "".join(
        "INSERT INTO users VALUES (%d, '%s', '$2b$12$%s');\n" % (
            n, words(r, 1), pick(r, ALNUM + "./", 53)) for n in range(30))


def media(r):
    yield "page.html", "".join(
        '<img src="data:image/png;base64,iVBORw0KGgo%s">\n' % b64(
            raw(r, 3000)) for _ in range(4))
    yield "font.css", "".join(
        ".%s{color:#%s;background:url(data:font/woff2;base64,d09GMgAB%s)}\n"
        % (pick(r, string.ascii_lowercase, 5), pick(r, HEX, 6),
           b64(raw(r, 2000))) for _ in range(6))
    yield "app.min.js", "".join(
        "function %s(%s){return %s.%s(%d)?\"%s\":%s[%d]}" % (
            pick(r, ALNUM, 3), pick(r, "abcde", 1), pick(r, "abcde", 1),
            pick(r, ALNUM, 8), r.randrange(9999), pick(r, ALNUM, 6),
            pick(r, "abcde", 1), r.randrange(99)) for _ in range(1500))
    yield "app.js.map", json.dumps({
        "version": 3, "mappings": "".join(
            pick(r, ALNUM + "+/", 5) + r.choice(",;") for _ in range(5000))})
    yield "path.svg", "<svg>" + "".join('<path d="M%d %dc%d.%d-%d"/>' % tuple(
        r.randrange(999) for _ in range(5)) for _ in range(300)) + "</svg>"
    yield "wall.txt", base64.encodebytes(raw(r, 60000)).decode()
    yield "wall-hex.txt", "\n".join(raw(r, 32).hex() for _ in range(500))
    yield "base32.txt", "\n".join(
        pick(r, "abcdefghijklmnopqrstuvwxyz234567", 52) for _ in range(500))
    yield "noise.bin", raw(r, 100000)
    yield "mail.eml", "From: a@example.org\nContent-Transfer-Encoding: " \
        "base64\n\n" + base64.encodebytes(words(r, 900).encode()).decode()
    yield "quoted.eml", "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; " \
        "s=k1;\n bh=%s;\n b=%s\n\n%s\n" % (b64(raw(r, 32)), b64(raw(r, 128)),
                                           words(r, 40))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


def public_keys(r, where):
    """What may be given to everybody, of keys made and forgotten here."""
    key, cert = str(where / "k"), str(where / "c")
    try:
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
            "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=a")
        yield "cert.pem", open(cert).read()
        yield "chain.pem", open(cert).read() * 3
        yield "public.pem", run("openssl", "rsa", "-in", key, "-pubout")
        yield "cert.txt", run("openssl", "x509", "-in", cert, "-text")
    except (OSError, subprocess.CalledProcessError):
        pass
    blob = b64(b"\0\0\0\x0bssh-ed25519\0\0\0 " + raw(r, 32))
    yield "id_ed25519.pub", "ssh-ed25519 %s me@host\n" % blob
    yield "known_hosts", "".join(
        "|1|%s|%s ssh-ed25519 %s\n" % (b64(raw(r, 20)), b64(raw(r, 20)), blob)
        for _ in range(10))
    yield "authorized_keys", "".join(
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB%s a@b\n" % b64(raw(r, 260))
        for _ in range(4))
    yield "jwks.json", json.dumps({"keys": [{
        "kty": "RSA", "use": "sig", "kid": pick(r, WORD, 27), "e": "AQAB",
        "n": base64.urlsafe_b64encode(raw(r, 256)).decode().rstrip("=")}]})


PLACEHOLDERS = ("changeme", "change-me", "your-token-here", "<your token>",
                "xxxxxxxxxxxxxxxxxxxx", "XXXXXXXX", "${TOKEN}", "$TOKEN",
                "{{ token }}", "%TOKEN%", "example", "********", "REDACTED",
                "TODO", "none", "null", "true", "password", "secret",
                "my-secret-key", "insert_key_here", "0000000000000000",
                "1234567890", "abcdefghijklmnop", "...", "test", "dummy",
                "replace_with_your_api_key", "__SECRET__", "@@token@@",
                "process.env.TOKEN", "os.environ['TOKEN']", "getenv(KEY)",
                "vault:secret/data/app#key", "/run/secrets/token",
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app")


def placeholders(r):
    names = ("API_KEY", "SECRET", "PASSWORD", "TOKEN", "AUTH_TOKEN",
             "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "DB_PASSWORD",
             "CLIENT_SECRET", "PRIVATE_KEY", "STRIPE_KEY", "SLACK_TOKEN")
    pairs = [(n, p) for n in names for p in PLACEHOLDERS]
    yield ".env.example", "".join("%s=%s\n" % pair for pair in pairs)
    yield "settings.py", "".join('%s = "%s"\n' % p for p in pairs)
    yield "values.yaml", "".join("  %s: %s\n" % (n.lower(), p)
                                 for n, p in pairs)
    yield "config.json", json.dumps([{n: p} for n, p in pairs], indent=1)
    yield "urls.txt", "".join(
        "%s://%s@localhost:5432/app\n" % (s, u) for s in (
            "postgres", "mysql", "mongodb", "redis", "amqp", "https")
        for u in ("user:password", "user:pass", "admin:admin", "root:root",
                  "${USER}:${PASS}", "<user>:<password>", "user:xxxx",
                  "username:****", "postgres:postgres", "guest:guest"))
    yield "i18n.json", json.dumps({
        "login.password.label": "Password", "secret": "Secret question",
        "error.token_expired": "Your token has expired, sign in again",
        "api_key_help": "Copy the API key from your settings page",
        "passwordConfirm": "Repeat the new password, please"}, indent=1)
    yield "secret.yaml", "env:\n" + "".join(
        "  - name: %s\n    valueFrom:\n      secretKeyRef:\n"
        "        name: app-secrets\n        key: %s\n" % (n, n.lower())
        for n in names)
    yield "main.tf", "".join(
        'resource "a" "b" {\n  %s = var.%s\n  token = data.vault_generic_'
        'secret.x.data["token"]\n}\n' % (n.lower(), n.lower())
        for n in names)
    yield ".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"
    yield "docs.md", "\n".join(
        "Set `%s` to the key, for instance `%s`." % p for p in pairs[:60])


def code(r):
    yield "auth.ts", "".join(
        "const %s = this.%s.get('%s');\nif (!%s) throw new Error('no %s');\n"
        % (n, m, n, n, n) for n in ("accessToken", "apiKey", "clientSecret",
                                    "passwordHash", "refreshToken")
        for m in ("configService", "tokenProvider", "secretManager"))
    yield "Auth.java", "".join(
        "private static final String %s = \"%s\";\n" % (n, v) for n, v in (
            ("TOKEN_HEADER", "X-Authorization-Token"),
            ("PASSWORD_FIELD", "j_password_confirmation"),
            ("SECRET_NAME", "application.security.jwt.secret"),
            ("API_KEY_PARAM", "subscription-key-parameter"),
            ("KEY_ALGORITHM", "PBKDF2WithHmacSHA256"),
            ("TOKEN_TYPE", "urn:ietf:params:oauth:token-type:access_token"),
            ("PASSWORD_PATTERN", "^(?=.*[A-Z])(?=.*[0-9]).{8,64}$")))
    yield "vectors.c", "".join(
        "static const unsigned char key_%d[] = { %s };\n" % (
            n, ", ".join("0x%02x" % b for b in raw(r, 32)))
        for n in range(20))
    yield "vectors.txt", "".join("KEY = %s\nPT = %s\nCT = %s\n\n" % (
        raw(r, 16).hex(), raw(r, 16).hex(), raw(r, 16).hex())
        for _ in range(30))
    yield "names.go", "".join(
        "func (s *Server) %s(ctx context.Context) error { return nil }\n" %
        "".join(w.title() for w in words(r, 6).split()) for _ in range(60))
    yield "form.html", "".join(
        '<input type="password" name="password" id="%s" value="">\n' %
        pick(r, string.ascii_lowercase, 12) for _ in range(20))
    yield "site.html", '<div class="g-recaptcha" data-sitekey="6L%s"></div>' \
        "\n<script>ga('create', 'UA-%s-1'); posthog.init('phc_%s');" \
        "Stripe('pk_live_%s')</script>\n" % (
            pick(r, WORD, 38), pick(r, string.digits, 8),
            pick(r, ALNUM, 43), pick(r, ALNUM, 24))


def near_misses(r):
    """One character short of a token, or with a sum that is not right."""
    crc = pick(r, ALNUM, 30)
    wrong = "%06d" % (zlib.crc32(crc.encode()) % 999999)
    yield "sums.txt", "".join("value: %s\n" % t for t in (
        "gh" + "p_" + crc + wrong, "np" + "m_" + crc + wrong,
        "gh" + "o_" + crc[:20], "gh" + "p_" + "x" * 36,
        "github" + "_pat_" + crc[:20], "gl" + "sa_" + crc + "zz_00000000"))
    yield "words.txt", "".join("%s\n" % t for t in (
        "gh" + "p_is_a_prefix_of_tokens", "sk" + "-learn-contrib-1.2.3",
        "AK" + "IA is how ids begin", "xo" + "xb is for bots",
        "gl" + "pat-like-names-are-fine", "hf" + "_hub_download(repo_id)",
        "sk_" + "live_objects_in_pool", "npm_config_registry_url_value",
        "AI" + "za is a name in some places", "dop" + "_v1_migration_notes"))
    yield "guids.cs", "".join('[Guid("%s")]\n' % str(uuid.UUID(
        bytes=raw(r, 16))).upper() for _ in range(40))
    yield "hex.txt", "".join("color_key=%s\n" % pick(r, HEX, 6)
                             for _ in range(40))
    yield "long.txt", pick(r, B64, 4000) + "\n" + pick(r, HEX, 4000)


def all_files(r, where):
    for make in (lock_files, identifiers, media, placeholders, code,
                 near_misses):
        for name, text in make(r):
            yield make.__name__, name, text
    for name, text in public_keys(r, where):
        yield "public_keys", name, text
