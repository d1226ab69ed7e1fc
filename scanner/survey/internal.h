/*
 * internal: what survey/'s files share.
 */
#ifndef STANCH_SURVEY_INTERNAL_H
#define STANCH_SURVEY_INTERNAL_H

#include "job/console.h"
#include "job/job.h"
#include "job/outputs.h"
#include "recall/recall.h"
#include "store/reading.h"
#include "survey/survey.h"

extern const struct args_command survey_status_command;
extern const struct args_command survey_report_command;
extern const struct args_command survey_diff_command;

/* Runs of a target: the newest, and the one before it; 0: there is none. */
struct survey_runs {
	int64_t last, before;
	char target[512];
	char digest[17], version[32];
	int64_t started, finished;
};
/* `target` NULL: that of the newest run of all. ERR_NOT_FOUND: no run. */
enum status survey_find_runs(struct store *store, const char *target,
	struct survey_runs *out, struct error *err) MUST_USE;

/* What is to be told. */
struct survey_view {
	struct store *store;
	const struct survey_runs *runs;
	struct store_place_filter filter;
	struct store_place_filter gone; /* first_run, gone_run: for a diff */
	bool is_diff;
	const struct store_progress *progress;
	const struct ruleset *rules;
	struct recall_kept *kept; /* leaks point to it */
	struct suppress *suppress; /* what is accepted; or NULL */
	bool is_complete;
	bool is_blind; /* to what repositories accept */
};

/* report.c: from the files that --baseline names. */
struct survey_common;
enum status survey_load_baselines(const struct survey_common *common,
	struct suppress **out, struct error *err) MUST_USE;

/* report.c: leaks again, from the store, with what suppresses them. */
enum status survey_rebuild(const struct survey_view *view,
	const struct store_place_filter *filter, struct leaks **out,
	struct error *err) MUST_USE;
/* Counts for the end of a report. */
struct report_summary survey_summary(const struct survey_view *view);

/* records.c: JSON, or JSON lines. */
enum status survey_write_json(const struct survey_view *view, FILE *to,
	enum report_format format, struct error *err) MUST_USE;
/* write.c: a job_write: every format; `context` is the view. */
enum status survey_write(const void *view, FILE *to,
	const struct report_options *options, struct error *err) MUST_USE;
/* The repositories' ledger as text for people. */
void survey_put_ledger(struct buf *out, const struct survey_view *view);

/* Options that several commands have; the settings hold them at the start. */
struct survey_common {
	const char *store;
	struct job_outputs outputs;
	struct job_rule_choice rules;
	struct args_list baselines;
	int no_suppress; /* what repositories accept is not believed */
	int no_color, quiet, verbose;
};
#define SURVEY_STORE_OPTION                                                   \
	{.name = "store", .kind = ARGS_TEXT, .takes = "PATH|URL",             \
		.group = "Store",                                             \
		.help = "An SQLite file, or postgresql://...; by default "    \
			"$XDG_DATA_HOME/stanch/audit.db.",                    \
		.offset = offsetof(struct survey_common, store)}
#define SURVEY_BASELINE_OPTION                                                \
	{.name = "baseline", .kind = ARGS_LIST, .takes = "FILE",              \
		.group = "Suppressions",                                      \
		.help = "Findings that this file names are shown as "         \
			"suppressed: a baseline, as `stanch scan "            \
			"--write-baseline` makes it. May be repeated. "       \
			"Besides, settings and baselines of each "            \
			"repository's default branch are believed.",          \
		.offset = offsetof(struct survey_common, baselines)},         \
	{.name = "no-suppress", .kind = ARGS_FLAG, .value = 1,                \
		.help = "Believe no file and no comment of a repository: "    \
			"only files named by --baseline suppress.",           \
		.offset = offsetof(struct survey_common, no_suppress)}
#define SURVEY_OUTPUT_OPTIONS                                                 \
	{.name = "format", .letter = 'f', .kind = ARGS_CALL,                  \
		.takes = "FORMAT", .call = job_on_format,                     \
		.offset = offsetof(struct survey_common, outputs),            \
		.group = "Output",                                            \
		.help = "Start a report: text (default), json, jsonl, sarif, " \
			"csv, junit, github, html. May be repeated."},        \
	{.name = "output", .letter = 'o', .kind = ARGS_CALL,                  \
		.takes = "FILE", .call = job_on_output,                       \
		.offset = offsetof(struct survey_common, outputs),            \
		.help = "Write the report of the --format before it to this " \
			"file."},                                             \
	{.name = "no-color", .kind = ARGS_FLAG, .value = 1,                   \
		.help = "No colour.",                                         \
		.offset = offsetof(struct survey_common, no_color)},          \
	{.name = "quiet", .letter = 'q', .kind = ARGS_FLAG, .value = 1,       \
		.help = "Findings only, no summary.",                         \
		.offset = offsetof(struct survey_common, quiet)},             \
	{.name = "verbose", .letter = 'v', .kind = ARGS_FLAG, .value = 1,     \
		.help = "Every place, and every repository's ledger.",        \
		.offset = offsetof(struct survey_common, verbose)}

/* Load rules, write what was asked for; an exit code by the findings, or
 * EXIT_UNABLE with *err. */
int survey_tell(const struct survey_common *common, struct survey_view *view,
	struct error *err);

#endif
