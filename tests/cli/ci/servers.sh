. "$TESTS/ci.sh"
# GitLab CI, Jenkins, Bitbucket Pipelines, CircleCI, and none that is known.
history
at "$topic"
n() {
	[ "$(grep -c '  history, commit' out)" -eq "$1" ] || {
		cat out
		fail "not $1 places"
	}
}
gitlab="GITLAB_CI=true CI_DEFAULT_BRANCH=main"
mr="$gitlab CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_IID=7
	CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main
	CI_MERGE_REQUEST_DIFF_BASE_SHA=$main CI_COMMIT_SHA=$topic"
# shellcheck disable=SC2086
{
gate 1 $mr CI_MERGE_REQUEST_EVENT_TYPE=detached
n 1
holds out "stanch ci: GitLab CI, merge request"
python3 - r/stanch-reports "$bad" <<'P' || fail "GitLab's files"
import json, re, sys
report = json.load(open(sys.argv[1] + "/gl-secret-detection-report.json"))
assert re.fullmatch(r"\d+\.\d+\.\d+", report["version"])
scan = report["scan"]
assert scan["type"] == "secret_detection" and scan["status"] == "success"
for key in ("start_time", "end_time"):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", scan[key])
for tool in ("analyzer", "scanner"):
    assert scan[tool]["id"] and scan[tool]["version"] and scan[tool]["name"]
    assert scan[tool]["vendor"]["name"]
(v,) = report["vulnerabilities"]
assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", v["id"]), v
assert v["severity"] in ("Info", "Unknown", "Low", "Medium", "High", "Critical")
assert v["location"]["commit"]["sha"] == sys.argv[2], v
assert v["location"]["file"] == "f" and v["location"]["start_line"] == 1
assert v["identifiers"][0]["value"] == "github-pat", v
(q,) = json.load(open(sys.argv[1] + "/gl-code-quality-report.json"))
assert q["location"] == {"path": "f", "lines": {"begin": 1, "end": 1}}, q
assert q["severity"] == "blocker" and len(q["fingerprint"]) == 32
P
gate 1 $mr CI_MERGE_REQUEST_EVENT_TYPE=merge_train \
	CI_MERGE_REQUEST_TARGET_BRANCH_SHA=$main
holds out "merge train"
gate 1 $gitlab CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=topic \
	CI_COMMIT_BEFORE_SHA=$main
n 1
gate 0 $gitlab CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=topic \
	CI_COMMIT_BEFORE_SHA=$bad
gate 1 $gitlab CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=topic \
	CI_COMMIT_BEFORE_SHA=$zeros
n 1
gate 1 $gitlab CI_PIPELINE_SOURCE=schedule CI_COMMIT_BRANCH=main
holds out "all of the repository"
gate 1 $gitlab CI_PIPELINE_SOURCE=push CI_COMMIT_TAG=v1 \
	CI_COMMIT_BEFORE_SHA=$zeros
n 1

jenkins="JENKINS_URL=http://localhost/ BUILD_ID=5"
gate 1 $jenkins BRANCH_NAME=PR-7 CHANGE_ID=7 CHANGE_TARGET=main
n 1
holds r/stanch-reports/stanch.junit.xml 'failures="1"'
gate 0 $jenkins BRANCH_NAME=topic GIT_PREVIOUS_SUCCESSFUL_COMMIT=$bad
gate 1 $jenkins BRANCH_NAME=topic GIT_PREVIOUS_SUCCESSFUL_COMMIT=$main \
	GIT_PREVIOUS_COMMIT=$bad
n 1
gate 1 $jenkins BRANCH_NAME=topic
gate 1 $jenkins TAG_NAME=v1

bitbucket="BITBUCKET_BUILD_NUMBER=5 BITBUCKET_COMMIT=$topic"
gate 1 $bitbucket BITBUCKET_BRANCH=topic BITBUCKET_PR_ID=7 \
	BITBUCKET_PR_DESTINATION_BRANCH=main \
	BITBUCKET_PR_DESTINATION_COMMIT=$main
n 1
holds r/stanch-reports/test-results/stanch.xml 'failures="1"'
gate 1 $bitbucket BITBUCKET_BRANCH=topic
gate 1 $bitbucket BITBUCKET_TAG=v1

circle="CIRCLECI=true CIRCLE_SHA1=$topic"
gate 1 $circle CIRCLE_BRANCH=topic
n 1
gate 0 $circle CIRCLE_BRANCH=topic -- --base $bad
gate 1 $circle CIRCLE_TAG=v1

gate 1 CI=true
holds out "all of the repository"
gate 1 CI=true -- --base $main
n 1
gate 0 CI=true -- --base $bad
gate 0 CI=true -- --base $topic
gate 1 CI=true -- --base $zeros
gate 0 CI=true -- --base $bad --head $topic
gate 2 CI=true -- --base nowhere
holds err "nowhere is not here"
gate 2 CI=true -- --head $topic
gate 2 CI=true -- --provider travis
holds err "is not one of github, azure"
gate 1 CI=true -- --provider gitlab --base $main
[ -e r/stanch-reports/gl-secret-detection-report.json ] || fail "no report"

# A reference repository: refused, unless it is said.
rm -rf r
git clone -q --shared --branch topic origin.git r 2>/dev/null
gate 2 $jenkins BRANCH_NAME=PR-7 CHANGE_ID=7 CHANGE_TARGET=main
gate 1 $jenkins BRANCH_NAME=PR-7 CHANGE_ID=7 CHANGE_TARGET=main -- \
	--allow-outside
n 1

# Shallow: each says how.
rm -rf r
git clone -q --depth 1 --branch topic "file://$PWD/origin.git" r 2>/dev/null
gate 4 $mr
holds out 'GIT_DEPTH to "0"'
gate 4 $bitbucket BITBUCKET_BRANCH=topic
holds out "clone: depth: full"
gate 4 $circle CIRCLE_BRANCH=topic
holds out "checkout: method: full"
gate 4 $jenkins BRANCH_NAME=topic
holds out "shallow clone"
gate 2 CI=true -- --base $main
holds err "the clone is shallow: git fetch --unshallow"
}
