. "$TESTS/ci.sh"
# GitHub Actions: its events, and what it shows of them.
history
github() {
	github_code=$1
	shift
	: >summary.md
	: >output
	gate "$github_code" GITHUB_ACTIONS=true GITHUB_EVENT_PATH="$PWD/event.json" \
		GITHUB_STEP_SUMMARY="$PWD/summary.md" \
		GITHUB_OUTPUT="$PWD/output" GITHUB_WORKSPACE="$PWD/r" "$@"
}
# A pull request: the merge commit, as actions/checkout has it.
git -C up checkout -q --detach main
git -C up merge -q --no-ff -m merge topic
merge=$(git -C up rev-parse HEAD)
git -C up push -q ../origin.git HEAD:refs/pull/7/merge
git -C r fetch -q origin refs/pull/7/merge
at "$merge"
event pull_request base="$main" head="$topic"
github 1 GITHUB_EVENT_NAME=pull_request GITHUB_SHA="$merge" \
	GITHUB_REF=refs/pull/7/merge GITHUB_BASE_REF=main
holds out "stanch ci: GitHub Actions, pull request: what was not there before"
holds out "::error file=f,line=1,endLine=1,col=1,endColumn=40,title=GitHub personal"
[ "$(grep -c '^::error file' out)" -eq 1 ] || fail "more than one"
lacks out "$(token ghp 1)"
holds summary.md "## stanch: leaked tokens in 1 place"
holds summary.md "<code>f:1</code>"
holds output "sarif=stanch-reports/stanch.sarif"
holds output "exit-code=1"
python3 - r/stanch-reports/stanch.sarif <<'P' || fail sarif
import json, sys
run = json.load(open(sys.argv[1]))["runs"][0]
assert len(run["results"]) == 1, run["results"]
P
# The base moved on meanwhile: its commits are not the request's.
git -C up checkout -q main
token ghp 8 >up/new
commit up "on main meanwhile"
git -C up checkout -q --detach main
git -C up merge -q --no-ff -m merge topic~2
merge=$(git -C up rev-parse HEAD)
git -C up push -q ../origin.git HEAD:refs/pull/8/merge
git -C r fetch -q origin refs/pull/8/merge
at "$merge"
event pull_request base="$main" head="$(git -C up rev-parse topic~2)"
github 0 GITHUB_EVENT_NAME=pull_request GITHUB_SHA="$merge" \
	GITHUB_REF=refs/pull/8/merge
holds summary.md "no leaked token"
holds out "stanch ci: passed (exit 0)"
git -C up checkout -q main
git -C up reset -q --hard "$main"
# pull_request_target has the base checked out; the head is what is judged.
at "$main"
event pull_request_target base="$main" head="$topic"
github 1 GITHUB_EVENT_NAME=pull_request_target GITHUB_SHA="$main"
event pull_request_target base="$main" head="$(echo x | sha1sum | cut -c1-40)"
github 2 GITHUB_EVENT_NAME=pull_request_target GITHUB_SHA="$main"
[ "$(wc -l <err)" -eq 1 ] || fail "more than a line"
# A merge queue.
at "$topic"
event merge_group base="$main" head="$topic"
github 1 GITHUB_EVENT_NAME=merge_group GITHUB_SHA="$topic"
event merge_group base="$topic" head="$topic"
github 0 GITHUB_EVENT_NAME=merge_group GITHUB_SHA="$topic"
# Pushes: new commits, none, a new branch, a force-push, a deletion, a tag.
event push ref=refs/heads/topic before="$main" after="$topic"
github 1 GITHUB_EVENT_NAME=push GITHUB_SHA="$topic"
event push ref=refs/heads/topic before="$bad" after="$topic"
github 0 GITHUB_EVENT_NAME=push
event push ref=refs/heads/topic before="$topic" after="$topic"
github 0 GITHUB_EVENT_NAME=push
event push ref=refs/heads/topic before=$zeros after="$topic"
github 1 GITHUB_EVENT_NAME=push
holds out "first push of a branch"
[ "$(grep -c '^::error file' out)" -eq 1 ] || fail "main's are not new"
event push ref=refs/heads/topic before="$(echo x | sha1sum | cut -c1-40)" \
	after="$topic" forced=1
github 1 GITHUB_EVENT_NAME=push
holds out "force-push"
[ "$(grep -c '^::error file' out)" -eq 1 ] || fail "main's are not new"
event push ref=refs/heads/topic before="$topic" after=$zeros
github 0 GITHUB_EVENT_NAME=push
holds out "a branch went"
event push ref=refs/heads/main before=$zeros after="$main"
at "$main"
github 1 GITHUB_EVENT_NAME=push
holds out "nothing says what was there before"
holds out "file=old"
at "$topic"
git -C r tag -a -m "key $(token ghp 5)" v1 "$topic"
event push ref=refs/tags/v1 before=$zeros after="$topic"
github 1 GITHUB_EVENT_NAME=push
holds out "GitHub Actions, tag"
[ "$(grep -c '^::error file' out)" -eq 2 ] || fail "commit and message"
# By schedule or hand: all.
event workflow_dispatch
github 1 GITHUB_EVENT_NAME=workflow_dispatch
holds out "all of the repository"
holds out "file=old"
# Payloads that are none.
echo "{" >event.json
github 2 GITHUB_EVENT_NAME=push
[ "$(wc -l <err)" -eq 1 ] || fail "more than a line"
echo '{"pull_request":{"base":{"sha":7}}}' >event.json
github 2 GITHUB_EVENT_NAME=pull_request
echo '{"before":"--upload-pack=x","after":"HEAD;x","ref":"refs/heads/y"}' >event.json
github 2 GITHUB_EVENT_NAME=push
rm event.json
github 2 GITHUB_EVENT_NAME=push
gate 2 GITHUB_ACTIONS=true
holds err "GITHUB_EVENT_PATH or GITHUB_EVENT_NAME is not set"
# A shallow clone hides history: the gate fails and says how to deepen it.
rm -rf r
git clone -q --depth 1 --branch topic "file://$PWD/origin.git" r 2>/dev/null
event push ref=refs/heads/topic before="$main" after="$topic"
github 4 GITHUB_EVENT_NAME=push
holds out "::error title=stanch%3A incomplete::"
holds out 'say `fetch-depth: 0` at actions/checkout'
holds summary.md "**Incomplete**"
holds output "complete=false"
# Deep enough is enough.
git -C r fetch -q --depth 4 origin topic
github 1 GITHUB_EVENT_NAME=push
lacks out "shallow"
