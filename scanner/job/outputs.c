/*
 * Reports to where they were asked for. A file is written beside its name and
 * renamed, so that a reader never meets half of one; what is no regular file
 * (/dev/full, a pipe) is written directly. A report that cannot be written is
 * no reason to lose what was found: it goes to standard error as text.
 */
#include "job/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* ---- which -------------------------------------------------------------- */

static enum status add(struct job_outputs *o, const struct job_output *new,
	struct error *err)
{
	if (o->n == JOB_OUTPUTS)
		return error_set(err, ERR_USAGE,
			"read the command line: more than %d outputs",
			JOB_OUTPUTS);
	o->at[o->n++] = *new;
	return OK;
}

enum status job_outputs_format(struct job_outputs *o, const char *name,
	struct error *err)
{
	struct job_output new = {.has_format = true};

	if (!report_format_parse(name, &new.format))
		return error_set(err, ERR_USAGE, "read option --format: "
			"'%.80s' is not one of text, json, jsonl, sarif, csv, "
			"junit, github, html, azure, gitlab, codequality, "
			"markdown", name);
	/* `-o report.out -f json` is meant as it reads. */
	if (o->n > 0 && !o->at[o->n - 1].has_format) {
		o->at[o->n - 1].format = new.format;
		o->at[o->n - 1].has_format = true;
		return OK;
	}
	return add(o, &new, err);
}

static bool infer(const char *path, enum report_format *out)
{
	static const struct {
		const char *end;
		enum report_format format;
	} ends[] = {
		{".txt", REPORT_TEXT},	  {".json", REPORT_JSON},
		{".jsonl", REPORT_JSONL}, {".ndjson", REPORT_JSONL},
		{".sarif", REPORT_SARIF}, {".sarif.json", REPORT_SARIF},
		{".md", REPORT_MARKDOWN},
		{".csv", REPORT_CSV},	  {".xml", REPORT_JUNIT},
		{".html", REPORT_HTML},   {".htm", REPORT_HTML},
	};
	bool found = false;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (bytes_ends(bytes_text(path), bytes_text(ends[i].end))) {
			*out = ends[i].format;
			found = true;
		}
	return found;
}

enum status job_outputs_file(struct job_outputs *o, const char *path,
	struct error *err)
{
	struct job_output new = {.path = path, .is_closed = true};

	if (path[0] == '\0')
		return error_set(err, ERR_USAGE, "read option --output: the "
			"name is empty");
	if (strcmp(path, "-") == 0)
		new.path = NULL;
	if (o->n > 0 && !o->at[o->n - 1].is_closed) {
		o->at[o->n - 1].path = new.path;
		o->at[o->n - 1].is_closed = true;
		return OK;
	}
	new.has_format = infer(path, &new.format);
	return add(o, &new, err);
}

static struct job_outputs *outputs_of(void *settings,
	const struct args_option *option)
{
	return (struct job_outputs *)(void *)((char *)settings +
					      option->offset);
}

enum status job_on_format(void *settings, const struct args_option *option,
	const char *text, struct error *err)
{
	return job_outputs_format(outputs_of(settings, option), text, err);
}

enum status job_on_output(void *settings, const struct args_option *option,
	const char *text, struct error *err)
{
	return job_outputs_file(outputs_of(settings, option), text, err);
}

enum status job_outputs_close(struct job_outputs *o, struct error *err)
{
	static const struct job_output text = {.has_format = true};
	size_t to_stdout = 0;

	if (o->n == 0)
		return add(o, &text, err);
	for (size_t i = 0; i < o->n; i++) {
		if (!o->at[i].has_format)
			return error_set(err, ERR_USAGE, "choose a format for "
				"--output %.80s: its name tells none; say "
				"--format before it",
				o->at[i].path ? o->at[i].path : "-");
		to_stdout += o->at[i].path == NULL;
	}
	if (to_stdout > 1)
		return error_set(err, ERR_USAGE, "read the command line: %zu "
			"reports to standard output; name a file with "
			"--output after each --format but one", to_stdout);
	return OK;
}

/* ---- writing ------------------------------------------------------------ */

struct writing {
	struct report_options options;
	job_write *write;
	const void *context;
};

/* Report, flush, and hear about it now. */
static enum status write_stream(const struct writing *w, FILE *to,
	struct error *err)
{
	enum status status;

	status = w->write(w->context, to, &w->options, err);
	errno = 0;
	if (status == OK && (fflush(to) != 0 || ferror(to)))
		status = error_set_errno(err, ERR_IO, "write the report");
	return status;
}

static bool wants_color(int fd)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) == 1 && (none == NULL || none[0] == '\0') &&
		(term == NULL || strcmp(term, "dumb") != 0);
}

static enum status write_stdout(struct writing *w, struct error *err)
{
	w->options.color = w->options.color && wants_color(STDOUT_FILENO);
	w->options.width = console_columns(STDOUT_FILENO);
	return write_stream(w, stdout, err);
}

static enum status write_and_close(const struct writing *w, FILE *to,
	struct error *err)
{
	enum status status = write_stream(w, to, err);

	if (fclose(to) != 0 && status == OK)
		status = error_set_errno(err, ERR_IO, "write the report");
	return status;
}

static enum status write_direct(const struct writing *w, const char *path,
	struct error *err)
{
	FILE *to = fopen(path, "we");

	if (to == NULL)
		return error_set_errno(err, ERR_IO, "write the report");
	return write_and_close(w, to, err);
}

/* "dir/.name.XXXXXX" for "dir/name". */
static bool name_beside(const char *path, char *out, size_t room)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	int n = snprintf(out, room, "%.*s.%s.XXXXXX", (int)(name - path), path,
		name);

	return n > 0 && (size_t)n < room && name[0] != '\0';
}

static enum status write_renamed(const struct writing *w, const char *path,
	mode_t mode, struct error *err)
{
	char beside[PATH_MAX];
	enum status status;
	FILE *to;
	int fd;

	if (!name_beside(path, beside, sizeof(beside)))
		return error_set(err, ERR_IO, "write the report: not a name "
			"for a file");
	fd = mkostemp(beside, O_CLOEXEC);
	to = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (to == NULL) {
		status = error_set_errno(err, ERR_IO, "write the report");
		if (fd >= 0) {
			close(fd);
			(void)!unlink(beside);
		}
		return status;
	}
	(void)!fchmod(fd, mode);
	status = write_and_close(w, to, err);
	if (status == OK && rename(beside, path) != 0)
		status = error_set_errno(err, ERR_IO, "write the report");
	if (status)
		(void)!unlink(beside);
	return status;
}

static enum status write_file(struct writing *w, const char *path,
	struct error *err)
{
	char real[PATH_MAX];
	struct stat st;
	mode_t mode = 0600;

	w->options.color = false;
	w->options.width = 0;
	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return write_direct(w, path, err);
		mode = st.st_mode & 0777;
		/* Through a link: replace what it points to, not it. */
		if (realpath(path, real) != NULL)
			path = real;
	}
	return write_renamed(w, path, mode, err);
}

static void complain(const struct job_output *o, const struct error *err)
{
	struct error whole = {0};

	error_set(&whole, err->code, "%s report to %.200s: %.200s; the "
		"findings follow here", report_format_name(o->format),
		o->path ? o->path : "standard output", err->text);
	console_fail(&whole);
}

static void write_rescue(struct writing *w)
{
	w->options.format = REPORT_TEXT;
	w->options.show_secrets = false;
	w->options.color = false;
	w->options.width = console_columns(STDERR_FILENO);
	w->options.quiet = false;
	(void)!write_stream(w, stderr, NULL);
}

bool job_outputs_write(const struct job_outputs *o,
	const struct report_options *common, job_write *write,
	const void *context)
{
	struct writing w = {*common, write, context};
	bool is_written = true;

	for (size_t i = 0; i < o->n; i++) {
		struct error err = {0};
		enum status status;

		w.options = *common;
		w.options.format = o->at[i].format;
		status = o->at[i].path ? write_file(&w, o->at[i].path, &err) :
					 write_stdout(&w, &err);
		if (status == OK)
			continue;
		complain(&o->at[i], &err);
		is_written = false;
	}
	if (!is_written) {
		w.options = *common;
		write_rescue(&w);
	}
	return is_written;
}
