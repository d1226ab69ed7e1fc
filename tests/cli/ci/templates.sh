. "$TESTS/ci.sh"
# Each template: the very script that it runs, in that server's environment;
# the files that it hands on are there.
python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not here"
root=$(cd "$TESTS/../.." && pwd)
history
at "$topic"
mkdir bin
ln -s "$STANCH" bin/stanch

# template CODE FILE VARIABLE=VALUE...
template() {
	template_want=$1 template_file=$2
	shift 2
	python3 "$TESTS/ci/script.py" "$root/$template_file" >script ||
		fail "$template_file"
	(
		cd r || exit 99
		exec env -i PATH="$PWD/../bin:$PATH" HOME="$HOME" \
			XDG_CONFIG_HOME="$XDG_CONFIG_HOME" "$@" sh -e ../script
	) >out 2>err
	template_got=$?
	[ "$template_got" -eq "$template_want" ] || {
		cat out err
		fail "exit $template_got, not $template_want: $template_file"
	}
	python3 "$TESTS/ci/script.py" --paths "$root/$template_file" |
		while IFS= read -r path; do
			case $path in
			*'**') ;;
			*) [ -s "r/$path" ] || echo "$template_file: no $path" ;;
			esac
		done
}
event push ref=refs/heads/topic before="$main" after="$topic"
: >output
template 1 action.yml GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push \
	GITHUB_EVENT_PATH="$PWD/event.json" GITHUB_ACTION_PATH="$root" \
	GITHUB_OUTPUT="$PWD/output" GITHUB_STEP_SUMMARY="$PWD/summary.md"
holds output "leaks=1"
event push ref=refs/heads/topic before="$bad" after="$topic"
template 0 action.yml GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push \
	GITHUB_EVENT_PATH="$PWD/event.json" GITHUB_ACTION_PATH="$root" \
	STANCH_ARGUMENTS="--min-confidence low"
template 2 action.yml GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push \
	GITHUB_EVENT_PATH="$PWD/event.json" GITHUB_ACTION_PATH="$root" \
	STANCH_ARGUMENTS="--no-such-option"
template 1 .ci/templates/azure-pipelines.yml TF_BUILD=True \
	BUILD_REASON=PullRequest BUILD_SOURCEBRANCH=refs/heads/topic \
	SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main
template 1 .ci/templates/gitlab.yml GITLAB_CI=true CI_PIPELINE_SOURCE=push \
	CI_DEFAULT_BRANCH=main CI_COMMIT_BRANCH=topic \
	CI_COMMIT_BEFORE_SHA="$main"
template 1 .ci/templates/Jenkinsfile JENKINS_URL=http://localhost/ \
	BRANCH_NAME=PR-7 CHANGE_ID=7 CHANGE_TARGET=main
template 1 .ci/templates/bitbucket-pipelines.yml BITBUCKET_BUILD_NUMBER=1 \
	BITBUCKET_PR_ID=7 BITBUCKET_COMMIT="$topic" \
	BITBUCKET_PR_DESTINATION_BRANCH=main
template 1 .ci/templates/circleci.yml CIRCLECI=true CIRCLE_BRANCH=topic \
	STANCH_BASE="$main"
template 1 .ci/templates/circleci.yml CIRCLECI=true CIRCLE_BRANCH=topic \
	STANCH_BASE=
holds out "what was not there before"
