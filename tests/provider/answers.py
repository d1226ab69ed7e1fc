"""What providers answer to live, dead and restricted tokens, by their
documents. One row each: host, method, path, where the token stands, and the
answers. A request of any other form is answered 400, which no rule knows."""
import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import tempfile
import urllib.parse

from server import Answer

ROWS = []


def row(host, path, auth, live, dead, restricted=None, method="GET",
        throttled=None):
    """live, dead, restricted: (status, body) or (status, body, headers)."""
    ROWS.append({"host": host, "method": method, "path": path, "auth": auth,
                 "live": live, "dead": dead, "restricted": restricted,
                 "throttled": throttled})


# ---- where a token stands ---------------------------------------------------

def header(name, before=""):
    def check(r):
        return r.headers.get(name) == before + (r.token or "")
    return check


bearer = header("Authorization", "Bearer ")


def basic(user=None, password=None):
    """None: the token."""
    def check(r):
        pair = r.basic()
        return pair is not None and \
            pair[0] == (r.token if user is None else user) and \
            pair[1] == (r.token if password is None else password)
    return check


def basic_password(r):
    pair = r.basic()
    return pair is not None and pair[1] == r.token


def form(**want):
    def check(r):
        got = r.form()
        return all(got.get(k) == (r.token if v is None else v)
                   for k, v in want.items())
    return check


def in_path(r):
    return r.token is not None and \
        r.token in r.host + urllib.parse.unquote(r.target)


def graphql(inner):
    def check(r):
        return inner(r) and b'"query":"{ ' in r.body
    return check


def html(status, text):
    return status, "<html><title>%s</title></html>" % text, {
        "Content-Type": "text/html; charset=utf-8"}


def text(status, body):
    return status, body, {"Content-Type": "text/plain"}


# ---- the rows ---------------------------------------------------------------

row("api.github.com", r"/user", bearer,
    (200, {"login": "octocat", "id": 583231, "type": "User",
           "email": "octocat@example.com"},
     {"X-OAuth-Scopes": "repo, read:org",
      "github-authentication-token-expiration": "2027-01-01 00:00:00 UTC"}),
    (401, {"message": "Bad credentials", "status": "401"}),
    (403, {"message": "Resource protected by organization SAML enforcement. "
                      "You must grant your token access to it."},
     {"X-GitHub-SSO": "required; url=https://github.com/orgs/o/sso"}))
row("api.github.com", r"/installation/repositories\?per_page=1", bearer,
    (200, {"total_count": 2, "repositories": []}),
    (401, {"message": "Bad credentials", "status": "401"}))
row("gitlab.com", r"/api/v4/personal_access_tokens/self",
    header("PRIVATE-TOKEN"),
    (200, {"id": 42, "name": "deploy", "revoked": False, "active": True,
           "scopes": ["api", "read_user"], "user_id": 7,
           "expires_at": "2027-02-01"}),
    (401, {"message": "401 Unauthorized"}),
    (403, {"error": "insufficient_scope", "error_description": "x"}))
row("gitlab.com", r"/api/v4/runners/verify", form(token=None),
    (200, {"id": 9, "token": "shown to itself", "token_expires_at": None}),
    (403, {"message": "403 Forbidden"}), method="POST")
row("gitlab.com", r"/api/v4/job", header("JOB-TOKEN"),
    (200, {"id": 8, "status": "running", "user": {"id": 7,
                                                  "username": "ann"}}),
    (401, {"message": "401 Unauthorized"}))
row("slack.com", r"/api/auth\.test", bearer,
    (200, {"ok": True, "url": "https://acme.slack.com/", "team": "Acme",
           "user": "ann", "team_id": "T1", "user_id": "U1"},
     {"x-oauth-scopes": "chat:write"}),
    (200, {"ok": False, "error": "token_revoked"}),
    (200, {"ok": False, "error": "missing_scope"}), method="POST",
    throttled=(429, {"ok": False, "error": "ratelimited"},
               {"Retry-After": "1"}))
row("hooks.slack.com", r"/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+",
    in_path, text(400, "invalid_payload"), text(404, "no_service"),
    text(403, "action_prohibited"), method="POST")
row("api.stripe.com", r"/v1/account", bearer,
    (200, {"id": "acct_1", "object": "account", "email": "a@example.com",
           "settings": {"dashboard": {"display_name": "Acme"}}}),
    (401, {"error": {"message": "Invalid API Key provided: sk_***",
                     "type": "invalid_request_error"}}),
    (403, {"error": {"message": "The provided key 'rk_***' does not have the "
                                "required permissions for this endpoint",
                     "type": "invalid_request_error"}}))
row("bedrock.us-east-1.amazonaws.com", r"/foundation-models", bearer,
    (200, {"modelSummaries": [{"modelId": "m"}]}),
    (403, {"Message": "Authentication failed: Please make sure your API Key "
                      "is valid."}),
    (403, {"Message": "User: arn:aws:iam::1:user/u is not authorized to "
                      "perform: bedrock:ListFoundationModels"}))
row("generativelanguage.googleapis.com", r"/v1/models\?pageSize=1",
    header("X-goog-api-key"),
    (200, {"models": [{"name": "models/one"}]}),
    (400, {"error": {"code": 400, "status": "INVALID_ARGUMENT",
                     "details": [{"reason": "API_KEY_INVALID"}]}}),
    (403, {"error": {"code": 403, "status": "PERMISSION_DENIED",
                     "details": [{"reason": "API_KEY_SERVICE_BLOCKED"}]}}))
row("oauth2.googleapis.com", r"/tokeninfo", form(access_token=None),
    (200, {"azp": "1.apps.googleusercontent.com", "sub": "1", "scope": "email",
           "exp": "1", "expires_in": "3000", "email": "a@example.com"}),
    (400, {"error": "invalid_token", "error_description": "Invalid Value"}),
    method="POST")
OPENAI = dict(
    live=(200, {"object": "list", "data": [{"id": "gpt"}]},
          {"openai-organization": "acme"}),
    dead=(401, {"error": {"message": "Incorrect API key provided",
                          "code": "invalid_api_key"}}))
row("api.openai.com", r"/v1/models", bearer, restricted=(
    403, {"error": {"message": "You have insufficient permissions for this "
                               "operation. Missing scopes: api.model.read"}}),
    **OPENAI)
row("api.openai.com", r"/v1/organization/admin_api_keys\?limit=1", bearer,
    **OPENAI)
ANTHROPIC = dict(
    dead=(401, {"type": "error", "error": {"type": "authentication_error",
                                           "message": "invalid x-api-key"}}),
    restricted=(403, {"type": "error", "error": {"type": "permission_error",
                                                 "message": "x"}}))
row("api.anthropic.com", r"/v1/models\?limit=1",
    lambda r: header("x-api-key")(r) or bearer(r),
    live=(200, {"data": [], "has_more": False}), **ANTHROPIC)
row("api.anthropic.com", r"/v1/organizations/me", header("x-api-key"),
    live=(200, {"id": "o1", "type": "organization", "name": "Acme"}),
    **ANTHROPIC)
row("huggingface.co", r"/api/whoami-v2", bearer,
    (200, {"type": "user", "id": "1", "name": "ann", "email": "a@example.com",
           "auth": {"accessToken": {"displayName": "t", "role": "read"}}}),
    (401, {"error": "Invalid username or password."}))
row("api.groq.com", r"/openai/v1/models", bearer, OPENAI["live"],
    (401, {"error": {"message": "Invalid API Key",
                     "code": "invalid_api_key"}}))
row("api.x.ai", r"/v1/api-key", bearer,
    (200, {"redacted_api_key": "xai-...x", "user_id": "u", "team_id": "t",
           "api_key_blocked": False, "api_key_disabled": False,
           "acls": ["api-key:model:*"]}),
    (400, {"code": "Client specified an invalid argument",
           "error": "Incorrect API key provided: xa***."}))
row("openrouter.ai", r"/api/v1/key", bearer,
    (200, {"data": {"label": "sk-or-v1-...", "limit": None}}),
    (401, {"error": {"message": "User not found.", "code": 401}}))
row("api.replicate.com", r"/v1/account", bearer,
    (200, {"type": "user", "username": "ann", "name": "Ann"}),
    (401, {"title": "Unauthenticated", "status": 401}))
row("api.elevenlabs.io", r"/v1/user", header("xi-api-key"),
    (200, {"user_id": "u", "subscription": {"tier": "free"}}),
    (401, {"detail": {"status": "invalid_api_key"}}),
    (401, {"detail": {"status": "missing_permissions"}}))
row("api.wandb.ai", r"/graphql", graphql(basic("api")),
    (200, {"data": {"viewer": {"id": "v", "username": "ann",
                               "email": "a@example.com"}}}),
    (200, {"data": {"viewer": None}}), method="POST")
row("api.smith.langchain.com", r"/api/v1/api-key", header("x-api-key"),
    (200, [{"id": "1", "short_key": "lsv2_***"}]),
    (401, {"detail": "Invalid token"}))
row("api.mistral.ai", r"/v1/models", bearer, OPENAI["live"],
    (401, {"detail": "Unauthorized"}))
row("api.cohere.com", r"/v1/models\?page_size=1", bearer,
    (200, {"models": [{"name": "command"}]}),
    (401, {"message": "invalid api token"}))
row("api.deepseek.com", r"/models", bearer, OPENAI["live"],
    (401, {"error": {"message": "Authentication Fails",
                     "type": "authentication_error"}}))
row("api.cerebras.ai", r"/v1/models", bearer, OPENAI["live"],
    (401, {"message": "Wrong API Key", "code": "wrong_api_key"}))
row("api.deepgram.com", r"/v1/projects", header("Authorization", "Token "),
    (200, {"projects": [{"project_id": "p", "name": "n"}]}),
    (401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}),
    (403, {"err_code": "INSUFFICIENT_PERMISSIONS"}))
row("api.sendgrid.com", r"/v3/scopes", bearer,
    (200, {"scopes": ["mail.send"]}),
    (401, {"errors": [{"message": "The provided authorization grant is "
                                  "invalid, expired, or revoked"}]}),
    (403, {"errors": [{"message": "access forbidden"}]}))
row("api.twilio.com", r"/2010-04-01/Accounts/AC[0-9a-f]{32}\.json",
    basic_password,
    (200, {"sid": "AC1", "friendly_name": "Acme", "status": "active"}),
    (401, {"code": 20003, "message": "Authenticate", "status": 401}))
for mailgun, dead in (("api.mailgun.net", None),
                      ("api.eu.mailgun.net", None)):
    row(mailgun, r"/v3/domains\?limit=1", basic("api"),
        (200, {"items": [], "total_count": 0}),
        (401, {"message": "Invalid private key"}))
row("*.api.mailchimp.com", r"/3\.0/", basic_password,
    (200, {"account_id": "1", "account_name": "Acme",
           "email": "a@example.com"}),
    (401, {"title": "API Key Invalid", "status": 401}),
    (403, {"title": "User Disabled", "status": 403}))
row("api.brevo.com", r"/v3/account", header("api-key"),
    (200, {"email": "a@example.com", "companyName": "Acme"}),
    (401, {"code": "unauthorized", "message": "Key not found"}),
    (401, {"code": "unauthorized",
           "message": "We have detected you are using an unrecognised IP"}))
row("api.resend.com", r"/domains", bearer,
    (200, {"object": "list", "data": []}),
    (400, {"statusCode": 400, "name": "validation_error",
           "message": "API key is invalid"}),
    (401, {"statusCode": 401, "name": "restricted_api_key", "message": "x"}))
row("api.postmarkapp.com", r"/server", header("X-Postmark-Server-Token"),
    (200, {"ID": 1, "Name": "Acme"}),
    (401, {"ErrorCode": 10, "Message": "Request does not contain a valid "
                                       "Server token."}))
row("api.sparkpost.com", r"/api/v1/account", header("Authorization"),
    (200, {"results": {"customer_id": 1, "company_name": "Acme"}}),
    (401, {"errors": [{"message": "Unauthorized."}]}))
row("discord.com", r"/api/v10/users/@me", header("Authorization", "Bot "),
    (200, {"id": "1", "username": "bot", "bot": True}),
    (401, {"message": "401: Unauthorized", "code": 0}))
for discord in ("discord.com", "discordapp.com"):
    row(discord, r"/api/(v\d+/)?webhooks/\d+/[\w-]+", in_path,
        (200, {"id": "1", "type": 1, "token": "shown to itself",
               "name": "hook", "guild_id": "2"}),
        (404, {"message": "Unknown Webhook", "code": 10015}))
row("api.telegram.org", r"/bot[^/]+/getMe", in_path,
    (200, {"ok": True, "result": {"id": 1, "is_bot": True,
                                  "username": "acmebot"}}),
    (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}))
row("webexapis.com", r"/v1/people/me", bearer,
    (200, {"id": "1", "displayName": "Ann", "emails": ["a@example.com"]}),
    (401, {"message": "The request requires a valid access token set in the "
                      "Authorization request header."}))
row("api.intercom.io", r"/me", bearer,
    (200, {"type": "admin", "id": "1", "email": "a@example.com",
           "app": {"name": "Acme"}}),
    (401, {"type": "error.list", "errors": [{"code": "token_revoked"}]}))
row("api.digitalocean.com", r"/v2/account", bearer,
    (200, {"account": {"uuid": "u", "email": "a@example.com",
                       "status": "active"}}),
    (401, {"id": "Unauthorized", "message": "Unable to authenticate you"}),
    (403, {"id": "Forbidden", "message": "You are not authorized"}))
row("api.cloudflare.com", r"/client/v4/user/tokens/verify", bearer,
    (200, {"success": True, "errors": [], "result": {
        "id": "i", "status": "active", "expires_on": "2027-01-01T00:00:00Z"}}),
    (401, {"success": False, "errors": [{"code": 1000,
                                         "message": "Invalid API Token"}]}),
    (403, {"success": False, "errors": [{"code": 9109, "message": "x"}]}))
row("api.heroku.com", r"/account", bearer,
    (200, {"id": "u", "email": "a@example.com", "name": "Ann"}),
    (401, {"id": "unauthorized", "message": "Invalid credentials provided."}),
    (403, {"id": "forbidden", "message": "x"}))
row("api.vercel.com", r"/v2/user", bearer,
    (200, {"user": {"id": "u", "email": "a@example.com", "username": "ann"}}),
    (403, {"error": {"code": "forbidden", "message": "Not authorized",
                     "invalidToken": True}}))
row("api.netlify.com", r"/api/v1/user", bearer,
    (200, {"id": "u", "email": "a@example.com", "full_name": "Ann"}),
    (401, {"code": 401, "message": "Access Denied: No valid crypto"}))
row("api.fastly.com", r"/tokens/self", header("Fastly-Key"),
    (200, {"id": "t", "user_id": "u", "customer_id": "c", "name": "ci",
           "scopes": ["global"], "expires_at": "2027-01-01T00:00:00Z"}),
    (401, {"msg": "Provided credentials are missing or invalid"}))
row("api.linode.com", r"/v4/profile", bearer,
    (200, {"username": "ann", "email": "a@example.com"}),
    (401, {"errors": [{"reason": "Invalid Token"}]}))
row("api.hetzner.cloud", r"/v1/locations", bearer,
    (200, {"locations": [{"id": 1, "name": "fsn1"}]}),
    (401, {"error": {"code": "unauthorized", "message": "unable to "
                                                        "authenticate"}}))
row("api.vultr.com", r"/v2/account", bearer,
    (200, {"account": {"name": "Ann", "email": "a@example.com",
                       "acls": ["manage_users"]}}),
    (401, {"error": "Invalid API token.", "status": 401}),
    (401, {"error": "Unauthorized IP address: 203.0.113.1", "status": 401}))
row("api.render.com", r"/v1/owners\?limit=1", bearer,
    (200, [{"owner": {"id": "o", "name": "Ann", "email": "a@example.com"}}]),
    (401, {"message": "Unauthorized"}))
for site in ("contoso.cloud.databricks.com", "adb-1.2.azuredatabricks.net"):
    row(site, r"/api/2\.0/preview/scim/v2/Me", bearer,
        (200, {"id": "1", "userName": "ann@example.com"},
         {"Content-Type": "application/scim+json"}),
        (403, {"error_code": 403, "message": "Invalid access token."}))
row("api.buildkite.com", r"/v2/access-token", bearer,
    (200, {"uuid": "u", "scopes": ["read_builds"],
           "user": {"name": "Ann", "email": "a@example.com"}}),
    (401, {"message": "Authentication required. Please supply a valid API "
                      "Access Token."}))
row("circleci.com", r"/api/v2/me", header("Circle-Token"),
    (200, {"id": "u", "login": "ann", "name": "Ann"}),
    (401, {"message": "You must log in first."}))
row("app.terraform.io", r"/api/v2/account/details", bearer,
    (200, {"data": {"id": "user-1", "type": "users", "attributes": {
        "username": "ann", "email": "a@example.com"}}},
     {"Content-Type": "application/vnd.api+json"}),
    (401, {"errors": [{"status": "401", "title": "unauthorized"}]}),
    (404, {"errors": [{"status": "404", "title": "not found"}]}))
row("api.pulumi.com", r"/api/user", header("Authorization", "token "),
    (200, {"id": "u", "githubLogin": "ann", "email": "a@example.com"}),
    (401, {"code": 401, "message": "Unauthorized: No credentials provided or "
                                   "are invalid."}))
row("api.snyk.io", r"/v1/user/me", header("Authorization", "token "),
    (200, {"id": "u", "username": "ann", "email": "a@example.com"}),
    (401, {"code": 401, "error": "Not authorised", "message": "x"}))
row("api.doppler.com", r"/v3/me", bearer,
    (200, {"type": "personal", "name": "ci", "slug": "s",
           "workplace": {"name": "Acme", "slug": "acme"}}),
    (401, {"success": False, "messages": ["Invalid Auth token"]}),
    (403, {"success": False, "messages": ["This token does not have access "
                                          "to requested project"]}))
row("vault.corp.example", r"/v1/auth/token/lookup-self",
    header("X-Vault-Token"),
    (200, {"request_id": "r", "data": {
        "accessor": "a", "display_name": "token-ci", "policies": ["default"],
        "expire_time": "2027-01-01T00:00:00Z"}}),
    (403, {"errors": ["permission denied"]}))
row("*.atlassian.net", r"/rest/api/3/myself", basic_password,
    (200, {"accountId": "1", "accountType": "atlassian", "displayName": "Ann",
           "emailAddress": "a@example.com"}),
    (401, "Client must be authenticated to access this resource.",
     {"Content-Type": "text/html",
      "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}))
row("api.atlassian.com", r"/admin/v1/orgs", bearer,
    (200, {"data": [{"id": "o", "type": "orgs",
                     "attributes": {"name": "Acme"}}]}),
    (401, {"code": 401, "message": "Unauthorized"}),
    (403, {"code": 403, "message": "Forbidden"}))
row("api.notion.com", r"/v1/users/me", bearer,
    (200, {"object": "user", "id": "u", "name": "Ann", "bot": {
        "workspace_name": "Acme",
        "owner": {"user": {"person": {"email": "a@example.com"}}}}}),
    (401, {"object": "error", "status": 401, "code": "unauthorized",
           "message": "API token is invalid."}),
    (403, {"object": "error", "status": 403, "code": "restricted_resource"}))
row("api.linear.app", r"/graphql",
    graphql(lambda r: header("Authorization")(r) or bearer(r)),
    (200, {"data": {"viewer": {"id": "v", "name": "Ann",
                               "email": "a@example.com"}}}),
    (401, {"errors": [{"message": "Authentication required",
                       "extensions": {"code": "AUTHENTICATION_ERROR"}}]}),
    method="POST")
row("api.figma.com", r"/v1/me",
    lambda r: header("X-Figma-Token")(r) or bearer(r),
    (200, {"id": "u", "handle": "ann", "email": "a@example.com"}),
    (403, {"status": 403, "err": "Invalid token"}),
    (403, {"status": 403, "err": "Invalid scope(s): file_read"}))
row("grafana.com", r"/api/v1/tokens\?region=[a-z0-9-]+", bearer,
    (200, {"items": [{"id": "t"}]}),
    (401, {"code": "InvalidCredentials", "message": "Token invalid"}),
    (403, {"code": "Forbidden", "message": "x"}))
row("*.grafana.net", r"/api/access-control/user/permissions", bearer,
    (200, {"dashboards:read": ["dashboards:*"]}),
    (401, {"message": "Invalid API key", "messageId": "api-key.invalid"}),
    (403, {"accessErrorId": "ACE1", "message": "x"}))
for newrelic in ("api.newrelic.com", "api.eu.newrelic.com"):
    row(newrelic, r"/graphql", graphql(header("API-Key")),
        (200, {"data": {"actor": {"user": {"id": 1, "name": "Ann",
                                           "email": "a@example.com"}}}}),
        (401, {"errors": [{"message": "Invalid API key"}]}), method="POST")
for site in ("datadoghq.com", "datadoghq.eu", "us3.datadoghq.com",
             "us5.datadoghq.com", "ap1.datadoghq.com"):
    row("api." + site, r"/api/v1/validate", header("DD-API-KEY"),
        (200, {"valid": True}), (403, {"errors": ["Forbidden"]}))
row("sentry.io", r"/api/0/", bearer,
    (200, {"version": "0", "auth": {"scopes": ["org:read"]},
           "user": {"id": "1", "name": "Ann", "email": "a@example.com"}}),
    (401, {"detail": "Invalid token"}),
    (200, {"version": "0", "auth": {"scopes": ["org:ci"]}, "user": None}))
row("api.getpostman.com", r"/me", header("x-api-key"),
    (200, {"user": {"id": 1, "username": "ann", "email": "a@example.com",
                    "teamName": "Acme"}}),
    (401, {"error": {"name": "AuthenticationError",
                     "message": "Invalid API Key."}}))
row("connect.squareup.com", r"/v2/merchants", bearer,
    (200, {"merchant": [{"id": "M1", "business_name": "Acme"}]}),
    (401, {"errors": [{"category": "AUTHENTICATION_ERROR",
                       "code": "ACCESS_TOKEN_REVOKED"}]}),
    (403, {"errors": [{"category": "AUTHENTICATION_ERROR",
                       "code": "INSUFFICIENT_SCOPES"}]}))
row("api.dropboxapi.com", r"/2/users/get_current_account",
    lambda r: bearer(r) and "Content-Type" not in r.headers,
    (200, {"account_id": "dbid:1", "email": "a@example.com",
           "name": {"display_name": "Ann"}}),
    (401, {"error_summary": "invalid_access_token/..",
           "error": {".tag": "invalid_access_token"}}),
    (401, {"error_summary": "missing_scope/..",
           "error": {".tag": "missing_scope"}}), method="POST")
row("*.okta.com", r"/api/v1/users/me", header("Authorization", "SSWS "),
    (200, {"id": "u", "profile": {"login": "ann", "email": "a@example.com"}}),
    (401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"}),
    (403, {"errorCode": "E0000006", "errorSummary": "x"}))
row("*.myshopify.com", r"/admin/oauth/access_scopes\.json",
    header("X-Shopify-Access-Token"),
    (200, {"access_scopes": [{"handle": "read_products"}]}),
    (401, {"errors": "[API] Invalid API key or access token (unrecognized "
                     "login or wrong password)"}),
    (402, {"errors": "Unavailable Shop"}))
row("api-m.paypal.com", r"/v1/oauth2/token", basic_password,
    (200, {"access_token": "made now", "app_id": "APP-1", "scope": "x"}),
    (401, {"error": "invalid_client",
           "error_description": "Client Authentication failed"}),
    method="POST")
for posthog in ("us.posthog.com", "eu.posthog.com"):
    row(posthog, r"/api/users/@me/", bearer,
        (200, {"uuid": "u", "email": "a@example.com", "first_name": "Ann",
               "organization": {"name": "Acme"}}),
        (401, {"type": "authentication_error",
               "code": "authentication_failed", "detail": "x"}),
        (403, {"type": "authentication_error", "code": "permission_denied",
               "detail": "API key missing required scope 'user:read'"}))
row("api.tailscale.com", r"/api/v2/tailnet/-/keys", bearer,
    (200, {"keys": [{"id": "k"}]}), (401, {"message": "API token invalid"}),
    (403, {"message": "calling actor does not have enough permissions"}))
row("api.mapbox.com", r"/tokens/v2\?access_token=.*", in_path,
    (200, {"code": "TokenValid", "token": {"user": "ann",
                                           "authorization": "a"}}),
    (200, {"code": "TokenInvalid"}))
row("id.twitch.tv", r"/oauth2/validate", header("Authorization", "OAuth "),
    (200, {"client_id": "c", "login": "ann", "scopes": [], "user_id": "1",
           "expires_in": 5000}),
    (401, {"status": 401, "message": "invalid access token"}))
row("api.airtable.com", r"/v0/meta/whoami", bearer,
    (200, {"id": "usr1", "email": "a@example.com"}),
    (401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "x"}}))
row("app.asana.com", r"/api/1\.0/users/me", bearer,
    (200, {"data": {"gid": "1", "resource_type": "user", "name": "Ann",
                    "email": "a@example.com"}}),
    (401, {"errors": [{"message": "Not Authorized"}]}))
row("api.hubapi.com", r"/account-info/v3/details", bearer,
    (200, {"portalId": 1, "timeZone": "UTC"}),
    (401, {"status": "error", "category": "INVALID_AUTHENTICATION"}),
    (403, {"status": "error", "category": "MISSING_SCOPES"}))
row("app.launchdarkly.com", r"/api/v2/caller-identity",
    header("Authorization"),
    (200, {"accountId": "a", "tokenId": "t", "tokenName": "ci"}),
    (401, {"code": "unauthorized", "message": "invalid key"}))
row("api.clickup.com", r"/api/v2/user", header("Authorization"),
    (200, {"user": {"id": 1, "username": "ann", "email": "a@example.com"}}),
    (401, {"err": "Token invalid", "ECODE": "OAUTH_025"}))
row("api.pagerduty.com", r"/users\?limit=1",
    header("Authorization", "Token token="),
    (200, {"users": [], "limit": 1}),
    (401, {"error": {"message": "Invalid Credentials", "code": 2006}}),
    (403, {"error": {"message": "Access Denied", "code": 2010}}))
row("api.contentful.com", r"/users/me", bearer,
    (200, {"sys": {"type": "User", "id": "u"}, "firstName": "Ann",
           "email": "a@example.com"},
     {"Content-Type": "application/vnd.contentful.management.v1+json"}),
    (401, {"sys": {"type": "Error", "id": "AccessTokenInvalid"}}))
row("api.supabase.com", r"/v1/organizations", bearer,
    (200, [{"id": "o", "name": "Acme"}]), (401, {"message": "Unauthorized"}))
row("api.typeform.com", r"/me", bearer,
    (200, {"user_id": "u", "alias": "ann", "email": "a@example.com"}),
    (403, {"code": "AUTHENTICATION_FAILED", "description": "x"}))
row("api.honeycomb.io", r"/1/auth", header("X-Honeycomb-Team"),
    (200, {"api_key_access": {"events": True},
           "team": {"name": "Acme", "slug": "acme"}}),
    (401, {"error": "unknown API key - check your credentials"}))
row("sonarcloud.io", r"/api/authentication/validate", basic(None, ""),
    (200, {"valid": True}), (200, {"valid": False}))
row("sonar.corp.example", r"/api/authentication/validate", basic(None, ""),
    (200, {"valid": True}), (200, {"valid": False}))
row("api.travis-ci.com", r"/user", header("Authorization", "token "),
    (200, {"@type": "user", "id": 1, "login": "ann", "email": None}),
    (403, {"@type": "error", "error_type": "login_required",
           "error_message": "login required"}))
row("api.bitbucket.org", r"/2\.0/user", basic_password,
    (200, {"type": "user", "uuid": "{u}", "display_name": "Ann",
           "account_id": "1"}, {"X-OAuth-Scopes": "repository",
                                "X-Credential-Type": "apppassword"}),
    (401, "", {"WWW-Authenticate": 'Basic realm="Bitbucket.org HTTP"'}),
    (403, {"type": "error", "error": {
        "message": "Your credentials lack one or more required privilege "
                   "scopes."}}))
row("api.cloudflare.com", r"/client/v4/accounts/[0-9a-f]{32}/tokens/verify",
    bearer,
    (200, {"success": True, "errors": [], "result": {
        "id": "i", "status": "active", "expires_on": "2027-01-01T00:00:00Z"}}),
    (401, {"success": False, "errors": [{"code": 1000,
                                         "message": "Invalid API Token"}]}),
    (403, {"success": False, "errors": [{"code": 9109, "message": "x"}]}))
row("api.cloudflare.com", r"/client/v4/user",
    lambda r: header("X-Auth-Key")(r) and
    r.headers.get("X-Auth-Email") == "ops@acme.example",
    (200, {"success": True, "result": {"id": "i", "email": "ops@acme.example",
                                       "username": "ops"}}),
    (400, {"success": False, "errors": [{
        "code": 9103, "message": "Unknown X-Auth-Key or X-Auth-Email"}]}))
row("contoso.webhook.office.com", r"/webhookb2/.*",
    lambda r: in_path(r) and r.body == b"{}",
    text(400, "Summary or Text is required."), text(404, "not documented"),
    method="POST")
row("verify.twilio.com", r"/v2/Services\?PageSize=1", basic_password,
    (200, {"meta": {"key": "services", "page": 0}, "services": []}),
    (401, {"code": 20003, "message": "Authenticate", "status": 401}))
row("mandrillapp.com", r"/api/1\.0/users/ping2\.json",
    lambda r: json.loads(r.body) == {"key": r.token},
    (200, {"PING": "PONG!"}),
    (401, {"status": "error", "code": -1, "name": "Invalid_Key",
           "message": "Invalid API key"}), method="POST")
for site in ("datadoghq.com", "datadoghq.eu", "us3.datadoghq.com",
             "us5.datadoghq.com", "ap1.datadoghq.com"):
    row("api." + site, r"/api/v2/validate_keys", header("DD-APPLICATION-KEY"),
        (200, {"status": "ok"}), (403, {"errors": ["Forbidden"]}),
        (200, {"status": "ok"}))
    row("api." + site, r"/api/v2/current_user/application_keys",
        header("DD-APPLICATION-KEY"),
        (200, {"data": [{"type": "application_keys", "id": "k",
                         "attributes": {"name": "build"}}]}),
        (403, {"errors": ["Forbidden"]}), (403, {"errors": ["Forbidden"]}))
row("*.eu.auth0.com", r"/oauth/token",
    lambda r: form(grant_type="client_credentials", client_secret=None,
                   audience="https://%s/api/v2/" % r.host)(r),
    (200, {"access_token": "made now", "token_type": "Bearer",
           "scope": "read:users"}),
    (401, {"error": "access_denied", "error_description": "Unauthorized"}),
    (403, {"error": "access_denied",
           "error_description": "Client is not authorized to access "
                                "\"https://acme.eu.auth0.com/api/v2/\"."}),
    method="POST")
row("acme7x2k9q.algolia.net", r"/1/keys/[0-9a-f]{32}",
    lambda r: header("X-Algolia-API-Key")(r) and
    r.headers.get("X-Algolia-Application-Id") == "ACME7X2K9Q",
    (200, {"value": "shown to itself", "acl": ["search", "browse"],
           "validity": 0}),
    (403, {"message": "Invalid Application-ID or API key", "status": 403}))
row("api.planetscale.com", r"/v1/organizations",
    lambda r: header("Authorization", "acme7x2k9qtw:")(r) or bearer(r),
    (200, {"current_page": 1, "data": [{"id": "o", "name": "acme"}]}),
    (401, {"code": "unauthorized", "message": "Unauthorized"}))
row("*.supabase.co", r"/auth/v1/settings", header("apikey"),
    (200, {"external": {"email": True}, "disable_signup": False,
           "mailer_autoconfirm": False}),
    (401, {"message": "Invalid API key"}))
row("*.openai.azure.com", r"/openai/models\?api-version=2024-10-21",
    header("api-key"),
    (200, {"object": "list", "data": [{"id": "gpt"}]}),
    (401, {"error": {"code": "401", "message":
                     "Access denied due to invalid subscription key or wrong "
                     "API endpoint."}}))
row("api.acme.example", r"/me", bearer, (200, {"user": "ann"}),
    (401, {"error": "bad token"}))

# ---- those that are no table ------------------------------------------------

GUID = "6f1d3a52-0000-4000-8000-000000000001"
ANYBODY = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"


def azure_devops(r):
    """connectionData, by the table of what it answers. Organizations: contoso
    has private projects, public has public ones, other is another's."""
    parts = r.path.split("/")
    if r.method != "GET" or len(parts) != 4 or \
            r.path != "/%s/_apis/connectionData" % parts[1] or \
            r.query != "api-version=7.1-preview" or \
            r.headers.get("X-TFS-FedAuthRedirect") != "Suppress":
        return Answer(400, {"typeKey": "VssInvalidPreviewVersionException"})
    organization, state = parts[1], r.state
    if organization == "nowhere":
        return Answer(404, "<html>no such organization</html>",
                      {"Content-Type": "text/html"})
    owned = basic("")(r) and organization in ("contoso", "public")
    who = {"X-VSS-UserData": GUID + ":ann@contoso.example"}
    if state == "throttled":
        return Answer(429, {"message": "TF400733: Request was canceled"},
                      {"Retry-After": "1"})
    if state == "blocked":
        return Answer(403, "<html>blocked</html>",
                      {"Content-Type": "text/html"})
    if state in ("live", "late") and owned:
        return Answer(200, {
            "authenticatedUser": {
                "id": GUID, "subjectDescriptor": "aad.A",
                "descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;"
                              "t\\ann@contoso.example",
                "providerDisplayName": "Ann Smith",
                "customDisplayName": "Ann",
                "properties": {"Account": {"$value": "ann@contoso.example"}}},
            "authorizedUser": {"id": GUID}, "instanceId": ANYBODY[::-1]},
            dict(who, **({"Retry-After": "1"} if state == "late" else {})))
    if state in ("restricted", "restricted-403", "restricted-404") and owned:
        status = int(state[-3:]) if state[-1].isdigit() else 401
        return Answer(status, "", who)
    if state == "page":
        return Answer(200, "<html>Sign In to your account</html>",
                      {"Content-Type": "text/html; charset=utf-8"})
    if state == "redirect":
        return Answer(302, "", {"Location": "https://spsprodeus1.vssps."
                                            "visualstudio.com/_signin?r=1"})
    if state == "refused":
        return Answer(401, "", {
            "X-VSS-ResourceTenant": GUID,
            "WWW-Authenticate": "Bearer authorization_uri=https://login."
                                "windows.net/" + GUID})
    if organization == "public":
        return Answer(200, {"authenticatedUser": {
            "id": ANYBODY, "descriptor": "System:PublicAccess;" + ANYBODY,
            "providerDisplayName": "Anonymous"}})
    return Answer(203, "<html><title>Azure DevOps Services | Sign In</title>"
                       "</html>", {"Content-Type": "text/html"})


def azure_profile(r):
    if r.state == "global" and basic("")(r):
        return Answer(200, {"id": GUID, "displayName": "Ann",
                            "emailAddress": "ann@contoso.example"})
    if r.state == "live" and basic("")(r):
        return Answer(401, "", {"X-VSS-UserData": GUID + ":ann@x.example"})
    return Answer(401, "", {"WWW-Authenticate": "Basic realm=\"x\""})


def sha(data):
    return hashlib.sha256(data).hexdigest()


def aws_signature(r, secret):
    """The signature that the secret gives, by AWS's description."""
    auth = r.headers["Authorization"]
    scope = re.search(r"Credential=[^/]+/(\S+),", auth).group(1)
    names = re.search(r"SignedHeaders=([^,]+)", auth).group(1)
    lower = {k.lower(): v for k, v in r.headers.items()}
    canonical = "\n".join(
        [r.method, r.path, r.query] +
        [n + ":" + lower[n] for n in names.split(";")] +
        ["", names, sha(r.body)])
    text = "\n".join(["AWS4-HMAC-SHA256", lower["x-amz-date"], scope,
                      sha(canonical.encode())])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def aws(r):
    """The token's `match` is its key id; the token is the secret."""
    def error(status, code):
        return Answer(status, {"Error": {"Code": code, "Type": "Sender"}})

    if r.method != "POST" or r.form().get("Action") != "GetCallerIdentity":
        return error(400, "InvalidAction")
    if r.token is None or r.state == "dead":
        return error(403, "InvalidClientTokenId")
    if "Signature=" + aws_signature(r, r.token) not in \
            r.headers.get("Authorization", ""):
        return error(403, "SignatureDoesNotMatch")
    if r.state == "expired":
        return error(403, "ExpiredToken")
    return Answer(200, {"GetCallerIdentityResponse": {
        "GetCallerIdentityResult": {
            "Account": "123456789012", "UserId": "AIDA1",
            "Arn": "arn:aws:iam::123456789012:user/ann"}}})


def azure_blob(r):
    account = r.host.split(".")[0]
    text = "GET" + "\n" * 12 + "x-ms-date:%s\nx-ms-version:%s\n/%s/\n%s" % (
        r.headers.get("x-ms-date"), r.headers.get("x-ms-version"), account,
        "comp:list\nmaxresults:1")
    want = base64.b64encode(hmac.new(
        base64.b64decode(r.token or ""), text.encode(),
        hashlib.sha256).digest()).decode()
    ids = {"x-ms-request-id": "1", "Content-Type": "application/xml"}
    if r.state == "live" and r.target == "/?comp=list&maxresults=1" and \
            r.headers.get("Authorization") == \
            "SharedKey %s:%s" % (account, want):
        return Answer(200, '<?xml version="1.0"?><EnumerationResults '
                           'ServiceEndpoint="x"/>', ids)
    return Answer(403, "<Error><Code>AuthenticationFailed</Code></Error>",
                  dict(ids, **{"x-ms-error-code": "AuthenticationFailed"}))


def entra(r):
    if r.method == "POST" and r.state == "live" and \
            form(client_secret=None, grant_type="client_credentials")(r):
        return Answer(200, {"token_type": "Bearer", "expires_in": 3599,
                            "access_token": "made now"})
    code = 7000222 if r.state == "expired" else 7000215
    return Answer(401, {"error": "invalid_client", "error_codes": [code]})


def bitbucket(r):
    """Access tokens of repositories are no user's, which it says; the other
    credentials are a row."""
    if not bearer(r) or r.target != "/2.0/user":
        return None
    if r.state != "live-in-bitbucket":
        return Answer(401, {"type": "error", "error": {
            "message": "Token is invalid, expired, or not supported for this "
                       "endpoint."}})
    return Answer(403, {"type": "error", "error": {"message": "no user"}},
                  {"X-Credential-Type": "repo_access_token",
                   "X-OAuth-Scopes": "repository:write"})


def cosmos(r):
    """The token's `match` is its account; the token is the key."""
    text = "get\n\n\n%s\n\n" % r.headers.get("x-ms-date", "").lower()
    want = "type=master&ver=1.0&sig=" + base64.b64encode(hmac.new(
        base64.b64decode(r.token or ""), text.encode(),
        hashlib.sha256).digest()).decode()
    ids = {"x-ms-activity-id": "1"}
    if r.state == "live" and r.target == "/" and urllib.parse.unquote(
            r.headers.get("Authorization", "")) == want:
        return Answer(200, {"_self": "", "id": "acme", "_dbs": "//dbs/"}, ids)
    return Answer(401, {"code": "Unauthorized", "message": "The input "
                        "authorization token can't serve the request."}, ids)


def is_signed(assertion, pem):
    """RS256, checked by openssl with the key that the token is."""
    text, _, signature = assertion.rpartition(".")
    with tempfile.TemporaryDirectory() as where:
        def put(name, data):
            with open(os.path.join(where, name), "wb") as f:
                f.write(data)
            return os.path.join(where, name)

        key = put("key", pem.replace("\\n", "\n").encode() + b"\n")
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-prverify", key, "-signature",
             put("signature", base64.urlsafe_b64decode(
                 signature + "=" * (-len(signature) % 4))),
             put("text", text.encode())],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode == 0


def google_token(r):
    if r.path != "/token" or r.method != "POST":
        return None
    asked = r.form()
    made = {"access_token": "made now", "expires_in": 3599,
            "token_type": "Bearer", "scope": "email"}
    if asked.get("grant_type") == "refresh_token":
        good = asked.get("client_secret", "").startswith("GOC" "SPX-") and \
            asked.get("refresh_token") == r.token and r.state == "live"
        return Answer(200, made) if good else Answer(400, {
            "error": "invalid_grant",
            "error_description": "Token has been expired or revoked."})
    claims = json.loads(r.assertion() or "{}")
    good = r.state == "live" and claims.get("aud") == \
        "https://oauth2.googleapis.com/token" and \
        0 < claims["exp"] - claims["iat"] <= 3600 and \
        is_signed(asked.get("assertion", ""), r.token)
    return Answer(200, made) if good else Answer(400, {
        "error": "invalid_grant", "error_description":
        "Invalid JWT Signature."})


SPECIAL = {
    "api.bitbucket.org": bitbucket,
    "*.documents.azure.com": cosmos,
    "oauth2.googleapis.com": google_token,
    "dev.azure.com": azure_devops,
    "app.vssps.visualstudio.com": azure_profile,
    "sts.amazonaws.com": aws,
    "*.blob.core.windows.net": azure_blob,
    "login.microsoftonline.com": entra,
}


def answer_row(r):
    for i, one in enumerate(ROWS):
        pattern = one["host"].replace(".", r"\.").replace("*", "[a-z0-9-]+")
        if not re.fullmatch(pattern, r.host) or r.method != one["method"] or \
                not re.fullmatch(one["path"], urllib.parse.unquote(r.target)):
            continue
        state, r.row = r.state, i
        if state == "throttled":
            given = one["throttled"] or (
                429, {"message": "too many"}, {"Retry-After": "1"})
        elif r.token is not None and not one["auth"](r):
            continue
        else:
            given = one.get(state) or one["dead"]
        return Answer(given[0], given[1], given[2] if len(given) > 2 else {})
    return Answer(400, {"unexpected": "the request"})


HOSTS = sorted({one["host"] for one in ROWS} | {"evil.example"})
HANDLERS = dict(SPECIAL)
HANDLERS["*"] = answer_row
