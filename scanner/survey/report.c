/*
 * stanch audit report, status and diff: a store, read.
 */
#include "survey/internal.h"

#include "base/limits.h"
#include "suppress/baseline.h"
#include "survey/judged.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

/* ---- runs ---------------------------------------------------------------- */

static void keep_run(void *context, const struct store_run_row *row)
{
	struct survey_runs *r = context;

	if (r->last == 0) {
		r->last = row->id;
		r->started = row->started;
		r->finished = row->finished;
		snprintf(r->target, sizeof(r->target), "%s", row->target);
		snprintf(r->digest, sizeof(r->digest), "%s",
			row->rules_digest);
		snprintf(r->version, sizeof(r->version), "%s", row->version);
	} else if (r->before == 0 && strcmp(r->target, row->target) == 0) {
		r->before = row->id;
	}
}

enum status survey_find_runs(struct store *store, const char *target,
	struct survey_runs *out, struct error *err)
{
	enum status status;

	*out = (struct survey_runs){.last = 0};
	status = store_read_runs(store, target, 200, keep_run, out, err);
	if (status == OK && out->last == 0)
		status = error_set(err, ERR_NOT_FOUND, target ? "read the "
			"store: there is no run of %.200s; `stanch audit "
			"status` lists them" : "read the store: it has no run "
			"yet%.0s", target ? target : "");
	return status;
}

static enum status load_baseline(struct suppress *s, const char *path,
	struct error *err)
{
	static const struct suppress_scope whole = {"", ""};
	struct buf text;
	enum status status = baseline_load_file(path, LIMIT_BASELINE, &text,
		err);

	if (status != OK)
		return status;
	/* Of findings in a store only the fingerprint is at hand. */
	status = baseline_is(buf_bytes(&text))
		? suppress_add_baseline(s, path, buf_bytes(&text), &whole,
			  SUPPRESS_TRUSTED, err)
		: error_set(err, ERR_FORMAT, "%.200s: not a baseline of "
			"stanch", path);
	buf_release_wiped(&text);
	return status;
}

enum status survey_load_baselines(const struct survey_common *common,
	struct suppress **out, struct error *err)
{
	struct suppress *s = suppress_new(err);
	enum status status = s ? OK : ERR_MEMORY;

	for (size_t i = 0; status == OK && i < common->baselines.n; i++)
		status = load_baseline(s, common->baselines.at[i], err);
	if (status == OK)
		*out = s;
	else
		suppress_free(s);
	return status;
}

enum status survey_rebuild(const struct survey_view *view,
	const struct store_place_filter *filter, struct leaks **out,
	struct error *err)
{
	const struct recall_options options = {
		.store = view->store,
		.rules = view->rules,
		.kept = view->kept,
	};
	/* No comment is in a store. */
	const struct suppress_options accepted = {
		.comments = SUPPRESS_INLINE_IGNORE};
	struct suppress_count count;
	enum status status = recall_leaks(&options, filter, out, err);

	if (status != OK)
		return status;
	if (view->suppress)
		status = suppress_apply(view->suppress, *out, &accepted,
			&count, err);
	if (status == OK && !view->is_blind)
		status = recall_accept(view->kept, *out, err);
	if (status != OK) {
		leaks_free(*out);
		*out = NULL;
	}
	return status;
}

/* Is anything open? In doubt it is. */
static bool has_open(const struct survey_view *view, struct error *err)
{
	struct leaks *leaks = NULL;
	bool is_found = survey_rebuild(view, &view->filter, &leaks, err) != OK;

	for (size_t i = 0; leaks && i < leaks_count(leaks); i++)
		for (size_t p = 0; p < leaks_at(leaks, i)->place_count; p++)
			is_found = is_found || leak_place_counts(
				&leaks_at(leaks, i)->places[p]);
	leaks_free(leaks);
	return is_found;
}

int survey_tell(const struct survey_common *common, struct survey_view *view,
	struct error *err)
{
	struct ruleset *rules = NULL;
	struct recall_kept kept;
	const struct rule **list;
	struct report_options options = {.color = !common->no_color,
		.quiet = common->quiet, .verbose = common->verbose};
	bool is_written, is_found;

	if (survey_load_baselines(common, &view->suppress, err) != OK)
		return EXIT_UNABLE;
	if (job_rules_load(&common->rules, &rules, err) != OK) {
		suppress_free(view->suppress);
		return EXIT_UNABLE;
	}
	view->rules = rules;
	recall_kept_init(&kept);
	view->kept = &kept;
	view->is_blind = common->no_suppress;
	list = calloc(ruleset_count(rules) + 1, sizeof(*list));
	for (size_t i = 0; list && i < ruleset_count(rules); i++)
		list[i] = ruleset_rule(rules, i);
	options.rules = list;
	options.rule_count = list ? ruleset_count(rules) : 0;
	is_written = job_outputs_write(&common->outputs, &options,
		survey_write, view);
	is_found = has_open(view, err);
	suppress_free(view->suppress);
	free(list);
	recall_kept_release(&kept);
	ruleset_free(rules);
	if (view->is_complete && is_written)
		return is_found ? EXIT_FOUND : EXIT_CLEAN;
	return is_found ? EXIT_PARTIAL_FOUND : EXIT_PARTIAL;
}

/* ---- report and diff ----------------------------------------------------- */

struct settings {
	struct survey_common common; /* first */
	const char *repository, *provider, *rule, *author, *verdict;
	int only_head;
};

static const struct args_option report_options[] = {
	{.name = "repository", .kind = ARGS_TEXT, .takes = "NAME",
		.group = "Which",
		.help = "Only findings of this repository; paths are those "
			"in it.",
		.offset = offsetof(struct settings, repository)},
	{.name = "provider", .kind = ARGS_TEXT, .takes = "NAME",
		.help = "Only tokens of this provider: azure-devops, github.",
		.offset = offsetof(struct settings, provider)},
	{.name = "finding-rule", .kind = ARGS_TEXT, .takes = "ID",
		.help = "Only findings of this rule.",
		.offset = offsetof(struct settings, rule)},
	{.name = "author", .kind = ARGS_TEXT, .takes = "EMAIL",
		.help = "Only what commits of this author brought.",
		.offset = offsetof(struct settings, author)},
	{.name = "verdict", .kind = ARGS_TEXT, .takes = "WORD",
		.help = "Only what was found live, dead, restricted, unknown.",
		.offset = offsetof(struct settings, verdict)},
	{.name = "head", .kind = ARGS_FLAG, .value = 1,
		.help = "Only what is still in HEAD's tree.",
		.offset = offsetof(struct settings, only_head)},
	JOB_RULE_OPTIONS(struct survey_common),
	SURVEY_STORE_OPTION,
	SURVEY_BASELINE_OPTION,
	SURVEY_OUTPUT_OPTIONS,
};

static bool is_complete(const struct store_progress *p)
{
	return p->is_finished && p->is_whole && p->failed == 0 &&
	       p->incomplete == 0;
}

enum telling { TELL_ALL, TELL_DIFF };

static int tell(const struct settings *s, const char *target,
	enum telling what, struct error *err)
{
	struct survey_runs runs;
	struct store_progress progress;
	struct survey_view view = {.runs = &runs, .progress = &progress};
	int code = EXIT_UNABLE;

	if (store_open(&view.store, s->common.store, STORE_EXISTING, err))
		return EXIT_UNABLE;
	if (survey_find_runs(view.store, target, &runs, err) == OK &&
		store_run_progress(view.store, runs.last, &progress, err) ==
			OK) {
		view.filter = (struct store_place_filter){
			.target = runs.target,
			.repository = s->repository,
			.provider = s->provider,
			.rule = s->rule,
			.author = s->author,
			.verdict = s->verdict,
			.only_head = s->only_head,
		};
		view.is_complete = is_complete(&progress);
		view.is_diff = what == TELL_DIFF;
		if (view.is_diff) {
			view.gone = view.filter;
			view.filter.first_run = runs.last;
			view.gone.gone_run = runs.last;
		}
		code = survey_tell(&s->common, &view, err);
	}
	store_close(view.store);
	return code;
}

static int run(const struct args_command *self, int argc, char **argv,
	enum telling what)
{
	struct settings s = {.only_head = 0};
	struct args_list words = {.n = 0};
	struct error err = {0};
	int code;

	if (console_parse(self, argc, argv, &s, &words, 1, &err) ||
		job_outputs_close(&s.common.outputs, &err))
		return console_fail(&err);
	code = tell(&s, words.n ? words.at[0] : NULL, what, &err);
	return code == EXIT_UNABLE ? console_fail(&err) : code;
}

static int run_report(void *context, const struct args_command *self, int argc,
	char **argv)
{
	(void)context;
	return run(self, argc, argv, TELL_ALL);
}

static int run_diff(void *context, const struct args_command *self, int argc,
	char **argv)
{
	(void)context;
	return run(self, argc, argv, TELL_DIFF);
}

const struct args_command survey_report_command = {
	.name = "report",
	.takes = "[TARGET]",
	.summary = "What the last run of an audit found, and what it covered.",
	.about = "Without a target that of the newest run. Secrets are in no "
		"store, so they are redacted in every report. Exit codes are "
		"those of the audit.",
	.options = report_options,
	.option_count = sizeof(report_options) / sizeof(report_options[0]),
	.run = run_report,
};

const struct args_command survey_diff_command = {
	.name = "diff",
	.takes = "[TARGET]",
	.summary = "What is new in the last run of an audit, and what is gone.",
	.about = "Exit code 1 when something is new.",
	.options = report_options,
	.option_count = sizeof(report_options) / sizeof(report_options[0]),
	.run = run_diff,
};

/* ---- status -------------------------------------------------------------- */

static const struct args_option status_options[] = {
	SURVEY_STORE_OPTION,
};

struct listing {
	struct store *store;
	struct buf out;
	struct store_run_row rows[16];
	bool is_newest[16]; /* of its target */
	size_t n;
};

static void keep_row(void *context, const struct store_run_row *row)
{
	struct listing *l = context;

	if (l->n == sizeof(l->rows) / sizeof(l->rows[0]))
		return;
	l->rows[l->n] = *row;
	l->rows[l->n].target = strdup(row->target);
	l->is_newest[l->n] = true;
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].target &&
			strcmp(l->rows[i].target, row->target) == 0)
			l->is_newest[l->n] = false;
	l->rows[l->n++].version = NULL;
}

static void put_date(struct buf *out, int64_t milliseconds)
{
	time_t seconds = (time_t)(milliseconds / 1000);
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&seconds, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &tm);
	buf_put_text(out, text);
}

static enum status put_run(struct listing *l, size_t at, struct error *err)
{
	const struct store_run_row *row = &l->rows[at];
	struct store_progress p;
	enum status status = store_run_progress(l->store, row->id, &p, err);

	if (status != OK)
		return status;
	buf_printf(&l->out, "run %lld of %s: begun ", (long long)row->id,
		row->target ? row->target : "");
	put_date(&l->out, row->started);
	if (row->finished) {
		buf_put_text(&l->out, ", finished ");
		put_date(&l->out, row->finished);
	} else {
		buf_printf(&l->out, ", %llu waiting, %llu in work",
			(unsigned long long)p.waiting,
			(unsigned long long)p.leased);
	}
	buf_printf(&l->out, ": %llu%s repositories, %llu scanned, %llu "
		"unchanged, %llu skipped, %llu failed, %llu findings\n",
		(unsigned long long)p.total, p.is_listed ? "" : " or more",
		(unsigned long long)p.scanned,
		(unsigned long long)p.unchanged,
		(unsigned long long)p.skipped, (unsigned long long)p.failed,
		(unsigned long long)p.places);
	return l->is_newest[at] && row->target
		       ? judged_put_counts(l->store, row->target, &l->out, err)
		       : OK;
}

static int run_status(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct survey_common common = {.store = NULL};
	struct args_list words = {.n = 0};
	struct listing l = {.n = 0};
	struct error err = {0};
	enum status status;

	(void)context;
	if (console_parse(self, argc, argv, &common, &words, 1, &err) ||
		store_open(&l.store, common.store, STORE_EXISTING, &err))
		return console_fail(&err);
	buf_init(&l.out, (size_t)1 << 20);
	status = store_read_runs(l.store, words.n ? words.at[0] : NULL, 16,
		keep_row, &l, &err);
	for (size_t i = 0; i < l.n && status == OK; i++)
		status = put_run(&l, i, &err);
	for (size_t i = 0; i < l.n; i++)
		free((char *)(uintptr_t)l.rows[i].target);
	if (status == OK && l.n == 0)
		buf_put_text(&l.out, "no run yet\n");
	store_close(l.store);
	if (status == OK)
		return console_print(&l.out);
	buf_release(&l.out);
	return console_fail(&err);
}

const struct args_command survey_status_command = {
	.name = "status",
	.takes = "[TARGET]",
	.summary = "The runs of a store, and how far they are.",
	.options = status_options,
	.option_count = sizeof(status_options) / sizeof(status_options[0]),
	.run = run_status,
};
