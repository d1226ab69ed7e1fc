# A notice leads to the line: at the forges that are known, by the policy's own
# template elsewhere, and nowhere when neither says how. Whatever the file is
# called, the link is one address.
. "$TESTS/response.sh"
loop_setup
name='a b#c?d&e%41"<x>'"'"'(1)[2]`$.yml'
cp repo/a.yml "repo/$name"
git -C repo add -A
git -C repo -c user.name=a -c user.email=a@example.com commit -qm two
commit=$(git -C repo rev-parse HEAD)
first=$(git -C repo rev-parse HEAD~1)
KEY=webhook-key
export KEY
policies() {
	rm -f audit.log audit.log.lock provider/hooks.jsonl
	policy_write 'revoke = false' ${1:+"$1"}
	cat >>policy.toml <<'TOML'
[[webhooks]]
kind = "generic"
url = "https://hooks.example/signed"
key = { env = "KEY" }
TOML
}
# links: those of the notices; commits by name.
links() {
	python3 - "$commit" "$first" <<'PYTHON'
import json
import sys
for line in open("provider/hooks.jsonl"):
    link = json.loads(json.loads(line)["body"]).get("link")
    print((link or "none").replace(sys.argv[1], "SECOND").replace(
        sys.argv[2], "FIRST"))
PYTHON
}
# told ORIGIN [POLICY LINE]: what respond makes of a report of the history.
told() {
	policies "${2:-}"
	expect 1 "$STANCH" respond --policy policy.toml --origin "$1" \
		one.jsonl >/dev/null 2>err
	links
}
(cd repo && expect 1 "$STANCH" scan --history . --show-secrets -f jsonl \
	-o ../r.jsonl)
grep -F -e "$pat" -e summary r.jsonl >one.jsonl
for origin in https://github.com/acme/app.git https://github.com/acme/app/ \
	git@github.com:acme/app.git https://user:pass@gitlab.com/acme/group/app \
	https://dev.azure.com/acme/p/_git/app https://codeberg.org/acme/app \
	https://bitbucket.org/acme/app https://git.corp.example/acme/app \
	'https://github.com/a b/"x' https://github.com.evil.example/acme/app ""; do
	told "$origin"
done
own='link = "https://git.corp.example/{repository}/src/{commit}/{path}?l={line}"'
told https://git.corp.example/acme/app.git "$own"
told ssh://git@git.corp.example/acme/app.git "$own"
told git@git.corp.example:acme/app.git "$own"

# A scan knows where the repository says that it lives, and where its root is.
git -C repo remote add origin https://github.com/acme/app.git
scanned() { # TARGET
	policies
	"$STANCH" scan --respond policy.toml "$@" >/dev/null 2>err
	links | sort
}
echo "-- from beside it"
scanned --history repo
echo "-- the working tree is in no commit"
scanned --worktree repo
echo "-- the name alone"
git -C repo rm -q a.yml
git -C repo -c user.name=a -c user.email=a@example.com commit -qm three
git -C repo checkout -q --orphan other
git -C repo -c user.name=a -c user.email=a@example.com commit -qm four
git -C repo branch -q -D master main 2>/dev/null
git clone -q file://"$PWD"/repo clone 2>/dev/null
git -C clone remote set-url origin https://github.com/acme/app.git
commit=$(git -C clone rev-parse HEAD)
policies
"$STANCH" scan --history --respond policy.toml clone >/dev/null 2>err
links | sort
no_secret provider/hooks.jsonl audit.log err
