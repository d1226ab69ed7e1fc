/* The innards of ci/. */
#ifndef STANCH_CI_INTERNAL_H
#define STANCH_CI_INTERNAL_H

#include "base/arena.h"
#include "ci/ci.h"
#include "job/console.h"
#include "job/job.h"

/* Names of commits, borrowed from the environment or the event's arena. */
#define CI_NAMES 8
struct ci_names {
	const char *at[CI_NAMES];
	size_t n;
};

enum ci_kind {
	CI_WHOLE,   /* scheduled, by hand: all of the repository */
	CI_PROPOSED, /* a pull request, a merge queue's group */
	CI_PUSHED,
	CI_TAGGED,
	CI_NOTHING, /* a branch went */
};

struct ci_event {
	struct arena arena;
	enum ci_kind kind;
	const char *what; /* for people: "pull request" */
	/* The first is to be here; of the others what is here. */
	struct ci_names tips;
	/* What was there before; of these what is here. */
	struct ci_names known;
	/* Where settings come from: the first that is here. */
	struct ci_names basis;
	/* The server tells nothing of what was there before. */
	bool is_before_unknown;
};

enum ci_files {
	CI_SARIF = 1,
	CI_JUNIT = 2,
	CI_TEST_RESULTS = 4, /* JUnit below test-results/ */
	CI_GITLAB = 8,	     /* secret detection and code quality */
	CI_MARKDOWN = 16,
};

struct ci_provider {
	const char *name;  /* for --provider */
	const char *title; /* for people */
	const char *sign;  /* set in its jobs; NULL: none */
	enum report_format log; /* what its log understands */
	unsigned files;
	const char *deepen; /* how to get all of the history */
	enum status (*read)(struct ci_event *e, struct error *err);
};

/* provider.c: by name (ERR_USAGE), or by the environment. */
enum status ci_provider_find(const char *name,
	const struct ci_provider **out, struct error *err) MUST_USE;

/* event.c */
/* An environment variable, or NULL when it is not set or empty. */
const char *ci_variable(const char *name);
void ci_names_add(struct ci_names *names, const char *name); /* NULL: none */
/* The remote-tracking ref of a branch ("main", "refs/heads/main"). */
void ci_names_add_branch(struct ci_event *e, struct ci_names *names,
	const char *branch);
/* The first parent of a merge that the server made for a pull request. */
void ci_names_add_target(struct ci_event *e, struct ci_names *names,
	const char *merge);
/* A push to `branch`: before may be NULL (not told) or zeros (it is new). */
void ci_event_push(struct ci_event *e, const char *before,
	const char *branch, const char *default_branch);
void ci_event_tag(struct ci_event *e, const char *tag,
	const char *default_branch);
/* All of the repository. The default branch, or NULL: what origin says. */
void ci_event_whole(struct ci_event *e, const char *what,
	const char *default_branch);
enum status ci_event_azure(struct ci_event *e, struct error *err) MUST_USE;
enum status ci_event_gitlab(struct ci_event *e, struct error *err) MUST_USE;
enum status ci_event_jenkins(struct ci_event *e, struct error *err) MUST_USE;
enum status ci_event_bitbucket(struct ci_event *e,
	struct error *err) MUST_USE;
enum status ci_event_circle(struct ci_event *e, struct error *err) MUST_USE;
enum status ci_event_unknown(struct ci_event *e, struct error *err) MUST_USE;
/* github.c: from the payload that GITHUB_EVENT_PATH names. */
enum status ci_event_github(struct ci_event *e, struct error *err) MUST_USE;

struct ci_settings {
	struct job_rule_choice rules;
	struct job_suppress suppress;
	struct job_outputs outputs;
	const char *provider, *base, *head, *report_dir;
	int min_confidence, is_whole, allow_outside;
	double timeout;
	unsigned jobs;
};

/* reports.c: what the provider shows; false when one was not written. */
bool ci_reports_write(const struct ci_settings *s,
	const struct ci_provider *p, struct job *job);
/* A directory for them, in which no name leads elsewhere. */
enum status ci_reports_prepare(const struct ci_settings *s,
	const struct ci_provider *p, struct error *err) MUST_USE;

#endif
