/*
 * stanch explain FILE[:LINE]
 *
 * FILE is one that is there; else what stands behind the last colon is taken
 * for a line; else it is REV:PATH of the repository around the current
 * directory, as git writes it. A scan of the whole file runs, at low
 * confidence, with somebody listening.
 */
#include "explain/explain.h"

#include "base/limits.h"
#include "basis/basis.h"
#include "explain/internal.h"
#include "job/console.h"
#include "job/job.h"
#include "suppress/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* Bytes of a file that is explained: it is held in memory. */
#define FILE_MAX ((size_t)128 << 20)

struct settings {
	struct job_rule_choice rules;
	struct job_suppress suppress;
	int format, min_confidence, all;
	unsigned decode_depth;
};

static const char *const formats[] = {"text", "json", NULL};
static const char *const confidences[] = {"low", "medium", "high", "certain",
	NULL};

static const struct args_option options[] = {
	{.name = "format", .letter = 'f', .kind = ARGS_CHOICE,
		.takes = "FORMAT", .choices = formats, .group = "Output",
		.help = "text (default) or json.",
		.offset = offsetof(struct settings, format)},
	{.name = "all", .letter = 'a', .kind = ARGS_FLAG, .value = 1,
		.help = "Also literals of rules whose pattern matches nothing "
			"around them; with a LINE they are shown in any case.",
		.offset = offsetof(struct settings, all)},
	{.name = "min-confidence", .kind = ARGS_CHOICE, .takes = "LEVEL",
		.choices = confidences,
		.help = "Of the scan that is explained: low, medium "
			"(default), high, certain.",
		.offset = offsetof(struct settings, min_confidence)},
	{.name = "decode-depth", .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_DECODE_DEPTH,
		.help = "Encodings inside encodings to follow: 0 to 3 "
			"(default).",
		.offset = offsetof(struct settings, decode_depth)},
	JOB_RULE_OPTIONS(struct settings),
	JOB_SUPPRESS_OPTIONS(struct settings),
};

/* What is asked about. */
struct subject {
	char path[LIMIT_PATH]; /* as shown */
	bool is_file;	       /* with settings of its own */
	uint32_t line;
	struct buf text;
};

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* Cut a line number off the end: "a.c:12". */
static bool cut_line(char *path, uint32_t *line)
{
	char *colon = strrchr(path, ':');
	unsigned n;

	if (colon == NULL || !args_read_number(colon + 1, UINT32_MAX / 2, &n) ||
		n == 0)
		return false;
	*colon = '\0';
	*line = n;
	return true;
}

static enum status read_stdin(struct buf *text, struct error *err)
{
	size_t got;

	buf_init(text, FILE_MAX + 1);
	do {
		if (!buf_reserve(text, 65536))
			return error_set(err, ERR_LIMIT, "explain standard "
				"input: over %zu MiB, or no memory",
				FILE_MAX >> 20);
		got = fread(text->at + text->n, 1, 65536, stdin);
		text->n += got;
	} while (got > 0);
	return ferror(stdin) ? error_set_errno(err, ERR_IO,
		"read standard input") : OK;
}

/* "HEAD~2:src/a.c", and "HEAD:src/a.c:12". */
static enum status read_object(struct subject *s, struct error *err)
{
	char name[LIMIT_PATH];
	char *colon;
	enum status status;

	for (int tries = 0; tries < 2; tries++) {
		snprintf(name, sizeof(name), "%s", s->path);
		colon = strchr(name, ':');
		if (colon == NULL)
			break;
		*colon = '\0';
		status = basis_file(name, colon + 1, FILE_MAX, &s->text, err);
		if (status != ERR_NOT_FOUND || tries ||
			!cut_line(s->path, &s->line))
			return status;
	}
	return error_set(err, ERR_USAGE, "explain %.300s: no such file; name "
		"FILE, FILE:LINE or REVISION:PATH", s->path);
}

static enum status read_subject(struct subject *s, const char *word,
	struct error *err)
{
	if (strlen(word) >= sizeof(s->path))
		return error_set(err, ERR_USAGE, "explain: the name is too "
			"long");
	snprintf(s->path, sizeof(s->path), "%s", word);
	if (strcmp(word, "-") == 0)
		return read_stdin(&s->text, err);
	if (!is_there(s->path)) {
		uint32_t line = 0;

		if (!cut_line(s->path, &line) || !is_there(s->path)) {
			snprintf(s->path, sizeof(s->path), "%s", word);
			return read_object(s, err);
		}
		s->line = line;
	}
	s->is_file = true;
	return baseline_load_file(s->path, FILE_MAX, &s->text, err);
}

static int say(const struct settings *s, const struct subject *subject,
	const struct explanation *e)
{
	const struct explain_view view = {
		.path = subject->path,
		.line = subject->line,
		.min_confidence = (enum confidence)s->min_confidence,
		.all = s->all,
	};
	bool any = s->format == 1 ? explain_json(stdout, e, &view)
				  : explain_text(stdout, e, &view);

	if (!any && s->format == 0)
		printf("Nothing %s came near to a finding.%s\n",
			subject->line ? "on this line" : "in this file",
			s->all || subject->line ? "" : " --all also shows "
				"literals of rules that stand alone.");
	if (e->lost)
		fprintf(stderr, "stanch: explain %.200s: %llu more steps; name "
			"a LINE\n", subject->path,
			(unsigned long long)e->lost);
	errno = 0;
	if (fflush(stdout) != 0) {
		fprintf(stderr, "stanch: write to standard output: %s\n",
			strerror(errno));
		return EXIT_PARTIAL;
	}
	return EXIT_CLEAN;
}

static int explain(const struct settings *s, struct subject *subject,
	struct error *err)
{
	const struct job_options asked = {
		.rules = s->rules,
		.suppress = s->suppress,
		.detect = {.decode_depth = s->decode_depth,
			.min_confidence = CONFIDENCE_LOW},
		.engine = {.jobs = 1, .progress = PROGRESS_NEVER},
	};
	struct explanation e = {.n = 0};
	const struct trace trace = {explain_hear, &e};
	bytes path = bytes_text(subject->path);
	bytes data = buf_bytes(&subject->text);
	struct job *job = NULL;
	enum status status = job_open(&job, &asked, err);
	int code = EXIT_UNABLE;

	while (bytes_starts(path, bytes_text("./")))
		path = bytes_drop(path, 2);
	arena_init(&e.arena, LIMIT_SUPPRESS);
	if (status == OK && subject->is_file)
		status = job_settings(job, subject->path, err);
	if (status == OK)
		status = job_text(job, path, data, &trace, err);
	if (status == OK)
		status = job_finish(job, err);
	if (status == OK && e.has_no_memory)
		status = error_set(err, ERR_MEMORY, "explain: no memory");
	if (status == OK) {
		explain_settle(&e, data, job_leaks(job));
		code = say(s, subject, &e);
	}
	explain_release(&e);
	job_close(job);
	return code;
}

static int run(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {
		.min_confidence = CONFIDENCE_MEDIUM,
		.decode_depth = LIMIT_DECODE_DEPTH,
	};
	struct args_list words = {.n = 0};
	struct subject *subject = calloc(1, sizeof(*subject));
	struct error err = {0};
	int code = EXIT_UNABLE;

	(void)context;
	if (subject == NULL)
		error_set(&err, ERR_MEMORY, "explain: no memory");
	else if (console_parse(self, argc, argv, &settings, &words, 1, &err))
		code = EXIT_UNABLE;
	else if (words.n == 0)
		error_set(&err, ERR_USAGE, "read the command line: FILE, "
			"FILE:LINE or REVISION:PATH is missing");
	else if (read_subject(subject, words.at[0], &err) == OK)
		code = explain(&settings, subject, &err);
	if (code == EXIT_UNABLE && err.code != OK)
		console_fail(&err);
	if (subject)
		buf_release_wiped(&subject->text);
	free(subject);
	return code;
}

const struct args_command explain_command = {
	.name = "explain",
	.takes = "FILE[:LINE]",
	.summary = "Say for each candidate in a file why it was kept or "
		"dropped.",
	.about =
"FILE may also be REVISION:PATH, as git writes it, or - for standard input. "
"For each candidate: the rule, the literal that led to it and in which "
"encoding, what its checksum says, entropy and what the rule wants, what must "
"stand beside it, overlap, allowlists, suppressions. Secrets are redacted.\n"
"\n"
"Exit codes: 0 whatever was found; 2 could not run.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run,
};
