/*
 * stanch baseline: the file of accepted findings, by hand.
 */
#include "cli/internal.h"

#include "base/limits.h"
#include "render/json_writer.h"
#include "suppress/baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define TEXT_MAX (LIMIT_BASELINE * 4)

struct settings {
	const char *file, *reason, *owner, *expires;
	int dry_run, only_expired, format;
	unsigned jobs;
};

#define FILE_OPTION                                                          \
	{.name = "file", .kind = ARGS_TEXT, .takes = "FILE",                 \
		.help = "The baseline; default: " SUPPRESS_BASELINE ".",     \
		.offset = offsetof(struct settings, file)}

/* ERR_NOT_FOUND leaves an empty one. */
static enum status load(struct baseline *b, const char *path,
	struct error *err)
{
	struct buf text;
	enum status status;

	baseline_init(b);
	status = baseline_load_file(path, LIMIT_BASELINE, &text, err);
	if (status != OK)
		return status;
	status = baseline_read(b, path, buf_bytes(&text), err);
	buf_release_wiped(&text);
	return status;
}

static bool is_over(const struct baseline_entry *e)
{
	int64_t end;

	return e->expires && baseline_day_end(bytes_text(e->expires), &end) &&
	       (int64_t)time(NULL) >= end;
}

static enum status parse(const struct args_command *self, int argc,
	char **argv, struct settings *s, struct args_list *words, size_t most,
	struct error *err)
{
	s->file = SUPPRESS_BASELINE;
	return console_parse(self, argc, argv, s, words, most, err);
}

/* ---- add ---------------------------------------------------------------- */

static const struct args_option add_options[] = {
	{.name = "reason", .kind = ARGS_TEXT, .takes = "TEXT",
		.help = "Why it is accepted.",
		.offset = offsetof(struct settings, reason)},
	{.name = "owner", .kind = ARGS_TEXT, .takes = "NAME",
		.help = "Who answers for it; one word.",
		.offset = offsetof(struct settings, owner)},
	{.name = "expires", .kind = ARGS_TEXT, .takes = "DAY",
		.help = "The last day on which it is accepted: 2027-01-31.",
		.offset = offsetof(struct settings, expires)},
	FILE_OPTION,
};

static int run_add(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings s = {.file = NULL};
	struct args_list words = {.n = 0};
	struct error err = {0};
	struct baseline b = {.n = 0};
	enum status status = parse(self, argc, argv, &s, &words,
		ARGS_LIST_MAX, &err);

	(void)context;
	if (status == OK && words.n == 0)
		status = error_set(&err, ERR_USAGE, "read the command line: a "
			"fingerprint is missing; reports have them");
	if (status == OK) {
		status = load(&b, s.file, &err);
		status = status == ERR_NOT_FOUND ? OK : status;
	}
	for (size_t i = 0; status == OK && i < words.n; i++)
		status = baseline_put(&b, &(struct baseline_entry){
			.fingerprint = words.at[i], .reason = s.reason,
			.owner = s.owner, .expires = s.expires}, &err);
	if (status == OK)
		status = baseline_save_file(s.file, &b, &err);
	baseline_release(&b);
	return status == OK ? EXIT_CLEAN : console_fail(&err);
}

/* ---- show --------------------------------------------------------------- */

static const char *const formats[] = {"text", "json", NULL};
static const struct args_option show_options[] = {
	{.name = "format", .letter = 'f', .kind = ARGS_CHOICE,
		.takes = "FORMAT", .choices = formats,
		.help = "text (default) or json.",
		.offset = offsetof(struct settings, format)},
	FILE_OPTION,
};

static void show_line(const struct baseline_entry *e)
{
	struct buf text;

	buf_init(&text, 1 << 16);
	buf_printf(&text, "%s  %s%s  %s  ", e->fingerprint,
		e->expires ? "until " : "for ever", e->expires ? e->expires
		: "", e->owner ? e->owner : "nobody");
	report_escape_terminal(bytes_text(e->reason ? e->reason
						    : "no reason"), &text);
	printf("%s%s\n", buf_text(&text), is_over(e) ? "  (ended)" : "");
	buf_release(&text);
}

static void show_json(const struct baseline *b)
{
	struct report_writer w = {.to = stdout, .indent = 1};

	report_json_array(&w);
	for (size_t i = 0; i < b->n; i++) {
		const struct baseline_entry *e = &b->at[i];

		report_json_object(&w);
		report_json_key(&w, "fingerprint");
		report_json_text(&w, e->fingerprint);
		report_json_key(&w, "expires");
		report_json_text(&w, e->expires);
		report_json_key(&w, "owner");
		report_json_text(&w, e->owner);
		report_json_key(&w, "reason");
		report_json_text(&w, e->reason);
		report_json_key(&w, "ended");
		report_json_flag(&w, is_over(e));
		report_json_end(&w);
	}
	report_json_end(&w);
}

static int run_show(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings s = {.file = NULL};
	struct args_list words = {.n = 0};
	struct error err = {0};
	struct baseline b = {.n = 0};
	enum status status = parse(self, argc, argv, &s, &words, 1, &err);

	(void)context;
	if (words.n)
		s.file = words.at[0];
	if (status == OK)
		status = load(&b, s.file, &err);
	if (status == OK && s.format == 1)
		show_json(&b);
	for (size_t i = 0; status == OK && s.format == 0 && i < b.n; i++)
		show_line(&b.at[i]);
	baseline_release(&b);
	if (status == OK && fflush(stdout) != 0)
		status = error_set_errno(&err, ERR_IO,
			"write to standard output");
	return status == OK ? EXIT_CLEAN : console_fail(&err);
}

/* ---- prune -------------------------------------------------------------- */

static const struct args_option prune_options[] = {
	{.name = "expired", .kind = ARGS_FLAG, .value = 1,
		.help = "Only what has ended; nothing is scanned.",
		.offset = offsetof(struct settings, only_expired)},
	{.name = "dry-run", .letter = 'n', .kind = ARGS_FLAG, .value = 1,
		.help = "Say what would go, and leave the file.",
		.offset = offsetof(struct settings, dry_run)},
	{.name = "jobs", .letter = 'j', .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_JOBS,
		.help = "Threads; 0, the default, is one per processor.",
		.offset = offsetof(struct settings, jobs)},
	FILE_OPTION,
};

static void drop(struct baseline *b, size_t i, const char *why)
{
	printf("%s  %s\n", b->at[i].fingerprint, why);
	baseline_remove(b, i);
}

static void drop_expired(struct baseline *b)
{
	for (size_t i = b->n; i-- > 0;)
		if (is_over(&b->at[i]))
			drop(b, i, "ended");
}

static void drop_stale(struct baseline *b, const struct report_summary *s)
{
	for (size_t i = 0; i < s->stale_count; i++) {
		const struct baseline_entry *e = baseline_find(b,
			bytes_text(s->stale[i].what));

		if (e)
			drop(b, (size_t)(e - b->at), "nothing answers to it");
	}
}

/* Everything that is there, whatever its confidence. */
static enum status scan_all(const struct settings *s,
	const struct args_list *targets, const atomic_int *signal,
	struct baseline *b, struct error *err)
{
	struct job_options asked = {
		.detect = {.decode_depth = LIMIT_DECODE_DEPTH,
			.min_confidence = CONFIDENCE_LOW},
		.engine = {.jobs = s->jobs, .signal = signal,
			.archive_depth = LIMIT_ARCHIVE_DEPTH,
			.progress = PROGRESS_AUTO},
		.suppress = {.is_off = 1},
	};
	struct job *job = NULL;
	enum status status;

	asked.suppress.baselines.at[asked.suppress.baselines.n++] = s->file;
	status = job_open(&job, &asked, err);
	for (size_t i = 0; status == OK && i < targets->n; i++)
		status = job_scan(job, targets->at[i], err);
	if (status == OK)
		status = job_finish(job, err);
	if (status == OK && !job_summary(job)->complete)
		status = error_set(err, ERR_INTERRUPTED, "prune %.200s: not "
			"everything could be scanned, so nobody can say what "
			"is stale; --expired needs no scan", s->file);
	if (status == OK)
		drop_stale(b, job_summary(job));
	job_close(job);
	return status;
}

static int run_prune(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings s = {.file = NULL};
	struct args_list targets = {.n = 0};
	struct error err = {0};
	struct baseline b = {.n = 0};
	size_t before;
	enum status status = parse(self, argc, argv, &s, &targets,
		ARGS_LIST_MAX, &err);

	if (targets.n == 0)
		targets.at[targets.n++] = ".";
	if (status == OK)
		status = load(&b, s.file, &err);
	before = b.n;
	if (status == OK)
		drop_expired(&b);
	if (status == OK && !s.only_expired)
		status = scan_all(&s, &targets,
			((struct console *)context)->signal, &b, &err);
	if (status == OK && !s.dry_run && b.n != before)
		status = baseline_save_file(s.file, &b, &err);
	if (status == OK)
		fprintf(stderr, "stanch: %s: %zu of %zu entries %s\n", s.file,
			before - b.n, before,
			s.dry_run ? "would go" : "removed");
	baseline_release(&b);
	if (status == ERR_INTERRUPTED) {
		console_fail(&err);
		return EXIT_PARTIAL;
	}
	return status == OK ? EXIT_CLEAN : console_fail(&err);
}

/* ---- the table ---------------------------------------------------------- */

static const struct args_command add_command = {
	.name = "add",
	.takes = "FINGERPRINT...",
	.summary = "Accept findings, by the fingerprints that reports show.",
	.options = add_options,
	.option_count = sizeof(add_options) / sizeof(add_options[0]),
	.run = run_add,
};
static const struct args_command prune_command = {
	.name = "prune",
	.takes = "[TARGET...]",
	.summary = "Remove entries that have ended, and those that nothing in "
		"TARGET (default: the current directory) answers to.",
	.about = "Exit codes: 0 done; 2 could not run; 3 not everything could "
		"be scanned, and the file is as it was.\n",
	.options = prune_options,
	.option_count = sizeof(prune_options) / sizeof(prune_options[0]),
	.run = run_prune,
};
static const struct args_command show_command = {
	.name = "show",
	.takes = "[FILE]",
	.summary = "List the entries.",
	.options = show_options,
	.option_count = sizeof(show_options) / sizeof(show_options[0]),
	.run = run_show,
};
static const struct args_command *const children[] = {
	&add_command,
	&prune_command,
	&show_command,
	NULL,
};

const struct args_command cli_baseline_command = {
	.name = "baseline",
	.summary = "The file of accepted findings: add, prune, show.",
	.about = "`stanch scan --write-baseline FILE` makes one of all that is "
		"found.\n",
	.children = children,
};
