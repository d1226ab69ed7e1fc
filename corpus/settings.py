"""Files that people leave tokens in. Each takes a token and a random source
and gives (file name, text). A token stands in a run of its own, as in life."""
import base64
import json
import string

NAMES = ("token", "api_key", "ACCESS_TOKEN", "secret", "apiToken", "auth",
         "KEY", "credential", "deployToken", "SERVICE_PASSWORD")


def plain(name, text):
    """A setting that writes the token as it is."""
    return lambda t, r: (name, text.replace("@NAME@", r.choice(NAMES))
                         .replace("@N@", str(r.randrange(10, 99)))
                         .replace("@T@", t))


PLAIN = {
    "env": plain(".env", "NODE_ENV=production\nPORT=80@N@\n@NAME@=@T@\n"),
    "yaml": plain("values.yaml", "image:\n  tag: v1.@N@\nenv:\n"
                  "  - name: @NAME@\n    value: \"@T@\"\n"),
    "json": plain("config.json", '{\n  "port": 80@N@,\n'
                  '  "@NAME@": "@T@",\n  "debug": false\n}\n'),
    "python": plain("client.py", "import requests\n\n@NAME@ = '@T@'\n"
                    "TIMEOUT = @N@\n\ndef get(url):\n"
                    "    return requests.get(url, timeout=TIMEOUT)\n"),
    "javascript": plain("index.js", "const axios = require('axios');\n"
                        "const @NAME@ = \"@T@\";\nmodule.exports = @NAME@;\n"),
    "typescript": plain("auth.ts", "export const settings = {\n"
                        "  @NAME@: '@T@',\n  retries: @N@,\n} as const;\n"),
    "go": plain("main.go", "package main\n\nconst (\n\t@NAME@ = `@T@`\n"
                "\tlimit = @N@\n)\n"),
    "java": plain("Client.java", "class Client {\n  private static final "
                  "String @NAME@ = \"@T@\";\n  int retries = @N@;\n}\n"),
    "csharp": plain("Program.cs", "var @NAME@ = \"@T@\";\n"
                    "var client = new Client(@NAME@, @N@);\n"),
    "ruby": plain("deploy.rb", "set :@NAME@, '@T@'\nset :keep, @N@\n"),
    "php": plain("config.php", "<?php\n$config['@NAME@'] = '@T@';\n"),
    "rust": plain("lib.rs", "pub const @NAME@: &str = \"@T@\";\n"),
    "shell": plain("run.sh", "#!/bin/sh\nset -eu\nexport @NAME@=@T@\n"
                   "./serve --port 80@N@\n"),
    "docker": plain("Dockerfile", "FROM debian:12\nENV @NAME@=@T@\n"
                    "RUN apt-get update\n"),
    "terraform": plain("main.tf", 'variable "@NAME@" {\n'
                       '  default = "@T@"\n}\n'),
    "ini": plain("app.ini", "[server]\nport = 80@N@\n@NAME@ = @T@\n"),
    "xml": plain("web.config", "<settings>\n  <add key=\"@NAME@\" "
                 "value=\"@T@\" />\n</settings>\n"),
    "properties": plain("app.properties", "server.port=80@N@\n"
                        "service.@NAME@=@T@\n"),
    "log": plain("app.log", "2025-03-@N@T10:22:01Z INFO request headers="
                 "{x-token: @T@} status=200\n"),
    "url": plain("links.txt", "https://api.corp.net/v1/items?page=@N@"
                 "&access_token=@T@&sort=asc\n"),
    "header": plain("request.http", "GET /v1/items HTTP/1.1\n"
                    "Host: api.corp.net\nX-Auth-Token: @T@\n\n"),
    "bearer": plain("curl.txt", "curl -sH \"Authorization: Bearer @T@\" "
                    "https://api.corp.net/v@N@/me\n"),
    "markdown": plain("NOTES.md", "# Setup\n\nUse `@T@` for the staging "
                      "server until we have a vault.\n"),
    "sql": plain("seed.sql", "INSERT INTO settings (name, value) VALUES "
                 "('@NAME@', '@T@');\n"),
    "powershell": plain("deploy.ps1", "$@NAME@ = '@T@'\nInvoke-Deploy "
                        "-Token $@NAME@ -Retries @N@\n"),
    "csv": plain("users.csv", "id,name,@NAME@\n@N@,svc,@T@\n"),
    "comment": plain("old.c", "/* @NAME@: @T@ */\nint retries = @N@;\n"),
    "minified": plain("app.min.js", "!function(e){var t={a:@N@};t.k=\"@T@\","
                      "e.x=t}(window);"),
    "alone": plain("token.txt", "@T@"),
    "crlf": plain("win.bat", "@echo off\r\nset @NAME@=@T@\r\ncall run\r\n"),
    "chat": plain("chat.txt", "<bob> here: @T@, please rotate it on "
                  "monday.\n"),
    "notebook": lambda t, r: ("a.ipynb", json.dumps({"cells": [{
        "cell_type": "code", "source": ["key = \"" + t + "\"\n"]}]})),
    "escaped": lambda t, r: ("nested.json", json.dumps({"payload": json.dumps(
        {r.choice(NAMES): t})}) + "\n"),
}


def around(t, r):
    """The token in a text that is then encoded as a whole."""
    filler = "".join(r.choice(string.ascii_lowercase + "     \n")
                     for _ in range(r.randrange(3, 200)))
    return filler + "\n" + r.choice(NAMES) + "=" + t + "\n" + filler


CODED = {
    "base64": lambda t, r: ("secret.yaml", "data:\n  %s: %s\n" % (
        r.choice(NAMES), base64.b64encode(t.encode()).decode())),
    "base64-file": lambda t, r: ("blob.txt", base64.encodebytes(
        around(t, r).encode()).decode()),
    "base64-twice": lambda t, r: ("twice.txt", base64.b64encode(
        base64.b64encode(around(t, r).encode())).decode() + "\n"),
    "hex": lambda t, r: ("dump.txt", "payload=" +
                         around(t, r).encode().hex() + "\n"),
    "percent": lambda t, r: ("query.txt", "https://x.corp.net/?q=" + "".join(
        "%%%02X" % b for b in t.encode()) + "&n=1\n"),
    "utf-16": lambda t, r: ("u16.txt", around(t, r).encode("utf-16")),
    "utf-16-be": lambda t, r: ("u16be.ps1", around(t, r)
                               .encode("utf-16-be")),
}
