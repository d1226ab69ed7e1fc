# What a forge can do wrong while it lists: the audit never hangs, tells in one
# line why it is incomplete, keeps what was listed, and the next run goes on.
# No request, no credential reaches the host that a page leads to.
. "$TESTS/lib.sh"
. "$TESTS/../provider/lib.sh"
provider_start
secret=secret-of-github-0123456789
provider_token github live "$secret"
export STANCH_GITHUB_TOKEN="$secret"
mkdir work
# org HOSTILE [MEMBER...]: what the forge has: 5 repositories in pages of 2.
org() {
	python3 - "$@" <<'END'
import json, sys
org = {"page_size": 2, "no_etag": True, "hostile": sys.argv[1],
       "repos": [{"name": "r%d" % i} for i in range(5)]}
org.update(json.loads(sys.argv[2]) if len(sys.argv) > 2 else {})
json.dump({"github": {"acme": org}}, open("provider/organizations.json", "w"))
END
}
list() { timeout 60 "$STANCH" audit github:acme --list-only "$@"; }
# What ends it: exit 3, with all before it, and why.
for how in garbage object nameless truncated huge expire redirect loop endless \
	away downgrade userinfo; do
	org $how
	list >names 2>err
	code=$?
	echo "$how: exit $code, $(wc -l <names) listed"
	sed 's/^/	/' err
	! grep -qF "$secret" names err || fail "$how: the token is told"
done
# What passes.
for how in throttle limit trouble cut; do
	org $how '{"times": 1}'
	expect 0 list >names 2>err
	[ "$(wc -l <names)" -eq 5 ] || fail "$how: $(wc -l <names) names"
	[ ! -s err ] || fail "$how: $(cat err)"
done
# Names that are none.
python3 - <<'END'
import json
names = ["..", "a/../../b", "x\u001b[2Jy", "a b?c#d%2e", "\u00e9", "", "n" * 2000]
json.dump({"github": {"acme": {"repos": [{"name": n, "full_name": "acme/" + n}
          for n in names]}}}, open("provider/organizations.json", "w"))
END
expect 0 list >names
cut -c1-60 names
# A credential that is refused at once, or missing; a name that is none.
org none
provider_token github dead "$secret"
expect 3 list 2>err
cat err
(unset STANCH_GITHUB_TOKEN; expect 3 list 2>err)
cat err
for target in github: github:a/b github:.. "github:a?b" github:http://h.example/o \
	github:https://127.0.0.1/o github:https://u@h.example.test/o \
	gitea:org gitea:localhost/org bitbucket:https://h.example.test/w; do
	expect 2 "$STANCH" audit "$target" --list-only 2>err
	[ "$(wc -l <err)" -eq 1 ] || fail "$target: one line"
done
python3 - <<'END'
import json
print(sorted({json.loads(x)["host"] for x in open("provider/requests.jsonl")}))
END
exec 9>&-
wait
