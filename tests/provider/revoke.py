"""How providers revoke, by their documents. A revoked token is dead from then
on. Each call that would revoke is a line of revocations.jsonl in the server's
directory: the token's name, the host, and whether it was live.

DIRECTORY/revoke.json may change how: {"NAME": "drop"} revokes and hangs up
without an answer, "hang" answers after a second, "deaf" accepts and does
nothing, "refuse" does not, "nomatch" is not in Azure DevOps' list, "twice" is
there two times. "*" is the rule for all others.
"""
import base64
import hashlib
import json
import os
import re
import time
import uuid

from server import Answer

REVOKERS = []


def c3id(token):
    digest = hashlib.sha256(token.encode()).hexdigest().upper()
    whole = hashlib.sha256(
        b"CrossMicrosoftCorrelatingId:" + digest.encode()).digest()
    return base64.b64encode(whole[:15]).decode()


def mode(server, name):
    try:
        with open(os.path.join(server.directory, "revoke.json")) as f:
            modes = json.load(f)
    except FileNotFoundError:
        return None
    return modes.get(name, modes.get("*"))


def hang_up(_handler):
    pass


def revoke(r, names, good, refused):
    """What happens to those names; `good` is the provider's word for it."""
    how = None
    with r.server.lock:
        for name in names:
            how = mode(r.server, name)
            was = r.server.memory.get(
                name, r.server.tokens.get(name, {}).get("state"))
            with open(os.path.join(r.server.directory,
                                   "revocations.jsonl"), "a") as f:
                f.write(json.dumps({"name": name, "host": r.host, "was": was,
                                    "how": how}) + "\n")
            if how not in ("deaf", "refuse"):
                r.server.memory[name] = "dead"
    if how == "hang":
        time.sleep(1)
    if how == "drop":
        return Answer(0, raw=hang_up)
    return refused if how == "refuse" else good


def revoker(host, method, path):
    def put(function):
        REVOKERS.append((host, method, path, function))
        return function
    return put


def names_in(r, text):
    with r.server.lock:
        r.server.load()
        return [name for name, t in r.server.tokens.items()
                if json.dumps(t["token"])[1:-1] in text]


# ---- Azure DevOps -----------------------------------------------------------

def administrator(r):
    """The leaked token must never be used as an administrator."""
    with r.server.lock:
        r.server.load()
        admin = r.server.tokens.get("administrator", {}).get("token")
    return admin is not None and r.basic() == ("", admin)


def authorization_id(name):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


@revoker("vssps.dev.azure.com", "GET",
         r"/[a-z0-9-]+/_apis/tokenadmin/personalaccesstokens/[A-Za-z0-9.]+")
def list_tokens(r):
    if not administrator(r):
        return Answer(401, "", {"X-TFS-ServiceError": "TF400813"})
    entries = [{"authorizationId": authorization_id("decoy%d" % i),
                "displayName": "decoy %d" % i, "isValid": True,
                "crossCompanyCorrelatingId": c3id("decoy%d" % i)}
               for i in range(7)]
    with r.server.lock:
        for name, t in r.server.tokens.items():
            how = mode(r.server, name)
            if name == "administrator" or how == "nomatch":
                continue
            for _ in range(2 if how == "twice" else 1):
                entries.append({
                    "authorizationId": authorization_id(name),
                    "displayName": name, "isValid": True,
                    "scope": "app_token",
                    "crossCompanyCorrelatingId": c3id(t["token"])})
    page = re.search(r"continuationToken=([0-9]*)", r.query)
    at = int(page.group(1)) if page and page.group(1) else 0
    body = {"value": entries[at:at + 5]}
    if at + 5 < len(entries):
        body["continuationToken"] = str(at + 5)
    return Answer(200, body)


@revoker("vssps.dev.azure.com", "POST",
         r"/[a-z0-9-]+/_apis/tokenadmin/revocations")
def revoke_authorization(r):
    if not administrator(r):
        return Answer(401, "", {"X-TFS-ServiceError": "TF400813"})
    asked = [one["authorizationId"] for one in json.loads(r.body)]
    with r.server.lock:
        known = {authorization_id(n): n for n in r.server.tokens}
    return revoke(r, [known.get(one, "decoy") for one in asked],
                  Answer(204), Answer(403, {"message": "no"}))


# ---- by anybody -------------------------------------------------------------

@revoker("api.github.com", "POST", r"/credentials/revoke")
def github(r):
    if "Authorization" in r.headers:
        return Answer(403, {"message": "no credentials, please"})
    asked = json.loads(r.body)["credentials"]
    if not 0 < len(asked) <= 1000:
        return Answer(422, {"message": "too many"})
    return revoke(r, names_in(r, r.body.decode()), Answer(202, {}),
                  Answer(422, {"message": "Validation Failed"}))


@revoker("huggingface.co", "POST", r"/api/credentials/revoke")
def hugging_face(r):
    json.loads(r.body)["credentials"]
    return revoke(r, names_in(r, r.body.decode()), Answer(202, {}),
                  Answer(403, {}))


@revoker("api.doppler.com", "POST", r"/v3/auth/revoke")
def doppler(r):
    json.loads(r.body)[0]["token"]
    return revoke(r, names_in(r, r.body.decode()),
                  Answer(200, {"success": True}),
                  Answer(400, {"success": False}))


@revoker("app.posthog.com", "POST", r"/api/revoke_leaked_key")
def posthog_elsewhere(r):
    json.loads(r.body)["token"]
    return Answer(200, {"found": False})


@revoker("eu.posthog.com", "POST", r"/api/revoke_leaked_key")
def posthog(r):
    json.loads(r.body)["token"]
    return revoke(r, names_in(r, r.body.decode()),
                  Answer(200, {"found": True}), Answer(403, {}))


# ---- by the token itself ----------------------------------------------------

def itself(host, method, path, auth, good, refused=(403, {})):
    @revoker(host, method, path)
    def handle(r):
        if r.token is None or not auth(r):
            return Answer(401, {"message": "not by this"})
        return revoke(r, [r.name], Answer(*good), Answer(*refused))


def header(name, before=""):
    return lambda r: r.headers.get(name) == before + r.token


bearer = header("Authorization", "Bearer ")
itself("api.github.com", "DELETE", "/installation/token", bearer, (204,))
itself("gitlab.com", "DELETE", "/api/v4/personal_access_tokens/self",
       header("PRIVATE-TOKEN"), (204,))
itself("slack.com", "POST", "/api/auth.revoke", bearer,
       (200, {"ok": True, "revoked": True}),
       (200, {"ok": False, "error": "not_allowed_token_type"}))
itself("discord.com", "DELETE", r"/api/webhooks/.*",
       lambda r: r.target in r.token or r.token.endswith(r.target), (204,))
itself("discordapp.com", "DELETE", r"/api/webhooks/.*",
       lambda r: r.token.endswith(r.target), (204,))
itself("api.buildkite.com", "DELETE", "/v2/access-token", bearer, (204,))
itself("vault.corp.example", "POST", "/v1/auth/token/revoke-self",
       header("X-Vault-Token"), (204,))
itself("oauth2.googleapis.com", "POST", "/revoke",
       lambda r: r.form() == {"token": r.token}, (200, {}))
itself("cloud.digitalocean.com", "POST", "/v1/oauth/revoke",
       lambda r: bearer(r) and r.form() == {"token": r.token}, (200, {}))
itself("api.vercel.com", "DELETE", "/v3/user/tokens/current", bearer,
       (200, {"tokenId": "t"}))
itself("api.fastly.com", "DELETE", "/tokens/self", header("Fastly-Key"),
       (204,))
itself("api.cloudflare.com", "DELETE", "/client/v4/user/tokens/i", bearer,
       (200, {"success": True, "result": {"id": "i"}}))
itself("api.sendgrid.com", "DELETE", r"/v3/api_keys/.*",
       lambda r: bearer(r) and r.path.split("/")[-1] ==
       r.token.split(".")[1], (204,))
itself("api.mapbox.com", "DELETE", "/tokens/v2/ann/a",
       lambda r: r.query == "access_token=" + r.token, (204,))
itself("api.tailscale.com", "DELETE", r"/api/v2/tailnet/-/keys/.*",
       lambda r: bearer(r) and r.path.split("/")[-1] ==
       r.token.split("-")[2], (200, {}))
itself("api.linear.app", "POST", "/oauth/revoke", bearer, (200, {}))
itself("id.twitch.tv", "POST", "/oauth2/revoke",
       lambda r: r.form() == {"client_id": "c", "token": r.token}, (200, ""))
itself("acme.okta.com", "DELETE", "/api/v1/api-tokens/current",
       header("Authorization", "SSWS "), (204,))
itself("api.dropboxapi.com", "POST", "/2/auth/token/revoke", bearer,
       (200, {}))
itself("iam.amazonaws.com", "POST", "/",
       lambda r: r.form().get("Action") == "UpdateAccessKey" and
       r.form().get("Status") == "Inactive" and
       r.headers.get("Authorization", "").startswith(
           "AWS4-HMAC-SHA256 Credential=" + r.form().get("AccessKeyId")),
       (200, {"UpdateAccessKeyResponse": {
           "ResponseMetadata": {"RequestId": "1"}}}),
       (403, {"Error": {"Code": "AccessDenied"}}))


# ---- notices and records ----------------------------------------------------

def sink(r):
    """Webhooks and Splunk's collector: kept as they came, for the tests."""
    with open(os.path.join(r.server.directory, "hooks.jsonl"), "a") as f:
        f.write(json.dumps({"host": r.host, "target": r.target,
                            "headers": r.headers,
                            "body": r.body.decode()}) + "\n")
    if r.host == "splunk.example":
        ok = r.headers.get("Authorization") == "Splunk " + "s" * 8
        return Answer(200 if ok else 403,
                      {"text": "Success", "code": 0 if ok else 4})
    return Answer(500 if r.host == "broken.example" else 200, "ok")


def handle(r):
    for host, method, path, function in REVOKERS:
        if host == r.host and method == r.method and \
                re.fullmatch(path, r.path):
            return function(r)
    return None


HANDLERS = {"hooks.example": sink, "splunk.example": sink,
            "broken.example": sink, "*": handle}
# "localhost" is for the mail server, which has the same certificate.
HOSTS = sorted({one[0] for one in REVOKERS} | {"localhost"})
