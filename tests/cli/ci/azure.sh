. "$TESTS/ci.sh"
# Azure Pipelines: log commands, a summary, JUnit and SARIF.
history
azure() {
	azure_code=$1
	shift
	gate "$azure_code" TF_BUILD=True SYSTEM_TEAMPROJECT=p \
		BUILD_REPOSITORY_PROVIDER=TfsGit "$@"
}
git -C up checkout -q --detach main
git -C up merge -q --no-ff -m merge topic
merge=$(git -C up rev-parse HEAD)
git -C up push -q ../origin.git HEAD:refs/pull/7/merge
git -C r fetch -q origin refs/pull/7/merge
at "$merge"
pull="BUILD_REASON=PullRequest SYSTEM_PULLREQUEST_PULLREQUESTID=7
	SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main
	SYSTEM_PULLREQUEST_SOURCECOMMITID=$topic
	BUILD_SOURCEBRANCH=refs/pull/7/merge BUILD_SOURCEVERSION=$merge"
# shellcheck disable=SC2086
azure 1 $pull
holds out "stanch ci: Azure Pipelines, pull request"
holds out "##vso[task.logissue type=error;sourcepath=f;linenumber=1;columnnumber=1;code=github-pat;]GitHub personal access token"
[ "$(grep -c 'vso\[task.logissue' out)" -eq 1 ] || fail "more than one"
holds out "##vso[task.uploadsummary]$(cd r && pwd -P)/stanch-reports/stanch.md"
holds r/stanch-reports/stanch.md "leaked tokens in 1 place"
holds r/stanch-reports/stanch.junit.xml 'failures="1"'
holds r/stanch-reports/stanch.sarif '"github-pat"'
# The target branch not fetched: the merge's first parent is it.
git -C r update-ref -d refs/remotes/origin/main
# shellcheck disable=SC2086
azure 1 $pull
[ "$(grep -c 'vso\[task.logissue' out)" -eq 1 ] || fail "the target is new"
git -C r fetch -q origin main:refs/remotes/origin/main
# The head itself checked out, no merge: still all of it.
at "$topic"
azure 1 BUILD_REASON=PullRequest \
	SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main \
	BUILD_SOURCEBRANCH=refs/heads/topic BUILD_SOURCEVERSION="$topic"
# A push of a branch: what the default branch has is not new; Azure says
# nothing of what was there before.
git -C r remote set-head origin main
azure 1 BUILD_REASON=IndividualCI BUILD_SOURCEBRANCH=refs/heads/topic
[ "$(grep -c 'vso\[task.logissue' out)" -eq 1 ] || fail "main is new"
azure 1 BUILD_REASON=IndividualCI BUILD_SOURCEBRANCH=refs/heads/topic -- \
	--base "$main"
azure 0 BUILD_REASON=BatchedCI BUILD_SOURCEBRANCH=refs/heads/topic -- \
	--base "$bad"
azure 1 BUILD_REASON=Schedule BUILD_SOURCEBRANCH=refs/heads/main
holds out "all of the repository"
# Names that would be commands.
git -C up checkout -q topic
mkdir "up/##vso[task.setvariable variable=x]"
name=$(printf '##vso[task.setvariable variable=x]/a;b]c%%0A\n##vso[task.complete]')
token ghp 3 >"up/$name" 2>/dev/null || {
	mkdir -p "up/$(dirname "$name")"
	token ghp 3 >"up/$name"
}
commit up names
git -C up push -q ../origin.git topic
git -C r fetch -q origin topic
at FETCH_HEAD
azure 1 BUILD_REASON=IndividualCI BUILD_SOURCEBRANCH=refs/heads/topic -- \
	--base "$topic"
python3 - out <<'P' || fail "a command that is not ours"
import re, sys
for line in open(sys.argv[1]):
    for command in re.findall(r"##(?:vso)?\[([^\] ]*)", line):
        assert command in ("task.logissue", "task.uploadsummary"), line
    assert line.count("##vso[") <= 1 and "##[" not in line, line
P
# Shallow, as new pipelines have it.
rm -rf r
git clone -q --depth 1 --branch topic "file://$PWD/origin.git" r 2>/dev/null
azure 4 BUILD_REASON=IndividualCI BUILD_SOURCEBRANCH=refs/heads/topic
holds out "##vso[task.logissue type=error;]stanch: this clone is shallow"
holds out 'say `fetchDepth: 0`'
