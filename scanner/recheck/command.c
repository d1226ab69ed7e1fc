#include "recheck/recheck.h"

#include "base/limits.h"
#include "diff/read.h"
#include "job/console.h"
#include "job/job.h"
#include "job/outputs.h"
#include "job/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/banned.h"

struct settings {
	struct job_rule_choice rules;
	struct job_outputs outputs;
	struct job_network_choice network;
	int show_secrets, no_color, progress, quiet, verbose;
};

static const char *const progresses[] = {"auto", "always", "never", NULL};

static const struct args_option options[] = {
	JOB_RULE_OPTIONS(struct settings),
	{.name = "format", .letter = 'f', .kind = ARGS_CALL, .takes = "FORMAT",
		.choices = report_format_names,
		.call = job_on_format,
		.offset = offsetof(struct settings, outputs),
		.group = "Output",
		.help = "Start a report, as of `scan`. May be repeated."},
	{.name = "output", .letter = 'o', .kind = ARGS_CALL, .takes = "FILE",
		.call = job_on_output,
		.offset = offsetof(struct settings, outputs),
		.help = "Write the report of the --format before it to this "
			"file."},
	{.name = "show-secrets", .kind = ARGS_FLAG, .value = 1,
		.help = "Do not redact. Mind where the report goes.",
		.offset = offsetof(struct settings, show_secrets)},
	{.name = "no-color", .kind = ARGS_FLAG, .value = 1,
		.help = "No colour; NO_COLOR in the environment does the same.",
		.offset = offsetof(struct settings, no_color)},
	{.name = "progress", .kind = ARGS_CHOICE, .takes = "WHEN",
		.choices = progresses,
		.help = "Progress on standard error: auto (on a terminal), "
			"always, never.",
		.offset = offsetof(struct settings, progress)},
	{.name = "quiet", .letter = 'q', .kind = ARGS_FLAG, .value = 1,
		.help = "Findings only, no summary.",
		.offset = offsetof(struct settings, quiet)},
	{.name = "verbose", .letter = 'v', .kind = ARGS_FLAG, .value = 1,
		.help = "Every place, and the whole ledger.",
		.offset = offsetof(struct settings, verbose)},
	JOB_NETWORK_OPTIONS(struct settings),
};

struct run {
	const struct settings *settings;
	const struct args_list *targets; /* repositories */
	struct diff_report report;
	struct job *job;
	struct error *err;
	bool *is_had; /* by finding: its leak was read again */
	size_t missing;
};

/* ---- having the secrets again ------------------------------------------- */

static bool is_in_file(const struct diff_finding *f)
{
	return strcmp(f->source, "worktree") == 0 ||
	       strcmp(f->source, "archive") == 0;
}

/* The file itself, where the path goes on into an archive: a.zip!member. */
static bool find_file(const char *path, char file[4096])
{
	struct stat st;
	size_t n = strlen(path);

	if (n >= 4096)
		return false;
	memcpy(file, path, n + 1);
	while (stat(file, &st) != 0) {
		char *mark = strrchr(file, '!');

		if (mark == NULL || mark == file)
			return false;
		*mark = '\0';
	}
	return S_ISREG(st.st_mode);
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(const struct diff_finding *const *)a)->path,
		(*(const struct diff_finding *const *)b)->path);
}

/* Each file once. */
static enum status scan_files(struct run *r)
{
	size_t n = r->report.n, count = 0;
	const struct diff_finding **files = calloc(n + 1, sizeof(*files));
	char file[4096], last[4096] = "";
	enum status status = OK;

	if (files == NULL)
		return error_set(r->err, ERR_MEMORY, "verify: out of memory");
	for (size_t i = 0; i < n; i++)
		if (is_in_file(&r->report.at[i]))
			files[count++] = &r->report.at[i];
	qsort(files, count, sizeof(*files), by_path);
	for (size_t i = 0; status == OK && i < count; i++) {
		if (!find_file(files[i]->path, file) ||
			strcmp(file, last) == 0)
			continue;
		snprintf(last, sizeof(last), "%s", file);
		/* One that fails now is among those that are missing. */
		if (job_scan(r->job, file, r->err) == ERR_MEMORY)
			status = ERR_MEMORY;
	}
	free(files);
	return status;
}

static enum status scan_histories(struct run *r)
{
	bool any = false;

	for (size_t i = 0; i < r->report.n; i++)
		any |= !is_in_file(&r->report.at[i]) &&
		       strcmp(r->report.at[i].source, "stdin") != 0;
	for (size_t i = 0; any && i < r->targets->n; i++)
		if (job_scan(r->job, r->targets->at[i], r->err) != OK)
			return r->err->code;
	return OK;
}

/* A report with secrets is a place of its own. */
static enum status add_shown(struct run *r, const struct diff_finding *f)
{
	struct sighting s = {
		.rule = ruleset_find(job_rules(r->job), f->rule),
		.confidence = CONFIDENCE_MEDIUM,
		.line = (uint32_t)f->line,
		.column = (uint32_t)f->column,
	};

	if (f->is_redacted || f->secret == NULL || s.rule == NULL)
		return OK;
	if (f->confidence)
		(void)confidence_parse(bytes_text(f->confidence),
			&s.confidence);
	s.secret = bytes_text(f->secret);
	s.length = s.secret.n;
	return job_add(r->job, &s, bytes_text(f->path), LEAK_STDIN);
}

static enum status read_again(struct run *r)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < r->report.n; i++)
		status = add_shown(r, &r->report.at[i]);
	if (status == OK)
		status = scan_files(r);
	if (status == OK)
		status = scan_histories(r);
	return status == OK ? job_finish(r->job, r->err) : status;
}

/* Findings are sorted by fingerprint; the first of those equal, or n. */
static size_t first_of(const struct diff_report *report, const char *id)
{
	size_t low = 0, high = report->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(report->at[middle].fingerprint, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_reported(void *context, const struct leak *leak)
{
	struct run *r = context;
	size_t i = first_of(&r->report, leak->fingerprint);
	bool any = false;

	for (; i < r->report.n && strcmp(r->report.at[i].fingerprint,
					  leak->fingerprint) == 0; i++)
		any = r->is_had[i] = true;
	return any;
}

/* One line for each leak that could not be had. */
static void say_missing(struct run *r)
{
	struct buf line, shown;

	for (size_t i = 0; i < r->report.n; i++) {
		const struct diff_finding *f = &r->report.at[i];

		if (r->is_had[i] || (i > 0 && strcmp(f->fingerprint,
				r->report.at[i - 1].fingerprint) == 0))
			continue;
		r->missing++;
		buf_init(&line, 8192);
		buf_printf(&line, "%.200s, at %.2000s (%.20s)",
			f->fingerprint, f->path, f->source);
		fputs("stanch: verify: could not be read again: ", stderr);
		buf_init(&shown, 32768);
		report_escape_terminal(buf_bytes(&line), &shown);
		fputs(buf_text(&shown), stderr);
		fputs("\n", stderr);
		buf_release(&shown);
		buf_release(&line);
	}
}

/* ---- the command -------------------------------------------------------- */

/* What is not known to be dead is a finding. */
static int exit_code(const struct run *r, const atomic_int *signal)
{
	const struct leaks *leaks = job_leaks(r->job);
	bool is_complete = r->missing == 0 && job_summary(r->job)->complete;
	bool any = false;

	if (signal && atomic_load(signal))
		return 128 + atomic_load(signal);
	for (size_t i = 0; i < leaks_count(leaks); i++)
		any |= leaks_at(leaks, i)->verdict == NULL ||
		       leaks_at(leaks, i)->verdict->verdict != VERDICT_DEAD;
	if (is_complete)
		return any ? EXIT_FOUND : EXIT_CLEAN;
	return any ? EXIT_PARTIAL_FOUND : EXIT_PARTIAL;
}

static struct job_options job_options_of(const struct settings *s,
	const atomic_int *signal)
{
	return (struct job_options){
		.rules = s->rules,
		.detect = {
			.decode_depth = LIMIT_DECODE_DEPTH,
			.min_confidence = CONFIDENCE_LOW,
		},
		.engine = {
			.archive_depth = LIMIT_ARCHIVE_DEPTH,
			.only_history = true,
			.progress = s->quiet ? PROGRESS_NEVER :
				(enum engine_progress)s->progress,
			.signal = signal,
		},
		.report = {
			.show_secrets = s->show_secrets,
			.color = !s->no_color,
			.quiet = s->quiet,
			.verbose = s->verbose,
		},
		.suppress = {.is_off = 1},
	};
}

static int run_verify(struct run *r, const char *report,
	const atomic_int *signal)
{
	const struct job_options asked = job_options_of(r->settings, signal);
	struct job_network *network = NULL;
	enum status status = diff_read(&r->report, report, r->err);
	int code;

	if (status == OK)
		r->is_had = calloc(r->report.n + 1, sizeof(*r->is_had));
	if (status == OK && r->is_had == NULL)
		status = error_set(r->err, ERR_MEMORY, "verify: out of memory");
	if (status == OK)
		status = job_network_open(&r->settings->network, r->targets,
			&network, r->err);
	if (status == OK)
		status = job_open(&r->job, &asked, r->err);
	if (status == OK)
		status = read_again(r);
	if (status == OK) {
		job_keep(r->job, is_reported, r);
		say_missing(r);
		status = job_verify(r->job, network, r->err);
	}
	if (status == OK)
		status = job_report(r->job, &r->settings->outputs, r->err);
	code = status == OK ? exit_code(r, signal) : console_fail(r->err);
	job_network_close(network);
	job_close(r->job);
	free(r->is_had);
	diff_release(&r->report);
	return code;
}

static int run_command(void *context, const struct args_command *self,
	int argc, char **argv)
{
	struct settings settings = {.quiet = 0};
	struct args_list words = {.n = 0}, targets = {.n = 0};
	struct error err = {0};
	struct run run = {.settings = &settings, .targets = &targets,
		.err = &err};

	if (console_parse(self, argc, argv, &settings, &words, ARGS_LIST_MAX,
		&err) || job_outputs_close(&settings.outputs, &err))
		return console_fail(&err);
	if (words.n == 0) {
		error_set(&err, ERR_USAGE, "read the command line: a report "
			"is missing; `stanch scan -f jsonl -o FILE` writes "
			"one");
		return console_fail(&err);
	}
	for (size_t i = 1; i < words.n; i++)
		targets.at[targets.n++] = words.at[i];
	if (targets.n == 0)
		targets.at[targets.n++] = ".";
	return run_verify(&run, words.at[0],
		((struct console *)context)->signal);
}

const struct args_command recheck_command = {
	.name = "verify",
	.takes = "REPORT [REPOSITORY...]",
	.summary = "Ask providers again about what a report (json or jsonl) "
		"found. Secrets are read again from their places: files by "
		"their path, all else from the histories of these "
		"repositories (the current directory by default).",
	.about =
"Exit codes: 0 all of it is dead; 1 something is live, or may be; 2 could "
"not run; 3 and 4 the same when something could not be read again, which is "
"said.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_command,
};
