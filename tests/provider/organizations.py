"""Lists of repositories, as the forges' documents describe them: paging, ETags,
limits, errors. What there is stands in DIRECTORY/organizations.json, read for
each request:

    {"github": {"acme": {"kind": "org", "repos": [{"name": "a", ...}],
                         "hostile": "loop", ...}}, ...}

`hostile` names what goes wrong, `at` on which page (2 when it is not named).
A credential has to be one that tokens.json calls live.
"""
import json
import os
import time
import urllib.parse

from server import Answer

HOSTS = ["git.example.test", "github.example.test", "evil.example.test"]


def load(r):
    path = os.path.join(r.server.directory, "organizations.json")
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return json.load(f)


def etag(body):
    import hashlib
    return 'W/"%s"' % hashlib.sha256(json.dumps(body).encode()).hexdigest()


def count(r, key):
    """How often this was asked, this time included."""
    with r.server.lock:
        n = r.server.memory.get(("count", key), 0) + 1
        r.server.memory[("count", key)] = n
    return n


def cut(handler):
    """The connection ends in the midst of an answer."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{")
    handler.wfile.flush()


def hostile(r, org, page, items, here):
    """What the organization does wrong on this page, or None."""
    how = org.get("hostile")
    if how is None or page != org.get("at", 2):
        return None
    times = count(r, (org["name"], how))
    is_over = times > org.get("times", 10 ** 9)
    if is_over:
        return None
    if how == "garbage":
        return Answer(200, "<html>sign in</html>",
                      {"Content-Type": "text/html"})
    if how == "object":
        return Answer(200, {"message": "not a list"})
    if how == "nameless":
        return Answer(200, [{"id": 1}])
    if how == "truncated":
        return Answer(200, json.dumps(items)[:-5])
    if how == "throttle":
        return Answer(429, {"message": "slow down"}, {"Retry-After": "1"})
    if how == "limit":
        return Answer(403, {"message": "API rate limit exceeded"}, {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(int(time.time()) + 1)})
    if how == "trouble":
        return Answer(502, "<html>bad gateway</html>")
    if how == "cut":
        return Answer(200, raw=cut)
    if how == "expire":
        return Answer(401, {"message": "Bad credentials"})
    if how == "redirect":
        return Answer(302, b"", {"Location": "https://evil.example.test/x"})
    if how == "huge":
        return Answer(200, b"[" + b" " * (17 << 20) + b"]")
    if how == "loop":
        return Answer(200, items, {"Link": '<%s>; rel="next"' % here(1)})
    if how == "endless":
        return Answer(200, items, {"Link": '<%s&x=%d>; rel="next"' % (
            here(page), times)})
    if how == "away":
        url = here(page + 1).replace(r.host, "evil.example.test")
        return Answer(200, items, {"Link": '<%s>; rel="next"' % url})
    if how == "downgrade":
        return Answer(200, items, {"Link": '<%s>; rel="next"' % here(
            page + 1).replace("https:", "http:")})
    if how == "userinfo":
        return Answer(200, items, {"Link": '<%s>; rel="next"' % here(
            page + 1).replace("https://", "https://evil.example.test@")})
    raise ValueError(how)


def query(r):
    return dict(urllib.parse.parse_qsl(r.query))


def listing(r, org, items, per_page, shown=lambda x: x):
    """A page of a list with Link and ETag, as GitHub, GitLab and Gitea have
    it."""
    q = query(r)
    page = int(q.get("page", 1))
    most = min(int(q.get("per_page", q.get("limit", per_page))),
               org.get("page_size", per_page))
    here = lambda n: "https://%s%s?%s" % (
        r.host, r.path, urllib.parse.urlencode(dict(q, page=n)))
    part = items[(page - 1) * most:page * most]
    bad = hostile(r, org, page, part, here)
    if bad:
        return bad
    headers = {"ETag": etag([part, len(items)])}
    if r.headers.get("If-None-Match") == headers["ETag"] and \
            not org.get("no_etag"):
        return Answer(304, b"", headers)
    if page * most < len(items):
        headers["Link"] = '<%s>; rel="next", <%s>; rel="last"' % (
            here(page + 1), here(-(-len(items) // most)))
        headers["X-Next-Page"] = str(page + 1)
        if org.get("no_link"):
            del headers["Link"]
    return Answer(200, shown(part), headers)


def denied(r, is_named):
    """No live credential where one is needed: an Answer, or None."""
    if r.state == "live" and is_named:
        return None
    return Answer(401, {"message": "Bad credentials"})


# ---- GitHub ------------------------------------------------------------------

def github_repo(org, repo):
    full = org["name"] + "/" + repo["name"]
    return dict({
        "id": 1, "full_name": full, "private": True, "fork": False,
        "archived": False, "disabled": False, "size": 10, "has_wiki": False,
        "visibility": "private", "owner": {"login": org["name"]},
        "pushed_at": "2024-05-01T10:00:00Z", "mirror_url": None,
        "clone_url": "https://evil.example.test/%s.git" % full,
        "temp_clone_token": "never-kept"}, **repo)


def github(r, base=""):
    world = load(r)
    if world is None or not r.path.startswith(base + "/"):
        return None
    parts = r.path[len(base):].split("/")
    if parts[1:] == ["user", "repos"]:
        bad = denied(r, r.headers.get("Authorization") ==
                     "Bearer %s" % r.token)
        if bad:
            return bad
        # Whoever the token is; and what that user is let into.
        return listing(r, {"name": "user"}, [
            github_repo(dict(org, name=name), x)
            for name, org in world.get("github", {}).items()
            if org.get("me") for x in org["repos"]
            if x.get("private", True)], 100)
    if parts[1] not in ("orgs", "users") or len(parts) != 4:
        return None
    org = world.get("github", {}).get(parts[2])
    if org is not None:
        org["name"] = parts[2]
        if not org.get("public"):
            bad = denied(r, r.headers.get("Authorization") ==
                         "Bearer %s" % r.token)
            if bad:
                return bad
    if parts[3] == "gists" and org is not None:
        return listing(r, org, org.get("gists", []), 100)
    if org is None or (parts[1] == "orgs") != (org.get("kind", "org") ==
                                               "org"):
        return Answer(404, {"message": "Not Found"})
    return listing(r, org, [
        github_repo(org, x) for x in org["repos"]
        if parts[1] == "orgs" or not org.get("me") or
        not x.get("private", True)], 100)


# ---- GitLab ------------------------------------------------------------------

def gitlab(r):
    world = load(r)
    parts = r.path.split("/")
    if world is None or parts[:3] != ["", "api", "v4"]:
        return None
    groups = world.get("gitlab", {})
    if r.headers.get("PRIVATE-TOKEN") is None or \
            denied(r, r.headers["PRIVATE-TOKEN"] == r.token):
        return Answer(401, {"message": "401 Unauthorized"})
    if parts[3] == "projects" and parts[5:] == ["snippets"]:
        for group in groups.values():
            for n, repo in enumerate(group["repos"], 1):
                if n == int(parts[4]):
                    return listing(r, group, [
                        {"id": s, "http_url_to_repo":
                         "https://%s/%s/snippets/%d.git" % (
                             r.host, repo["name"], s)}
                        for s in repo.get("snippets", [])], 100)
    if parts[3] not in ("groups", "users") or parts[5:] != ["projects"]:
        return None
    name = urllib.parse.unquote(parts[4])
    group = groups.get(name)
    if group is None or parts[3] != group.get("kind", "groups"):
        return Answer(404, {"message": "404 Group Not Found"})
    if parts[3] == "groups" and query(r).get("include_subgroups") != "true":
        return Answer(400, {"message": "no subgroups"})
    group["name"] = name
    return listing(r, group, [dict({
        "id": n, "path_with_namespace": x["name"], "visibility": "internal",
        "archived": False, "empty_repo": False, "runners_token": "never-kept",
        "last_activity_at": "2024-05-01T10:00:00.123+02:00",
        "namespace": {"full_path": x["name"].rpartition("/")[0]},
        "statistics": {"repository_size": 1000}}, **x)
        for n, x in enumerate(group["repos"], 1)], 100)


# ---- Azure DevOps ------------------------------------------------------------

def azure(r):
    world = load(r)
    parts = [urllib.parse.unquote(x) for x in r.path.split("/")[1:]]
    org = (world or {}).get("azure", {}).get(parts[0])
    if org is None:
        return None
    if denied(r, (r.basic() or ("", ""))[1] == r.token):
        return Answer(203, "<html>Sign in</html>",
                      {"Content-Type": "text/html"})
    if "api-version" not in query(r):
        return Answer(400, {"message": "no version"})
    org["name"] = parts[0]
    projects = sorted(org["projects"])
    if parts[1:] == ["_apis", "projects"]:
        start = int(query(r).get("continuationToken", 0))
        most = min(int(query(r).get("$top", 100)), org.get("page_size", 100))
        bad = hostile(r, org, start // most + 1, [], lambda n: "")
        if bad:
            return bad
        headers = {}
        if start + most < len(projects):
            headers["x-ms-continuationtoken"] = str(start + most)
        return Answer(200, {"count": 1, "value": [
            {"id": "id-" + p, "name": p} for p in
            projects[start:start + most]]}, headers)
    name = parts[1].removeprefix("id-")
    if name not in projects:
        return Answer(404, {"message": "no project"})
    if parts[2:] == ["_apis", "git", "repositories"]:
        return Answer(200, {"value": [dict({
            "id": "x", "size": 1000, "isDisabled": False,
            "remoteUrl": "https://evil.example.test/x",
            "project": {"name": name, "visibility": "private"}}, **x)
            for x in org["projects"][name]]})
    if parts[2:] == ["_apis", "wiki", "wikis"]:
        return Answer(200, {"value": [
            {"name": name + ".wiki", "type": "projectWiki",
             "projectId": "id-" + name},
            {"name": "docs", "type": "codeWiki",
             "projectId": "id-" + name}]})
    return None


# ---- Bitbucket ---------------------------------------------------------------

def bitbucket(r):
    world = load(r)
    parts = r.path.split("/")
    if world is None or parts[1] != "2.0" or len(parts) != 4:
        return None
    org = world.get("bitbucket", {}).get(parts[3])
    if org is None:
        return Answer(404, {"type": "error"})
    bearer = r.headers.get("Authorization") == "Bearer %s" % r.token
    user = org.get("user")
    if denied(r, r.basic() == (user, r.token) if user else bearer):
        return Answer(401, {"type": "error"})
    org["name"] = parts[3]
    if parts[2] == "snippets":
        items = [{"id": x, "is_private": True} for x in
                 org.get("snippets", [])]
    else:
        items = [dict({"full_name": parts[3] + "/" + x["name"], "size": 9,
                       "is_private": True, "has_wiki": False,
                       "updated_on": "2024-05-01T10:00:00.5+00:00"}, **x)
                 for x in org["repos"]]
    answer = listing(r, org, items, 100, lambda part: {"values": part})
    link = answer.headers.pop("Link", None)
    if link:
        body = json.loads(answer.body)
        if isinstance(body, list):
            body = {"values": body}
        body["next"] = link[1:link.index(">")]
        answer.body = json.dumps(body).encode()
    return answer


# ---- Gitea -------------------------------------------------------------------

def gitea(r):
    world = load(r)
    parts = r.path.split("/")
    if world is None or parts[:3] != ["", "api", "v1"] or len(parts) != 6:
        return None
    org = world.get("gitea", {}).get(parts[4])
    if org is None or parts[3] != org.get("kind", "orgs"):
        return Answer(404, {"message": "not found"})
    bad = denied(r, r.headers.get("Authorization") == "token %s" % r.token)
    if bad:
        return bad
    org["name"] = parts[4]
    return listing(r, org, [dict({
        "full_name": parts[4] + "/" + x["name"], "private": True, "size": 5,
        "fork": False, "archived": False, "empty": False, "has_wiki": False,
        "updated_at": "2024-05-01T10:00:00Z",
        "owner": {"login": parts[4]}}, **x) for x in org["repos"]], 50)


def evil(r):
    """Nobody has anything to say here."""
    return Answer(200, [])


HANDLERS = {
    "api.github.com": github,
    "github.example.test": lambda r: github(r, "/api/v3"),
    "gitlab.com": gitlab,
    "dev.azure.com": azure,
    "api.bitbucket.org": bitbucket,
    "git.example.test": gitea,
    "evil.example.test": evil,
}
