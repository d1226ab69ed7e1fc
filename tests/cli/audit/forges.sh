# An organization at each kind of forge, listed over its API, cloned over HTTP
# with its own credential, scanned: every repository, page by page. No token is
# in an argument, an address, a log, the store or what is kept of the lists, and
# none goes to another host than its own.
. "$TESTS/repos.sh"
. "$TESTS/../provider/lib.sh"
[ -e "$(dirname "$STANCH")/stanch-git.so" ] || skip "no stanch-git.so"
provider_start
for kind in github gitlab azure bitbucket gitea; do
	eval "$kind=secret-of-$kind-0123456789"
	eval "provider_token $kind live \$$kind"
done
# bare PATH [SEED]: a repository as the server has it, with a finding.
bare() {
	repo work
	[ -z "${2:-}" ] || token ghp "$2" >work/config
	echo "$1" >work/name
	commit work "begin"
	mkdir -p "$(dirname "root/$1")"
	git clone -q --bare work "root/$1" && rm -rf work
}
mkdir root
bare acme/a.git 1
bare acme/b.git
bare acme/c.git 2
bare acme/c.wiki.git 3
bare team/sub/x.git 4
bare team/y.git
bare "contoso/Big Project/_git/r 1" 5
bare contoso/other/_git/r2
bare "contoso/id-Big Project/_git/Big Project.wiki" 6
bare space/p.git 7
bare org/g.git 8
# What only a pull request has.
git -C root/acme/b.git fetch -q "$PWD/root/acme/a.git" main:refs/pull/7/head
git_start "$PWD/root" github.com gitlab.com dev.azure.com bitbucket.org \
	git.example.test
cat >provider/organizations.json <<'END'
{"github": {"acme": {"page_size": 2, "repos": [{"name": "a"}, {"name": "b"},
   {"name": "c", "has_wiki": true, "archived": true},
   {"name": "d", "disabled": true, "has_wiki": true},
   {"name": "e", "fork": true}]}},
 "gitlab": {"team": {"page_size": 1, "no_link": true, "repos": [
   {"name": "team/sub/x"}, {"name": "team/y", "visibility": "public"}]}},
 "azure": {"contoso": {"page_size": 1, "projects": {
   "Big Project": [{"name": "r 1"}],
   "other": [{"name": "r2", "isFork": true}]}}},
 "bitbucket": {"space": {"page_size": 1, "repos": [{"name": "p"}, {
   "name": "q", "parent": {}}]}},
 "gitea": {"org": {"kind": "users", "repos": [{"name": "g"}]}}}
END
export STANCH_GITHUB_TOKEN="$github" STANCH_GITLAB_TOKEN="$gitlab" \
	STANCH_AZURE_TOKEN="$azure" STANCH_BITBUCKET_TOKEN="$bitbucket" \
	STANCH_GITEA_TOKEN="$gitea" STANCH_GIT_TOKEN=for-nobody-here
targets="github:acme gitlab:team azure:contoso bitbucket:space
	gitea:git.example.test/org"
audit() { "$STANCH" audit "$@" --store s/audit.db; }

# shellcheck disable=SC2086
expect 0 audit $targets --list-only --no-forks --wikis >list
cut -f1,2,4 list
expect 0 audit gitlab:team --list-only -f jsonl --visibility public >list.jsonl
python3 -c '
import json
for line in open("list.jsonl"):
    r = json.loads(line)
    print(r["repository"], r["visibility"], r["pushed_at"], r["left_out"])'

# shellcheck disable=SC2086
expect 1 audit $targets --no-forks --wikis -f jsonl >one 2>err
cat err
field repository one | sort
python3 - <<'END'
import json
hosts = {}
for line in open("provider/requests.jsonl"):
    r = json.loads(line)
    hosts.setdefault(r["host"], set()).add(r["name"])
for host in sorted(hosts):
    print(host, *hosts[host])
users = {(json.loads(x)["name"], json.loads(x)["user"])
         for x in open("provider/git.jsonl")}
for name, user in sorted(users, key=str):
    print("git", name, user)
END
for kind in github gitlab azure bitbucket gitea; do
	eval "secret=\$$kind"
	for f in list one err s/audit.db cache; do
		! grep -raqF "$secret" $f || fail "$f has the token of $kind"
	done
done
! grep -raqF never-kept cache || fail "what an answer held is kept"
[ "$(find cache/stanch/listings -perm /077 | wc -l)" -eq 0 ] || fail "modes"

# Nothing new: the lists are asked for, and have not changed; what GitHub says
# was not pushed to is not fetched.
rm provider/git.jsonl
: >provider/requests.jsonl
# shellcheck disable=SC2086
expect 1 audit $targets --no-forks --wikis -f jsonl >two
[ "$(findings two)" -eq "$(findings one)" ] || fail "again"
python3 - <<'END'
import json
from collections import Counter
n = Counter((x["host"], x["status"]) for x in
            map(json.loads, open("provider/requests.jsonl")))
for key in sorted(n):
    print(*key, n[key])
print(sorted({json.loads(x)["path"] for x in open("provider/git.jsonl")
              if "/acme/" in x}))
END
# Pull requests on request only; then all is fetched.
expect 0 audit github:acme --include acme/b -f jsonl >three
expect 1 audit github:acme --include acme/b --pull-requests -f jsonl >four
field repository four
exec 8>&- 9>&-
wait
