/*
 * The build servers that are known, and how each says that it is there. The
 * names of variables are those of their documentation.
 */
#include "ci/internal.h"

#include "base/banned.h"

static const struct ci_provider providers[] = {
	{"github", "GitHub Actions", "GITHUB_ACTIONS", REPORT_GITHUB,
		CI_SARIF | CI_MARKDOWN,
		"say `fetch-depth: 0` at actions/checkout", ci_event_github},
	{"azure", "Azure Pipelines", "TF_BUILD", REPORT_AZURE,
		CI_SARIF | CI_JUNIT | CI_MARKDOWN,
		"say `fetchDepth: 0` at the checkout step", ci_event_azure},
	{"gitlab", "GitLab CI", "GITLAB_CI", REPORT_TEXT,
		CI_GITLAB | CI_JUNIT,
		"set the job's variable GIT_DEPTH to \"0\"", ci_event_gitlab},
	{"bitbucket", "Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER",
		REPORT_TEXT, CI_TEST_RESULTS,
		"say `clone: depth: full`", ci_event_bitbucket},
	{"circleci", "CircleCI", "CIRCLECI", REPORT_TEXT,
		CI_TEST_RESULTS | CI_SARIF,
		"say `checkout: method: full`", ci_event_circle},
	{"jenkins", "Jenkins", "JENKINS_URL", REPORT_TEXT,
		CI_SARIF | CI_JUNIT,
		"turn off \"shallow clone\" in the clone options of the "
		"checkout", ci_event_jenkins},
	{"none", "no build server that is known", NULL, REPORT_TEXT,
		CI_SARIF, "git fetch --unshallow", ci_event_unknown},
};

#define COUNT (sizeof(providers) / sizeof(providers[0]))

enum status ci_provider_find(const char *name,
	const struct ci_provider **out, struct error *err)
{
	for (size_t i = 0; i < COUNT; i++) {
		const struct ci_provider *p = &providers[i];

		if (name ? strcmp(name, p->name) == 0
			 : p->sign == NULL || ci_variable(p->sign)) {
			*out = p;
			return OK;
		}
	}
	return error_set(err, ERR_USAGE, "read option --provider: '%.80s' is "
		"not one of github, azure, gitlab, bitbucket, circleci, "
		"jenkins, none", name);
}
