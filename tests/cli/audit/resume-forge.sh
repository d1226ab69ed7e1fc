# A credential that runs out half-way: the audit is incomplete and says why; the
# next one asks for the page where this one stopped and tries again what could
# not be fetched. A program may give a fresh credential instead. Clones that are
# led to another host fail, and the credential does not go there.
. "$TESTS/repos.sh"
. "$TESTS/../provider/lib.sh"
[ -e "$(dirname "$STANCH")/stanch-git.so" ] || skip "no stanch-git.so"
provider_start
provider_token first live secret-of-the-first-0123456789
provider_token second live secret-of-the-second-0123456789
mkdir root
repo work
token ghp 1 >work/config
commit work "begin"
for i in 0 1 2 3; do
	git clone -q --bare work "root/acme/r$i.git"
done
git_start "$PWD/root" github.com github.example.test
# org [MEMBER...]: pages of 2 repositories.
org() {
	python3 - "${1:-}" <<'END'
import json, sys
org = {"page_size": 2, "no_etag": True,
       "repos": [{"name": "r%d" % i} for i in range(4)]}
org.update(json.loads(sys.argv[1] or "{}"))
json.dump({"github": {"acme": org}}, open("provider/organizations.json", "w"))
END
}
run() { "$STANCH" audit "$@" --store s/audit.db -f jsonl; }
# asked: pages that were asked for since the last time.
asked() {
	python3 - <<'END'
import json
for r in map(json.loads, open("provider/requests.jsonl")):
    page = r["path"].partition("&page=")[2] or "1"
    print("page", page, r["name"], r["status"])
END
	: >provider/requests.jsonl
}
export STANCH_GITHUB_TOKEN=secret-of-the-first-0123456789
echo '{"acme/r0.git": "forbidden"}' >provider/git.json
org '{"hostile": "expire"}'
expect 4 run github:acme >one 2>err
cat err
asked
[ "$(findings one)" -eq 1 ] || fail "one: $(findings one)"
echo '{}' >provider/git.json
org
expect 1 run github:acme >two
asked
[ "$(findings two)" -eq 4 ] || fail "two: $(findings two)"
# Cut off again and again: from the start in the end.
org '{"hostile": "expire"}'
for i in 1 2 3; do
	expect 4 run github:acme >three 2>/dev/null
	asked
done

# A program gives another credential when the first is refused.
cat >helper <<'END'
#!/bin/sh
[ "$1" = get ] || exit 1
grep -v '^$' >>asked-for
echo username=git
[ -e n ] && echo password=secret-of-the-second-0123456789 ||
	echo password=secret-of-the-first-0123456789
: >n
END
chmod +x helper
unset STANCH_GITHUB_TOKEN
export STANCH_GIT_CREDENTIAL_COMMAND="$PWD/helper"
provider_token first dead secret-of-the-first-0123456789
org
expect 1 run github:acme --restart >four
asked
sort -u asked-for
# A server of one's own, its credential and no other host's.
rm n
expect 0 run github:https://github.example.test/acme --list-only >five
cut -d'"' -f12 five

# Led to another host, which asks for a password: nobody comes.
cat >other.py <<'END'
import http.server, sys, threading
class Other(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        with open("visited", "a") as f:
            f.write(self.headers["Host"].split(":")[0] + " " +
                    str(self.headers.get("Authorization")) + "\n")
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
threading.Thread(target=s.serve_forever, daemon=True).start()
print(s.server_port, flush=True)
sys.stdin.read()
END
mkfifo leash
python3 other.py <leash >port &
exec 7>leash
until [ -s port ]; do sleep 0.05; done
cat >provider/git.json <<END
{"acme/r0.git": "redirect:http://localhost:$(cat port)"}
END
expect 4 run github:acme --full --no-cache >six
grep -c '"reason":"fetch_failed"' six
[ ! -e visited ] || fail "the other host was asked: $(cat visited)"
# Another port of the same host is another server.
cat >provider/git.json <<END
{"acme/r0.git": "redirect:http://127.0.0.1:$(cat port)"}
END
expect 4 run github:acme --full --no-cache >seven
grep -c '"reason":"fetch_failed"' seven
[ ! -e visited ] || fail "another port was asked: $(cat visited)"
exec 7>&-
for f in one two three four six seven err s/audit.db; do
	! grep -aqF secret-of-the $f || fail "$f has a token"
done
exec 8>&- 9>&-
wait
