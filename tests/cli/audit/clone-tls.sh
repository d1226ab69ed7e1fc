# Clones over TLS with a credential, of a server whose authority is the user's
# own: what a server can do to a repository costs that repository; nobody whose
# certificate is not right, and nothing in the clear, gets the credential.
. "$TESTS/repos.sh"
. "$TESTS/../provider/lib.sh"
[ -e "$(dirname "$STANCH")/stanch-git.so" ] || skip "no stanch-git.so"
provider_start
secret=secret-of-the-server-0123456789
provider_token server live "$secret"
mkdir root
for n in a b renamed forbidden gone cut away plain; do
	repo work
	echo "key=$(token ghp "$n")" >work/config
	commit work begin
	git clone -q --bare work "root/$n.git" && rm -rf work
done
git init -q --bare -b main root/empty.git
mkfifo leash other-leash
python3 "$TESTS/../provider/git.py" provider root tls <leash >git-log 2>&1 &
exec 8>leash
until [ -e provider/git-port ]; do sleep 0.05; done
server=https://localhost:$(cat provider/git-port)
# Who listens beside it, in the clear.
cat >other.py <<'END'
import http.server, sys, threading
class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("visited", "a") as f:
            f.write(str(self.headers) + "\n")
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
python3 other.py <other-leash >port &
exec 7>other-leash
until [ -s port ]; do sleep 0.05; done
cat >provider/git.json <<END
{"old.git": "rename:/renamed.git", "forbidden.git": "forbidden",
 "gone.git": "gone", "cut.git": "cut",
 "away.git": "redirect:https://localhost:$(cat port)",
 "plain.git": "redirect:http://localhost:$(cat port)"}
END
for n in a b old forbidden gone cut away plain empty none; do
	echo "$server/$n.git"
done >list
export STANCH_GIT_TOKEN="$secret"
audit() { timeout 100 "$STANCH" audit list:list --store s/a.db "$@"; }
outcomes() {
	python3 - "$1" <<'END'
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if r["type"] == "repository":
        print(r["repository"].split("/")[-1], r["outcome"], r["reason"],
              r["findings"])
END
}
expect 4 audit -f jsonl >one 2>err
outcomes one
[ ! -e visited ] || fail "led away: $(cat visited)"
grep -c '"status": 200' provider/git.jsonl >/dev/null || fail "nothing served"
# What was deleted between two runs is told as failed, and its findings stay;
# what was force-pushed tells what it took away as unreachable.
mv root/b.git root/moved
repo work
commit work "nothing of it is left"
git -C work push -q --force "$PWD/root/a.git" main && rm -rf work
expect 4 audit -f jsonl >two 2>>err
outcomes two | grep -E "^(a|b)[. ]"
grep '"type":"finding"' two | grep '/a"' | grep -c '"unreachable":true'
mv root/moved root/b.git
# Without its authority, and with a credential that is refused: nothing.
env -u STANCH_NETWORK "$STANCH" audit list:list --store t.db --no-cache \
	-f jsonl >three 2>>err
[ $? -eq 3 ] || fail "an authority that nobody knows"
STANCH_GIT_TOKEN=wrong expect 4 audit --full --no-cache -f jsonl >four 2>>err
outcomes four | sort | uniq -c | awk '$4 != "fetch_failed"' | grep -v \
	"not_found"
# The program that knows the credential is asked, and told the server.
cat >helper <<END
#!/bin/sh
cat >asked
echo username=x
echo password=$secret
END
chmod +x helper
(unset STANCH_GIT_TOKEN
STANCH_GIT_CREDENTIAL_COMMAND=$PWD/helper
export STANCH_GIT_CREDENTIAL_COMMAND
expect 4 audit --full --no-cache -f jsonl >five 2>>err)
holds asked "host=localhost:$(cat provider/git-port)"
[ "$(outcomes five | grep -c scanned)" = 4 ] || fail "by the program"
# Over the quota.
(expect 4 audit --restart --full --keep-clones --cache tiny --cache-size 1k \
	-f jsonl >six 2>>err) || exit
outcomes six | grep -c over_quota
for f in one two three four five six err s t.db git-log; do
	grep -rqF -- "$secret" $f && fail "$f has the credential"
done
exec 7>&- 8>&- 9>&-
wait
