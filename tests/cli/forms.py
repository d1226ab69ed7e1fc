#!/usr/bin/env python3
"""Every form in which an Azure DevOps PAT is known to leak, each in a file of
its own, scanned in one run: forms.py STANCH DIRECTORY. Prints what was missed,
or told with another rule, confidence, encoding or line than it should be.
"""
import base64
import json
import os
import subprocess
import sys

import tokens

JSON = json.dumps
FEED = "https://pkgs.dev.azure.com/contoso/_packaging/f/"
NAMES = """personalaccesstoken token ado_pat ADO_PAT AZURE_DEVOPS_PAT
AZURE_DEVOPS_EXT_PAT AZDO_PERSONAL_ACCESS_TOKEN AZP_TOKEN VSTS_TOKEN
SYSTEM_ACCESSTOKEN VSS_PAT TFS_TOKEN""".split()
URLS = """https://%s@dev.azure.com/contoso/p/_git/r
https://user:%s@dev.azure.com/contoso/p/_git/r
https://:%s@dev.azure.com/contoso/p/_git/r
https://user:%s@contoso.visualstudio.com/p/_git/r
https://feed:%s@pkgs.dev.azure.com/contoso/_packaging/f/pypi/simple/""".split()


def b64(text):
    data = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(data).decode()


def wrapped(text, newline="\n"):
    text = b64(text)
    return newline.join(text[i:i + 76] for i in range(0, len(text), 76))


def settings(p):
    """Name, text, line, encoding."""
    yield "powershell", "$x = 1\n$MyPat = '%s'\n" % p, 2, "plain"
    for name in NAMES:
        yield name, "A=1\nexport %s=%s\n" % (name, p), 2, "plain"
    yield "docker run", "docker run -e AZP_URL=https://dev.azure.com/c " \
        "-e AZP_TOKEN=%s agent\n" % p, 1, "plain"
    yield "az login", "echo %s | az devops login\n" % p, 1, "plain"
    yield "tfx login", "tfx login --token %s\n" % p, 1, "plain"
    yield "agent", "./config.sh --auth pat --token %s\n" % p, 1, "plain"
    yield "yaml", "env:\n  - name: AZP_TOKEN\n    value: %s\n" % p, 3, "plain"
    yield "nuget", "<packageSourceCredentials><Feed>\n<add key=\"Username\" " \
        "value=\"x\"/>\n<add key=\"ClearTextPassword\" value=\"%s\"/>\n" \
        "</Feed></packageSourceCredentials>\n" % p, 3, "plain"
    yield "maven", "<settings><servers>\n<server><id>f</id><username>o" \
        "</username><password>%s</password></server>\n" % p, 2, "plain"
    yield "gradle", "credentials {\n username = 'o'\n password = '%s'\n}\n" \
        % p, 3, "plain"
    yield "bunfig", "[install.scopes]\nmy = { token = \"%s\", url = \"%s\" }" \
        "\n" % (p, FEED), 2, "plain"
    yield "yarn", "npmAuthIdent: \"user:%s\"\n" % p, 1, "plain"
    yield "attribute", "<a href=\"x?t=&quot;%s&quot;\">\n" % p, 1, "plain"


def urls(p):
    for i, url in enumerate(URLS):
        yield "url %d" % i, "[remote \"o\"]\n\turl = %s\n" % (url % p), 2, \
            "plain"
    yield "pip.conf", "[global]\nindex-url = %s\n" % (URLS[4] % p), 2, "plain"
    yield "dockerfile", "FROM x\nRUN pip install --extra-index-url %s a\n" \
        % (URLS[4] % p), 2, "plain"
    yield "git-credentials", "https://user:%s@dev.azure.com\n" % p, 1, "plain"
    yield "percent url", "u=https%%3A%%2F%%2Fuser%%3A%s%%40dev.azure.com\n" \
        % p, 1, "plain"


def headers(p):
    for pair in (":" + p, "user:" + p, "x:" + p, p + ":" + p):
        name = pair.replace(p, "P")
        yield "basic " + name, "GET / HTTP/1.1\nAuthorization: Basic %s\n" \
            % b64(pair), 2, "base64"
    yield "extraheader", "git -c http.extraHeader=\"Authorization: Basic " \
        "%s\" clone https://dev.azure.com/o/p/_git/r\n" % b64(":" + p), 1, \
        "base64"
    yield "git config", "[http \"https://dev.azure.com/o/\"]\n\textraheader" \
        " = AUTHORIZATION: basic %s\n" % b64(":" + p), 2, "base64"
    yield "basic in a url", "https://x/?h=Basic%%20%s\n" \
        % b64(":" + p).replace("=", "%3D"), 1, "base64"


def packages(p):
    yield "npmrc", "; x\n//pkgs.dev.azure.com/o/:username=o\n" \
        "//pkgs.dev.azure.com/o/:_password=\"%s\"\n" % b64(p), 3, "base64"
    yield "npmrc bare", "//pkgs.dev.azure.com/o/:_password=%s\n" % b64(p), \
        1, "base64"
    yield "yarn base64", "npmAuthIdent: \"%s\"\n" % b64("user:" + p), 1, \
        "base64"
    feeds = JSON({"endpointCredentials": [
        {"endpoint": FEED, "username": "x", "password": p}]})
    name = "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS"
    yield "feeds", "%s=%s\n" % (name, feeds), 1, "plain"
    yield "feeds in json", JSON({"env": {name: feeds}}, indent=1) + "\n", 3, \
        "plain"
    yield "feeds in json in json", JSON({"x": JSON({name: feeds})}) + "\n", \
        1, "plain"


def encoded(p):
    for text in ("$t='", "$tt='", "$tok='"):
        code = b64((text + p + "'; az devops login").encode("utf-16-le"))
        yield "encoded " + text, "powershell.exe -NoProfile " \
            "-EncodedCommand %s\n" % code, 1, "base64+utf16le"
        yield "encoded short " + text, "x\npwsh -e %s\n" % code, 2, \
            "base64+utf16le"
    config = JSON({"auths": {"contoso.azurecr.io": {
        "username": "user", "auth": b64("user:" + p)}}}, indent=1)
    yield "docker config", config + "\n", 5, "base64"
    secret = "kind: Secret\ndata:\n  .dockerconfigjson: %s\n" % b64(config)
    yield "dockerconfigjson", secret, 3, "base64+base64"
    yield "dockerconfigjson thrice", JSON({"k": b64(secret)}) + "\n", 1, \
        "base64+base64+base64"
    yield "kubectl -o json", JSON({"items": [{"data": {
        ".dockerconfigjson": b64(config)}}]}) + "\n", 1, "base64+base64"
    for text in (p, p + "\n", "a=" + p, "ab=" + p + "\n"):
        yield "secret " + text.replace(p, "P"), "kind: Secret\ndata:\n" \
            "  token: %s\n" % b64(text), 3, "base64"
    mail = "Hello, dear colleague,\nthe token is " + p + \
        " and do not tell anyone.\n"
    yield "mail", "Content-Transfer-Encoding: base64\n\n%s\n" \
        % wrapped(mail), None, "base64"
    yield "mail crlf", "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n" \
        % wrapped(mail, "\r\n"), None, "base64"
    yield "block", "kind: Secret\ndata:\n  token: |\n    %s\n" \
        % wrapped("registry=https://example.org/npm\ntoken = " + p + "\n",
                  "\n    "), None, "base64"
    yield "utf-16", ("\ufeffx\n$pat = '%s'\n" % p).encode("utf-16-le"), 2, \
        "utf16le"


def with_a_literal(p):
    """What only a token with letters of its own is found in."""
    yield "hex", "x = \"%s\"\n" % p.encode().hex(), 1, "hex"
    yield "percent", "".join("%%%02X" % ord(c) for c in p) + "\n", 1, \
        "percent"
    yield "mail far down", "x\n" + wrapped("word " * 5000 + p) + "\n", None, \
        "base64"


def forms(kind, p):
    for make in (settings, urls, headers, packages, encoded):
        yield from make(p)
    if kind == "ado84":
        yield from with_a_literal(p)


def main():
    stanch, directory = sys.argv[1:]
    wanted = {}
    for kind, rule in (("ado84", "azure-devops-pat"),
                       ("ado52", "azure-devops-pat-legacy")):
        for i, (name, _, _, _) in enumerate(forms(kind, "x" * 52)):
            p = tokens.token(kind, name)
            _, text, line, encoding = list(forms(kind, p))[i]
            path = "%s/%s.%d" % (directory, kind, i)
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
            wanted[path] = kind + " " + name, p, rule, line, encoding
    out = subprocess.run([stanch, "scan", "-f", "jsonl", "--show-secrets",
                          directory], capture_output=True, check=False).stdout
    found = {}
    for record in map(json.loads, out.splitlines()):
        if record["type"] == "finding":
            found.setdefault(record["path"], []).append(record)
    for path, (name, p, rule, line, encoding) in wanted.items():
        records = [r for r in found.get(path, []) if r["secret"] == p]
        if not records:
            print("missed:", name)
        if len(records) != len(found.get(path, [])):
            print("more than the token:", name)
        for r in records:
            told = r["rule"], r["confidence"], r["encoding"], \
                line and r["line"]
            if told != (rule, "certain", encoding, line):
                print(name, told)
    print(len(wanted), "forms")


if __name__ == "__main__":
    main()
