/*
 * job: one scan as a command asks for it: rules, detector, engine, reports,
 * exit code. `scan`, the hooks and the gate run the same job, so that they
 * cannot disagree.
 *
 *	job_open -> job_scan for each target -> job_finish -> look at it,
 *		job_report -> job_exit -> job_close
 *
 * Use from one thread.
 */
#ifndef STANCH_JOB_JOB_H
#define STANCH_JOB_JOB_H

#include "args/args.h"
#include "engine/engine.h"
#include "leaks/leaks.h"
#include "report/report.h"
#include "ruleset/ruleset.h"
#include "suppress/suppress.h"

/* rule_choice.c: which rules; a part of several commands' settings. */
struct job_rule_choice {
	struct args_list paths, only, except;
	int no_defaults;
};
/* Frozen, and not empty. Warnings go to standard error. */
enum status job_rules_load(const struct job_rule_choice *choice,
	struct ruleset **out, struct error *err) MUST_USE;
/* The options for it, for a table whose settings hold it as `rules`. */
#define JOB_RULE_OPTIONS(settings)                                           \
	{.name = "rules", .kind = ARGS_LIST, .takes = "PATH",                \
		.group = "Rules",                                            \
		.help = "Add the rules of this TOML file, or of each in "    \
			"this directory; ours or gitleaks format. May be "   \
			"repeated.",                                         \
		.offset = offsetof(settings, rules.paths)},                  \
	{.name = "no-default-rules", .kind = ARGS_FLAG, .value = 1,          \
		.help = "Leave out the built-in rules.",                     \
		.offset = offsetof(settings, rules.no_defaults)},            \
	{.name = "rule", .kind = ARGS_LIST, .takes = "ID",                   \
		.help = "Use only this rule; a trailing * matches the rest "  \
			"of an id. May be repeated.",                        \
		.offset = offsetof(settings, rules.only)},                   \
	{.name = "exclude-rule", .kind = ARGS_LIST, .takes = "ID",           \
		.help = "Leave out this rule. May be repeated.",             \
		.offset = offsetof(settings, rules.except)}

/* output.c: the reports of one scan. */
#define JOB_OUTPUTS 16
struct job_output {
	enum report_format format;
	const char *path; /* NULL: standard output */
	bool has_format;
	bool is_closed;	  /* a file was named for it */
};
struct job_outputs {
	struct job_output at[JOB_OUTPUTS];
	size_t n;
};
/* -f starts an output, -o names its file. */
enum status job_outputs_format(struct job_outputs *o, const char *name,
	struct error *err) MUST_USE;
enum status job_outputs_file(struct job_outputs *o, const char *path,
	struct error *err) MUST_USE;
/* After the last: text to standard output when nothing was asked. */
enum status job_outputs_close(struct job_outputs *o, struct error *err)
	MUST_USE;
/* ---- the job ------------------------------------------------------------ */
/* What suppresses findings, besides what `job_settings` reads. */
struct job_suppress {
	struct args_list baselines; /* files, of ours or of other tools */
	const char *write_baseline; /* a file, or NULL */
	int is_off; /* neither settings nor comments */
	bool is_part; /* not all is scanned: an unused entry is not stale */
	enum suppress_inline comments;
	/* Read by the caller, from git objects say; or NULL. Borrowed. */
	struct suppress *given;
};
/* The options for it, for a table whose settings hold it as `suppress`. */
#define JOB_SUPPRESS_OPTIONS(settings)                                       \
	{.name = "baseline", .kind = ARGS_LIST, .takes = "FILE",             \
		.group = "Suppressions",                                     \
		.help = "Findings that this file names are suppressed: a "   \
			"baseline, a .gitleaksignore, a gitleaks JSON "      \
			"report, a detect-secrets baseline. May be repeated. " \
			"Besides, " SUPPRESS_SETTINGS " and "                \
			SUPPRESS_BASELINE " at the repository's root are "   \
			"believed; where commits are judged, those of the "  \
			"base.",                                             \
		.offset = offsetof(settings, suppress.baselines)},           \
	{.name = "no-suppress", .kind = ARGS_FLAG, .value = 1,               \
		.help = "Believe no file and no comment of what is scanned: " \
			"only files named by --baseline suppress.",          \
		.offset = offsetof(settings, suppress.is_off)}

struct job_options {
	struct job_rule_choice rules;
	struct detect_options detect;
	struct engine_options engine; /* its texts are borrowed */
	struct report_options report; /* all but format, width and rules */
	struct job_suppress suppress;
};
struct job;

enum status job_open(struct job **out, const struct job_options *options,
	struct error *err) MUST_USE;
void job_close(struct job *j);
/*
 * A person's own scan, or a hook of theirs: believe the settings and the
 * baseline at the root of this target's repository. Before it is scanned.
 * Gates and audits do not call it: see job_suppress.given.
 */
enum status job_settings(struct job *j, const char *target,
	struct error *err) MUST_USE;
/* One target; one that fails makes the job incomplete, and the others are
 * still scanned. */
enum status job_scan(struct job *j, const char *target,
	struct error *err) MUST_USE;
/*
 * Instead: one text in memory, `path` as it is reported. What is found goes
 * the same way; each step is told to `trace`, if there.
 */
enum status job_text(struct job *j, bytes path, bytes data,
	const struct trace *trace, struct error *err) MUST_USE;
/* A sighting from elsewhere: of an older report. */
enum status job_add(struct job *j, const struct sighting *s, bytes path,
	enum leak_source source) MUST_USE;
const struct ruleset *job_rules(const struct job *j);
/* After the last target: sort, sum up. */
enum status job_finish(struct job *j, struct error *err) MUST_USE;
/* After job_finish; valid until job_close. */
const struct leaks *job_leaks(const struct job *j);
struct leaks *job_found(struct job *j); /* to give them verdicts */
/* Forget those of which `keep` says false; see leaks_keep. */
void job_keep(struct job *j, leaks_wanted *keep, void *context);
const struct report_summary *job_summary(const struct job *j);
/* Write the reports; what is refused is said on standard error, and makes
 * the job incomplete. */
enum status job_report(struct job *j, const struct job_outputs *outputs,
	struct error *err) MUST_USE;
/* One report to a stream, in the job's own colours and width. */
enum status job_report_to(struct job *j, enum report_format format, FILE *to,
	struct error *err) MUST_USE;
/* 0, 1, 3, 4, or 128 and the signal; 2 when nothing was found and settings of
 * the judged repository were broken. */
int job_exit(const struct job *j);

#endif
