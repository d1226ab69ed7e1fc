/*
 * event: from a server's variables to commits. Three rules hold for all:
 *
 * - What was there before is what the server says, as far as it is here. What
 *   is not here hides nothing: more is looked at, not less.
 * - A branch never hides itself: after a push its remote-tracking ref is the
 *   very commit that is judged.
 * - Of a name in a variable no more is believed than that it may name a
 *   commit.
 */
#include "ci/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define HEADS "refs/heads/"

const char *ci_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static const char *join(struct ci_event *e, const char *a, const char *b,
	const char *c)
{
	size_t an = strlen(a), bn = strlen(b), cn = strlen(c);
	char *at = arena_alloc(&e->arena, an + bn + cn + 1);

	if (at == NULL)
		return NULL; /* it hides nothing */
	memcpy(at, a, an);
	memcpy(at + an, b, bn);
	memcpy(at + an + bn, c, cn);
	return at;
}

static const char *short_name(const char *branch)
{
	size_t n = strlen(HEADS);

	return branch && strncmp(branch, HEADS, n) == 0 ? branch + n : branch;
}

void ci_names_add(struct ci_names *names, const char *name)
{
	if (name && *name && names->n < CI_NAMES)
		names->at[names->n++] = name;
}

void ci_names_add_branch(struct ci_event *e, struct ci_names *names,
	const char *branch)
{
	if (branch && *branch)
		ci_names_add(names, join(e, "refs/remotes/origin/",
			short_name(branch), ""));
}

void ci_names_add_target(struct ci_event *e, struct ci_names *names,
	const char *merge)
{
	if (merge)
		ci_names_add(names, join(e, merge, "^1", ""));
}

static bool is_none(const char *commit)
{
	return commit[strspn(commit, "0")] == '\0';
}

void ci_event_push(struct ci_event *e, const char *before,
	const char *branch, const char *default_branch)
{
	const char *name = short_name(branch);
	bool is_default = name && default_branch &&
			  strcmp(name, short_name(default_branch)) == 0;

	e->kind = CI_PUSHED;
	e->what = "push";
	e->is_before_unknown = before == NULL;
	if (before && !is_none(before))
		ci_names_add(&e->known, before);
	if (before && is_none(before))
		e->what = "first push of a branch";
	if (!is_default) {
		if (e->known.n == 0)
			ci_names_add_branch(e, &e->known, default_branch);
		ci_names_add_branch(e, &e->basis, default_branch);
	}
	if (before && !is_none(before))
		ci_names_add(&e->basis, before);
}

void ci_event_tag(struct ci_event *e, const char *tag,
	const char *default_branch)
{
	e->kind = CI_TAGGED;
	e->what = "tag";
	/* The tag itself, so that its message is looked at. */
	ci_names_add(&e->tips, "HEAD");
	if (tag)
		ci_names_add(&e->tips, strncmp(tag, "refs/", 5) == 0 ? tag
			: join(e, "refs/tags/", tag, ""));
	ci_names_add_branch(e, &e->known, default_branch);
	ci_names_add_branch(e, &e->basis, default_branch);
}

static void propose(struct ci_event *e, const char *what)
{
	e->kind = CI_PROPOSED;
	e->what = what;
	ci_names_add(&e->tips, "HEAD");
}

void ci_event_whole(struct ci_event *e, const char *what,
	const char *default_branch)
{
	e->kind = CI_WHOLE;
	e->what = what;
	/* What is checked out may be anybody's. */
	ci_names_add_branch(e, &e->basis,
		default_branch ? default_branch : "HEAD");
}

/* ---- servers ------------------------------------------------------------ */

/*
 * learn.microsoft.com: "Use predefined variables". Nothing says what was
 * there before a push. For a pull request the agent checks out the merge,
 * refs/pull/N/merge, whose first parent is the target.
 */
enum status ci_event_azure(struct ci_event *e, struct error *err)
{
	const char *branch = ci_variable("BUILD_SOURCEBRANCH");
	const char *target = ci_variable("SYSTEM_PULLREQUEST_TARGETBRANCH");
	const char *reason = ci_variable("BUILD_REASON");
	bytes source = bytes_text(branch ? branch : "");

	(void)err;
	if (target) {
		propose(e, "pull request");
		ci_names_add(&e->tips,
			ci_variable("SYSTEM_PULLREQUEST_SOURCECOMMITID"));
		ci_names_add_branch(e, &e->known, target);
		if (bytes_starts(source, bytes_text("refs/pull/")) &&
			bytes_ends(source, bytes_text("/merge")))
			ci_names_add_target(e, &e->known,
				ci_variable("BUILD_SOURCEVERSION"));
		e->basis = e->known;
	} else if (bytes_starts(source, bytes_text("refs/tags/"))) {
		ci_event_tag(e, branch, "HEAD");
	} else if (reason && (strcmp(reason, "Schedule") == 0 ||
				     strcmp(reason, "Manual") == 0)) {
		ci_event_whole(e, "run by schedule or hand", NULL);
	} else {
		ci_names_add(&e->tips, "HEAD");
		ci_event_push(e, NULL, branch, "HEAD");
	}
	return OK;
}

/* docs.gitlab.com: "Predefined CI/CD variables reference". */
enum status ci_event_gitlab(struct ci_event *e, struct error *err)
{
	const char *source = ci_variable("CI_PIPELINE_SOURCE");
	const char *type = ci_variable("CI_MERGE_REQUEST_EVENT_TYPE");
	const char *main = ci_variable("CI_DEFAULT_BRANCH");
	const char *tag = ci_variable("CI_COMMIT_TAG");

	(void)err;
	if (ci_variable("CI_MERGE_REQUEST_IID")) {
		propose(e, type && strcmp(type, "merge_train") == 0
			? "merge train" : "merge request");
		ci_names_add(&e->tips,
			ci_variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"));
		ci_names_add(&e->known,
			ci_variable("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"));
		ci_names_add(&e->known,
			ci_variable("CI_MERGE_REQUEST_DIFF_BASE_SHA"));
		ci_names_add_branch(e, &e->known,
			ci_variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
		e->basis = e->known;
	} else if (tag) {
		ci_event_tag(e, tag, main);
	} else if (source && strcmp(source, "push") != 0) {
		ci_event_whole(e, "run by schedule or hand", main);
	} else {
		const char *before = ci_variable("CI_COMMIT_BEFORE_SHA");

		ci_names_add(&e->tips, "HEAD");
		ci_event_push(e, before, ci_variable("CI_COMMIT_BRANCH"),
			main);
	}
	return OK;
}

/*
 * The git plugin's and the branch source plugin's. What was green before is
 * what the next build starts from: what failed stays in question.
 */
enum status ci_event_jenkins(struct ci_event *e, struct error *err)
{
	const char *branch = ci_variable("BRANCH_NAME");

	(void)err;
	if (ci_variable("CHANGE_TARGET")) {
		propose(e, "pull request");
		ci_names_add_branch(e, &e->known,
			ci_variable("CHANGE_TARGET"));
		e->basis = e->known;
	} else if (ci_variable("TAG_NAME")) {
		ci_event_tag(e, ci_variable("TAG_NAME"), "HEAD");
	} else {
		ci_names_add(&e->tips, "HEAD");
		ci_event_push(e,
			ci_variable("GIT_PREVIOUS_SUCCESSFUL_COMMIT"),
			branch ? branch : ci_variable("GIT_LOCAL_BRANCH"),
			"HEAD");
	}
	return OK;
}

/* support.atlassian.com: "Variables and secrets". */
enum status ci_event_bitbucket(struct ci_event *e, struct error *err)
{
	(void)err;
	if (ci_variable("BITBUCKET_PR_ID")) {
		propose(e, "pull request");
		ci_names_add(&e->tips, ci_variable("BITBUCKET_COMMIT"));
		ci_names_add(&e->known,
			ci_variable("BITBUCKET_PR_DESTINATION_COMMIT"));
		ci_names_add_branch(e, &e->known,
			ci_variable("BITBUCKET_PR_DESTINATION_BRANCH"));
		e->basis = e->known;
	} else if (ci_variable("BITBUCKET_TAG")) {
		ci_event_tag(e, ci_variable("BITBUCKET_TAG"), "HEAD");
	} else {
		ci_names_add(&e->tips, "HEAD");
		ci_event_push(e, NULL, ci_variable("BITBUCKET_BRANCH"),
			"HEAD");
	}
	return OK;
}

/* circleci.com: "Built-in environment variables". What was there before is a
 * pipeline value, and comes by --base. */
enum status ci_event_circle(struct ci_event *e, struct error *err)
{
	(void)err;
	if (ci_variable("CIRCLE_TAG")) {
		ci_event_tag(e, ci_variable("CIRCLE_TAG"), "HEAD");
		return OK;
	}
	ci_names_add(&e->tips, "HEAD");
	ci_event_push(e, NULL, ci_variable("CIRCLE_BRANCH"), "HEAD");
	return OK;
}

/* --base says the rest; without it all is looked at. */
enum status ci_event_unknown(struct ci_event *e, struct error *err)
{
	(void)err;
	ci_event_whole(e, "run", NULL);
	return OK;
}
