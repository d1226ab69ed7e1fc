/*
 * stanch audit: what to audit, how, and with which exit code.
 */
#include "survey/internal.h"

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
	{.name = "max-size", .kind = ARGS_SIZE, .takes = "SIZE",
		.help = "Not those that are larger.",
		.offset = offsetof(struct settings, max_size)},
	{.name = "pushed-since", .kind = ARGS_TEXT, .takes = "DATE",
		.help = "Only those pushed to since then.",
		.offset = offsetof(struct settings, pushed_since)},
	{.name = "list-only", .kind = ARGS_FLAG, .value = 1,
		.help = "Only list them.",
		.offset = offsetof(struct settings, list_only)},
	{.name = "worker", .kind = ARGS_FLAG, .value = 1, .group = "Work",
		.help = "No target: help with what other audits put into the "
			"store, until there is no more.",
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
	{.name = "verify", .kind = ARGS_LATER, .help = ""},
	{.name = "respond", .kind = ARGS_LATER, .takes = "POLICY", .help = ""},
	SURVEY_STORE_OPTION,
	SURVEY_BASELINE_OPTION,
	SURVEY_OUTPUT_OPTIONS,
	{.name = "progress", .kind = ARGS_CHOICE, .takes = "WHEN",
		.choices = progresses,
		.help = "Progress on standard error: auto (on a terminal), "
			"always, never.",
		.offset = offsetof(struct settings, progress)},
};

/* ---- targets ------------------------------------------------------------- */

static enum status open_roster(void *context, struct roster *out,
	const struct roster_options *roster_options, struct error *err)
{
	const char *target = context;

	out->target = target;
	if (bytes_starts(bytes_text(target), bytes_text("dir:")))
		return roster_open_directory(out, target + 4, roster_options,
			err);
	if (bytes_starts(bytes_text(target), bytes_text("list:")))
		return roster_open_list(out, target + 5, roster_options, err);
	if (strcmp(target, "-") == 0)
		return roster_open_list(out, "-", roster_options, err);
	return error_set(err, ERR_USAGE, "audit %.200s: no such kind of "
		"target; dir:PATH, list:FILE or list:-", target);
}

static struct roster_filter filter_of(const struct settings *s)
{
	return (struct roster_filter){
		.include = s->include.at,
		.include_count = s->include.n,
		.exclude = s->exclude.at,
		.exclude_count = s->exclude.n,
		.without = (s->no_archived ? ROSTER_ARCHIVED : 0u) |
			   (s->no_forks ? ROSTER_FORK : 0u),
		.size_most = s->max_size,
		.pushed_since = s->pushed_since_time,
	};
}

static int list_only(const struct settings *s, const char *target,
	struct error *err)
{
	const struct roster_options none = {.is_stopped = NULL};
	const struct roster_filter filter = filter_of(s);
	struct roster roster = {.kind = NULL};
	struct roster_repository r = {.name = NULL};
	struct buf out;
	enum status status = open_roster((void *)(uintptr_t)target, &roster,
		&none, err);

	if (status != OK)
		return EXIT_UNABLE;
	buf_init(&out, (size_t)1 << 30);
	while ((status = roster.kind->next(roster.self, &r, err)) == OK) {
		const char *reason = r.refused ? r.refused
			: roster_filter_reason(&filter, &r);

		report_escape_terminal(bytes_text(r.name), &out);
		buf_put_byte(&out, '\t');
		report_escape_terminal(bytes_text(r.url), &out);
		buf_printf(&out, "\t%llu\t%s\n", (unsigned long long)r.size,
			reason ? reason : "-");
	}
	roster.kind->close(roster.self);
	if (status != ERR_NOT_FOUND) {
		(void)console_print(&out);
		console_fail(err);
		return EXIT_PARTIAL;
	}
	return console_print(&out);
}

/* ---- running ------------------------------------------------------------- */

static enum status check(struct settings *s, const struct args_list *targets,
	struct error *err)
{
	if (s->keep_clones && s->no_cache)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--keep-clones and --no-cache exclude each other");
	if (s->worker && targets->n)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--worker takes no target: it helps with what others "
			"put into the store");
	if (!s->worker && targets->n == 0)
		return error_set(err, ERR_USAGE, "read the command line: a "
			"target is missing: dir:PATH, list:FILE or list:-");
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
	const char *target, struct error *err)
{
	struct survey_runs runs;
	const struct store_progress *p = &result->progress;
	struct survey_view view = {.runs = &runs, .progress = p};
	int code = EXIT_UNABLE;

	view.is_complete = p->is_finished && p->is_whole && p->failed == 0 &&
			   p->incomplete == 0;
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

static int run_audit(const struct settings *s, const char *target,
	const atomic_int *signal, struct error *err)
{
	const struct roster_filter filter = filter_of(s);
	struct audit_options audit = audit_options_of(s, target, &filter);
	struct audit_result result = {.run = 0};
	struct suppress *accepted = NULL;
	int code;

	/* A broken file is found before the work, not after it. */
	if (survey_load_baselines(&s->common, &accepted, err) != OK)
		return EXIT_UNABLE;
	suppress_free(accepted);
	audit.signal = signal;
	if (audit_run(&audit, target ? open_roster : NULL,
		    (void *)(uintptr_t)target, &result, err) != OK)
		return EXIT_UNABLE;
	if (target == NULL) {
		if (!s->common.quiet)
			fprintf(stderr, "stanch: worker: %llu repositories "
				"scanned\n",
				(unsigned long long)result.scans);
		code = EXIT_CLEAN;
	} else {
		code = tell(s, &result, target, err);
	}
	return result.is_stopped ? 128 + atomic_load(signal) : code;
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
	const char *target;
	int code;

	if (console_parse(self, argc, argv, &s, &targets, 1, &err) ||
		job_outputs_close(&s.common.outputs, &err) ||
		check(&s, &targets, &err))
		return console_fail(&err);
	target = targets.n ? targets.at[0] : NULL;
	if (target && strcmp(target, "-") == 0)
		target = "list:-";
	if (s.list_only && target)
		code = list_only(&s, target, &err);
	else
		code = run_audit(&s, target,
			((struct console *)context)->signal, &err);
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
	.takes = "TARGET",
	.summary = "Look for leaked tokens in every repository of an "
		"organization: dir:PATH (all repositories below it), "
		"list:FILE or list:- (URLs or paths, a line each).",
	.about =
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
"Environment: credentials of clones as for `stanch scan`; PGPASSWORD and "
"PGPASSFILE for a PostgreSQL store; STANCH_FINGERPRINT_KEY.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.children = children,
	.run = run,
};
