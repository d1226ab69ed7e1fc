/*
 * reports: the log, and files. The directory for files lies in a checkout of
 * what is judged, so that any name in it may be a link that was pushed: the
 * directory is to be one, and a file that is there is taken away first.
 */
#include "ci/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define DIRECTORY "stanch-reports"

static const struct {
	unsigned file;
	enum report_format format;
	const char *name;
} files[] = {
	{CI_SARIF, REPORT_SARIF, "stanch.sarif"},
	{CI_JUNIT, REPORT_JUNIT, "stanch.junit.xml"},
	{CI_TEST_RESULTS, REPORT_JUNIT, "test-results/stanch.xml"},
	{CI_GITLAB, REPORT_GITLAB, "gl-secret-detection-report.json"},
	{CI_GITLAB, REPORT_CODEQUALITY, "gl-code-quality-report.json"},
	{CI_MARKDOWN, REPORT_MARKDOWN, "stanch.md"},
};
#define COUNT (sizeof(files) / sizeof(files[0]))

static const char *directory_of(const struct ci_settings *s)
{
	return s->report_dir ? s->report_dir : DIRECTORY;
}

static bool name_file(const struct ci_settings *s, const char *name,
	char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", directory_of(s), name);

	return n > 0 && n < PATH_MAX;
}

static enum status make_directory(const char *path, struct error *err)
{
	struct stat st;

	if (mkdir(path, 0777) == 0)
		return OK;
	if (errno != EEXIST || lstat(path, &st) != 0)
		return error_set_errno(err, ERR_USAGE, "make the directory "
			"for reports %.200s", path);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERR_USAGE, "write reports to %.200s: it "
			"is no directory, maybe a link of what is scanned; "
			"--report-dir names another", path);
	return OK;
}

enum status ci_reports_prepare(const struct ci_settings *s,
	const struct ci_provider *p, struct error *err)
{
	char path[PATH_MAX];
	enum status status = make_directory(directory_of(s), err);

	if (status == OK && (p->files & CI_TEST_RESULTS) &&
		name_file(s, "test-results", path))
		status = make_directory(path, err);
	for (size_t i = 0; status == OK && i < COUNT; i++) {
		if (!(p->files & files[i].file))
			continue;
		if (!name_file(s, files[i].name, path))
			return error_set(err, ERR_USAGE, "write reports to "
				"%.200s: the name is too long",
				directory_of(s));
		if (unlink(path) != 0 && errno != ENOENT)
			status = error_set_errno(err, ERR_USAGE,
				"take away the old report %.200s", path);
	}
	return status;
}

static bool complain(const char *what, const struct error *err)
{
	struct error whole = {.code = OK};

	error_set(&whole, ERR_IO, "%s: %.300s", what, err->text);
	console_fail(&whole);
	return false;
}

/* GitHub gives each step files to append to. */
static FILE *open_step_file(const char *variable)
{
	const char *path = ci_variable(variable);

	return path ? fopen(path, "ae") : NULL;
}

static bool write_step_files(const struct ci_settings *s, struct job *job)
{
	const struct report_summary *summary = job_summary(job);
	FILE *to = open_step_file("GITHUB_STEP_SUMMARY");
	struct error err = {.code = OK};
	bool is_written = true;

	if (to) {
		if (job_report_to(job, REPORT_MARKDOWN, to, &err) != OK)
			is_written = complain("write GITHUB_STEP_SUMMARY",
				&err);
		is_written = fclose(to) == 0 && is_written;
	}
	to = open_step_file("GITHUB_OUTPUT");
	if (to) {
		fprintf(to, "sarif=%s/stanch.sarif\nleaks=%zu\n"
			"complete=%s\nexit-code=%d\n", directory_of(s),
			leaks_count(job_leaks(job)),
			summary->complete ? "true" : "false", job_exit(job));
		is_written = fclose(to) == 0 && is_written;
	}
	return is_written;
}

/* Azure's agent wants whole names. */
static void name_summary(const struct ci_settings *s)
{
	char path[PATH_MAX], real[PATH_MAX];

	if (name_file(s, "stanch.md", path) && realpath(path, real) &&
		real[strcspn(real, "\r\n%;")] == '\0')
		printf("##vso[task.uploadsummary]%s\n", real);
}

static enum status write_files(const struct ci_settings *s,
	const struct ci_provider *p, struct job *job, struct error *err)
{
	struct job_outputs outputs = s->outputs;
	char(*names)[PATH_MAX] = calloc(COUNT, sizeof(*names));
	enum status status;

	if (names == NULL)
		return error_set(err, ERR_MEMORY, "out of memory");
	if (outputs.n + COUNT + 1 > JOB_OUTPUTS)
		outputs.n = JOB_OUTPUTS - COUNT - 1;
	for (size_t i = 0; i < COUNT; i++)
		if ((p->files & files[i].file) &&
			name_file(s, files[i].name, names[i]))
			outputs.at[outputs.n++] = (struct job_output){
				.format = files[i].format,
				.path = names[i],
				.has_format = true,
				.is_closed = true,
			};
	outputs.at[outputs.n++] = (struct job_output){
		.format = p->log, .has_format = true};
	status = job_report(job, &outputs, err);
	free(names);
	return status;
}

bool ci_reports_write(const struct ci_settings *s,
	const struct ci_provider *p, struct job *job)
{
	struct error err = {.code = OK};
	bool is_written = true;

	if (write_files(s, p, job, &err) != OK)
		is_written = complain("write reports", &err);
	if (p->log == REPORT_GITHUB)
		is_written = write_step_files(s, job) && is_written;
	if (p->log == REPORT_AZURE)
		name_summary(s);
	return fflush(stdout) == 0 && is_written;
}
