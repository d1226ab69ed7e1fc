/*
 * stanch audit: what to audit, how, and with which exit code.
 */
#include "survey/internal.h"
#include "survey/list.h"
#include "survey/settling.h"
#include "survey/targets.h"

#include "audit/audit.h"
#include "base/limits.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct settings {
	struct survey_common common; /* first */
	struct args_list include, exclude;
	int no_archived, no_forks, list_only, worker;
	int pull_requests, wikis, gists;
	unsigned visibility; /* flags of the roster */
	struct job_network_choice network;
	struct loop_response_choice response;
	uint64_t max_size;
	const char *pushed_since;
	int64_t pushed_since_time;
	int min_confidence, progress, restart, full, allow_owner;
	int keep_clones, no_cache;
	unsigned jobs, decode_depth;
	double timeout, lease;
	uint64_t memory, cache_size;
	const char *cache;
};

static const char *const confidences[] = {"low", "medium", "high", "certain",
	NULL};
static const char *const progresses[] = {"auto", "always", "never", NULL};

static enum status on_visibility(void *settings,
	const struct args_option *option, const char *text, struct error *err)
{
	struct settings *s = settings;

	(void)option;
	if (strcmp(text, "public") == 0)
		s->visibility |= ROSTER_PUBLIC;
	else if (strcmp(text, "internal") == 0)
		s->visibility |= ROSTER_INTERNAL;
	else if (strcmp(text, "private") == 0)
		s->visibility |= ROSTER_PRIVATE;
	else
		return error_set(err, ERR_USAGE, "read the command line: "
			"--visibility %.40s: public, internal or private",
			text);
	return OK;
}

static const struct args_option options[] = {
	{.name = "include", .kind = ARGS_LIST, .takes = "GLOB",
		.group = "Which repositories",
		.help = "Only those whose name matches; may be repeated.",
		.offset = offsetof(struct settings, include)},
	{.name = "exclude", .kind = ARGS_LIST, .takes = "GLOB",
		.help = "Not those whose name matches; may be repeated.",
		.offset = offsetof(struct settings, exclude)},
	{.name = "no-archived", .kind = ARGS_FLAG, .value = 1,
		.help = "Not those that are archived.",
		.offset = offsetof(struct settings, no_archived)},
	{.name = "no-forks", .kind = ARGS_FLAG, .value = 1,
		.help = "Not those that are forks.",
		.offset = offsetof(struct settings, no_forks)},
	{.name = "visibility", .kind = ARGS_CALL, .takes = "WORD",
		.call = on_visibility,
		.help = "Only public, internal or private ones; may be "
			"repeated."},
	{.name = "max-size", .kind = ARGS_SIZE, .takes = "SIZE",
		.help = "Not those that are larger.",
		.offset = offsetof(struct settings, max_size)},
	{.name = "pushed-since", .kind = ARGS_TEXT, .takes = "DATE",
		.help = "Only those pushed to since then.",
		.offset = offsetof(struct settings, pushed_since)},
	{.name = "pull-requests", .kind = ARGS_FLAG, .value = 1,
		.help = "The commits of pull and merge requests, too.",
		.offset = offsetof(struct settings, pull_requests)},
	{.name = "wikis", .kind = ARGS_FLAG, .value = 1,
		.help = "Wikis, too.",
		.offset = offsetof(struct settings, wikis)},
	{.name = "gists", .kind = ARGS_FLAG, .value = 1,
		.help = "Gists of a user, snippets of projects, too.",
		.offset = offsetof(struct settings, gists)},
	{.name = "list-only", .kind = ARGS_FLAG, .value = 1,
		.help = "Only list them, as text or with -f jsonl.",
		.offset = offsetof(struct settings, list_only)},
	{.name = "worker", .kind = ARGS_FLAG, .value = 1, .group = "Work",
		.help = "Help with what other audits put into the store, until "
			"there is no more. Targets tell it whose credentials "
			"go where, of servers of one's own.",
		.offset = offsetof(struct settings, worker)},
	{.name = "jobs", .letter = 'j', .kind = ARGS_NUMBER, .takes = "N",
		.max = 64,
		.help = "Threads of all scans together; 0, the default, is "
			"one per processor.",
		.offset = offsetof(struct settings, jobs)},
	{.name = "timeout", .kind = ARGS_SECONDS, .takes = "S",
		.help = "Stop a repository's fetch or scan after this time; "
			"it then is not complete.",
		.offset = offsetof(struct settings, timeout)},
	{.name = "memory", .kind = ARGS_SIZE, .takes = "SIZE",
		.help = "What one scan may have; default 1G.",
		.offset = offsetof(struct settings, memory)},
	{.name = "full", .kind = ARGS_FLAG, .value = 1,
		.help = "Scan all afresh, whatever earlier runs have seen.",
		.offset = offsetof(struct settings, full)},
	{.name = "restart", .kind = ARGS_FLAG, .value = 1,
		.help = "Begin anew instead of going on with a run that was "
			"not finished.",
		.offset = offsetof(struct settings, restart)},
	{.name = "lease", .kind = ARGS_SECONDS, .takes = "S",
		.help = "After this time without a word from its worker a "
			"repository is scanned by another; default 60.",
		.offset = offsetof(struct settings, lease)},
	{.name = "allow-owner", .kind = ARGS_FLAG, .value = 1,
		.help = "Read repositories that belong to another user.",
		.offset = offsetof(struct settings, allow_owner)},
	{.name = "cache", .kind = ARGS_TEXT, .takes = "DIR",
		.group = "Clones",
		.help = "Where clones are; by default "
			"$XDG_CACHE_HOME/stanch/clones.",
		.offset = offsetof(struct settings, cache)},
	{.name = "cache-size", .kind = ARGS_SIZE, .takes = "SIZE",
		.help = "What they may take together; default 20G.",
		.offset = offsetof(struct settings, cache_size)},
	{.name = "keep-clones", .kind = ARGS_FLAG, .value = 1,
		.help = "Remove none to make room: what does not fit fails.",
		.offset = offsetof(struct settings, keep_clones)},
	{.name = "no-cache", .kind = ARGS_FLAG, .value = 1,
		.help = "Remove each when it is scanned.",
		.offset = offsetof(struct settings, no_cache)},
	JOB_RULE_OPTIONS(struct survey_common),
	{.name = "min-confidence", .kind = ARGS_CHOICE, .takes = "LEVEL",
		.choices = confidences,
		.help = "Findings this sure or surer: low, medium (default), "
			"high, certain.",
		.offset = offsetof(struct settings, min_confidence)},
	{.name = "decode-depth", .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_DECODE_DEPTH,
		.help = "Encodings inside encodings to follow: 0 to 3 "
			"(default).",
		.offset = offsetof(struct settings, decode_depth)},
	JOB_NETWORK_OPTIONS(struct settings),
	{.name = "respond", .kind = ARGS_TEXT, .takes = "POLICY",
		.help = "When all is scanned, do what this policy says about "
			"each token that was found: one incident, however "
			"many repositories have it; see the manual's "
			"response.md.",
		.offset = offsetof(struct settings, response.policy)},
	LOOP_DRY_OPTIONS(struct settings),
	SURVEY_STORE_OPTION,
	SURVEY_BASELINE_OPTION,
	SURVEY_OUTPUT_OPTIONS,
	{.name = "progress", .kind = ARGS_CHOICE, .takes = "WHEN",
		.choices = progresses,
		.help = "Progress on standard error: auto (on a terminal), "
			"always, never.",
		.offset = offsetof(struct settings, progress)},
};

/* ---- what is asked ------------------------------------------------------- */

static struct roster_filter filter_of(const struct settings *s)
{
	return (struct roster_filter){
		.include = s->include.at,
		.include_count = s->include.n,
		.exclude = s->exclude.at,
		.exclude_count = s->exclude.n,
		.without = (s->no_archived ? ROSTER_ARCHIVED : 0u) |
			   (s->no_forks ? ROSTER_FORK : 0u),
		.visibility = s->visibility,
		.size_most = s->max_size,
		.pushed_since = s->pushed_since_time,
	};
}

/* ---- running ------------------------------------------------------------- */

static enum status check(struct settings *s, const struct args_list *targets,
	struct error *err)
{
	if (s->keep_clones && s->no_cache)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--keep-clones and --no-cache exclude each other");
	if (s->worker && (s->network.verify || s->response.policy))
		return error_set(err, ERR_USAGE, "read the command line: "
			"--worker asks nobody; --verify and --respond are for "
			"the audit that it helps");
	if (!s->worker && targets->n == 0)
		return error_set(err, ERR_USAGE, "read the command line: a "
			"target is missing: dir:PATH, list:FILE, list:-, %s",
			census_kinds());
	if (s->pushed_since)
		return args_read_date(s->pushed_since, &s->pushed_since_time,
			err);
	return OK;
}

static struct audit_options audit_options_of(const struct settings *s,
	const char *target, const struct roster_filter *filter)
{
	return (struct audit_options){
		.store = s->common.store,
		.target = target,
		.filter = filter,
		.rules = s->common.rules,
		.detect = {.decode_depth = s->decode_depth,
			.min_confidence = (enum confidence)s->min_confidence},
		.jobs = s->jobs,
		.timeout = s->timeout,
		.memory = s->memory,
		.cache = s->cache,
		.cache_size = s->cache_size,
		.clones = s->no_cache	  ? CLONES_DROPPED
			  : s->keep_clones ? CLONES_KEPT
					   : CLONES_CACHED,
		.lease = s->lease,
		.restart = s->restart,
		.forget = s->full,
		.allow_owner = s->allow_owner,
		.progress = s->common.quiet
				    ? PROGRESS_NEVER
				    : (enum engine_progress)s->progress,
	};
}

/* The run is over, or was stopped: what is in the store of it. */
static int tell(const struct settings *s, const struct audit_result *result,
	const struct survey_settling *settling, const char *target,
	struct error *err)
{
	struct survey_runs runs;
	const struct store_progress *p = &result->progress;
	struct survey_view view = {.runs = &runs, .progress = p};
	int code = EXIT_UNABLE;

	view.is_complete = p->is_finished && p->is_whole && p->failed == 0 &&
			   p->incomplete == 0 &&
			   settling->settle.missing == 0;
	if (store_open(&view.store, s->common.store, STORE_EXISTING, err))
		return EXIT_UNABLE;
	view.filter.target = target;
	if (survey_find_runs(view.store, target, &runs, err) == OK) {
		runs.last = result->run;
		code = survey_tell(&s->common, &view, err);
	}
	store_close(view.store);
	return code;
}

static int run_audit(const struct settings *s,
	struct survey_targets *targets, const atomic_int *signal,
	struct error *err)
{
	const char *target = targets->name;
	const struct roster_filter filter = filter_of(s);
	struct audit_options audit = audit_options_of(s, target, &filter);
	struct audit_result result = {.run = 0};
	struct survey_settling settling;
	struct suppress *accepted = NULL;
	int code = EXIT_UNABLE;

	/* A broken file is found before the work, not after it. */
	if (survey_load_baselines(&s->common, &accepted, err) != OK)
		return EXIT_UNABLE;
	suppress_free(accepted);
	if (survey_settling_open(&settling, &s->network, &s->response,
		    targets, err) != OK)
		goto out;
	settling.settle.options.say = s->common.quiet && !s->response.policy
					      ? NULL : stderr;
	if (s->network.verify || s->response.policy) {
		audit.after = settle_after;
		audit.after_context = &settling.settle;
	}
	audit.signal = signal;
	audit.mirror = &targets->mirror;
	audit.extras = targets->census.extras;
	if (audit_run(&audit, target ? survey_targets_open : NULL, targets,
		    &result, err) != OK)
		goto out;
	if (target == NULL) {
		if (!s->common.quiet)
			fprintf(stderr, "stanch: worker: %llu repositories "
				"scanned\n",
				(unsigned long long)result.scans);
		code = EXIT_CLEAN;
	} else {
		code = tell(s, &result, &settling, target, err);
	}
out:
	survey_settling_close(&settling);
	if (code == EXIT_UNABLE)
		return code;
	return result.is_stopped ? 128 + atomic_load(signal) : code;
}

static int run_on(const struct settings *s, const struct args_list *words,
	const atomic_int *signal, struct error *err)
{
	const struct survey_target_options how = {
		.network = s->network.network,
		.extras = (s->wikis ? CENSUS_WIKIS : 0u) |
			  (s->gists ? CENSUS_SNIPPETS : 0u) |
			  (s->pull_requests ? CENSUS_REQUESTS : 0u),
		.keeps_pages = !s->no_cache,
		.is_worker = s->worker,
		.signal = signal,
	};
	const struct roster_filter filter = filter_of(s);
	struct survey_targets *targets = calloc(1, sizeof(*targets));
	int code = EXIT_UNABLE;

	if (targets == NULL) {
		(void)error_set(err, ERR_MEMORY, "start the audit");
		return code;
	}
	if (survey_targets_init(targets, words, &how, err) != OK)
		code = EXIT_UNABLE;
	else if (s->list_only && targets->name)
		code = survey_list(targets, &filter, &s->common.outputs, err);
	else
		code = run_audit(s, targets, signal, err);
	survey_targets_release(targets);
	free(targets);
	return code;
}

static int run(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings s = {
		.min_confidence = CONFIDENCE_MEDIUM,
		.decode_depth = LIMIT_DECODE_DEPTH,
	};
	struct args_list targets = {.n = 0};
	struct error err = {0};
	int code;

	if (console_parse(self, argc, argv, &s, &targets, SURVEY_TARGETS,
		    &err) ||
		job_outputs_close(&s.common.outputs, &err) ||
		check(&s, &targets, &err))
		return console_fail(&err);
	code = run_on(&s, &targets, ((struct console *)context)->signal, &err);
	return code == EXIT_UNABLE ? console_fail(&err) : code;
}

static const struct args_command *const children[] = {
	&survey_status_command,
	&survey_report_command,
	&survey_diff_command,
	NULL,
};

const struct args_command survey_audit_command = {
	.name = "audit",
	.takes = "TARGET...",
	.summary = "Look for leaked tokens in every repository of an "
		"organization.",
	.about =
"Targets: github:ORG or a user, gitlab:GROUP with its subgroups, "
"azure:ORG[/PROJECT], bitbucket:WORKSPACE, gitea:HOST/ORG; of a server of "
"one's own, KIND:https://HOST/ORG. dir:PATH is every repository below a "
"directory, list:FILE or list:- has a URL or path a line.\n"
"\n"
"All objects of each repository are scanned, once: later runs look at what is "
"new. Results are kept in a store, without secrets; `stanch audit report`, "
"`diff` and `status` read it. An audit that was interrupted, however, goes on "
"when it is run again.\n"
"\n"
"Exit codes are those of a scan, for the whole: 0 complete and nothing found; "
"1 findings; 2 could not run; 3 incomplete (a repository failed, or something "
"in one could not be scanned); 4 incomplete, with findings; 130 or 143 when a "
"signal stopped it.\n"
"\n"
"Environment: STANCH_GITHUB_TOKEN, STANCH_GITLAB_TOKEN, STANCH_AZURE_TOKEN, "
"STANCH_BITBUCKET_TOKEN (with STANCH_BITBUCKET_USERNAME), STANCH_GITEA_TOKEN, "
"or STANCH_GIT_CREDENTIAL_COMMAND, for lists and clones of these hosts; of a "
"list, credentials as for `stanch scan`; PGPASSWORD and PGPASSFILE for a "
"PostgreSQL store; STANCH_FINGERPRINT_KEY.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.children = children,
	.run = run,
};
