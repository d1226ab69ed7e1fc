#include "ci/internal.h"

#include "job/outputs.h"

#include "base/limits.h"
#include "basis/basis.h"
#include "revision/revision.h"

#include <stdio.h>

#include "base/banned.h"

/* Names of refs in an event. */
#define NAMES_MAX ((size_t)1 << 20)

static const char *const confidences[] = {"low", "medium", "high", "certain",
	NULL};

static const struct args_option options[] = {
	{.name = "provider", .kind = ARGS_TEXT, .takes = "NAME",
		.group = "What",
		.help = "github, azure, gitlab, bitbucket, circleci, jenkins, "
			"none. Default: by the environment.",
		.offset = offsetof(struct ci_settings, provider)},
	{.name = "base", .kind = ARGS_TEXT, .takes = "COMMIT",
		.help = "What was there before; instead of what the server "
			"says. Zeros or nothing: nothing was.",
		.offset = offsetof(struct ci_settings, base)},
	{.name = "head", .kind = ARGS_TEXT, .takes = "COMMIT",
		.help = "What is judged; with --base. Default: HEAD.",
		.offset = offsetof(struct ci_settings, head)},
	{.name = "all", .kind = ARGS_FLAG, .value = 1,
		.help = "The whole repository, whatever the event brings.",
		.offset = offsetof(struct ci_settings, is_whole)},
	{.name = "allow-outside", .kind = ARGS_FLAG, .value = 1,
		.help = "Follow alternates out of the checkout (Jenkins' "
			"reference repositories).",
		.offset = offsetof(struct ci_settings, allow_outside)},
	{.name = "min-confidence", .kind = ARGS_CHOICE, .takes = "LEVEL",
		.choices = confidences,
		.help = "Fail for findings this sure or surer: low, medium "
			"(default), high, certain.",
		.offset = offsetof(struct ci_settings, min_confidence)},
	{.name = "report-dir", .kind = ARGS_TEXT, .takes = "DIRECTORY",
		.group = "Output",
		.help = "Where files go that the server is to show. Default: "
			"stanch-reports.",
		.offset = offsetof(struct ci_settings, report_dir)},
	{.name = "format", .letter = 'f', .kind = ARGS_CALL, .takes = "FORMAT",
		.choices = report_format_names,
		.call = job_on_format,
		.offset = offsetof(struct ci_settings, outputs),
		.help = "One report more, as of `stanch scan`; with -o."},
	{.name = "output", .letter = 'o', .kind = ARGS_CALL, .takes = "FILE",
		.call = job_on_output,
		.offset = offsetof(struct ci_settings, outputs),
		.help = "Its file."},
	{.name = "timeout", .kind = ARGS_SECONDS, .takes = "S",
		.group = "Work",
		.help = "Stop after this many seconds (or 5m, 1h), and fail.",
		.offset = offsetof(struct ci_settings, timeout)},
	{.name = "jobs", .letter = 'j', .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_JOBS,
		.help = "Threads; 0, the default, is one per processor.",
		.offset = offsetof(struct ci_settings, jobs)},
	JOB_SUPPRESS_OPTIONS(struct ci_settings),
	JOB_RULE_OPTIONS(struct ci_settings),
};

struct gate {
	const struct ci_settings *settings;
	const struct ci_provider *provider;
	const atomic_int *signal;
	struct ci_event event;
	struct basis_repository repository;
	struct revision_ends ends;
	const char *basis_used;
};

/* ---- the range ---------------------------------------------------------- */

static void read_command_line(const struct ci_settings *s, struct ci_event *e)
{
	e->kind = CI_PROPOSED;
	e->what = "range";
	ci_names_add(&e->tips, s->head ? s->head : "HEAD");
	if (s->base[strspn(s->base, "0")] != '\0') {
		ci_names_add(&e->known, s->base);
		ci_names_add(&e->basis, s->base);
	}
}

/* A name is used when it is here; a base that was named has to be. */
static enum status find_names(struct gate *g, struct error *err)
{
	struct ci_event *e = &g->event;
	bool is_here[CI_NAMES] = {false};
	size_t kept = e->tips.n > 0;
	enum status status = basis_look(e->tips.at, e->tips.n, is_here,
		&g->repository, err);

	for (size_t i = 1; status == OK && i < e->tips.n; i++)
		if (is_here[i])
			e->tips.at[kept++] = e->tips.at[i];
	e->tips.n = kept;
	if (status == OK && g->settings->base && e->known.n)
		status = basis_look(e->known.at, 1, is_here, &g->repository,
			err);
	if (status == OK && g->settings->base && e->known.n && !is_here[0])
		status = error_set(err, ERR_USAGE, "find what was there "
			"before: %.100s is not here%s%s", e->known.at[0],
			g->repository.is_shallow ? "; the clone is shallow: "
						 : "",
			g->repository.is_shallow ? g->provider->deepen : "");
	return status;
}

static enum status find_event(struct gate *g, struct error *err)
{
	const struct ci_settings *s = g->settings;
	enum status status = OK;

	arena_init(&g->event.arena, NAMES_MAX);
	if (s->head && s->base == NULL)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--head needs --base");
	if (s->is_whole) {
		ci_event_whole(&g->event, "whole repository", NULL);
	} else if (s->base) {
		read_command_line(s, &g->event);
	} else {
		status = g->provider->read(&g->event, err);
	}
	return status == OK ? find_names(g, err) : status;
}

/* ---- saying ------------------------------------------------------------- */

/* Only our own words and commits' names: a log may take others for
 * commands. */
static void say_start(const struct gate *g)
{
	const struct ci_event *e = &g->event;

	printf("stanch ci: %s, %s: ", g->provider->title, e->what);
	if (e->kind == CI_WHOLE)
		puts("all of the repository");
	else if (e->known.n == 0)
		puts("all that the commit reaches (nothing says what was "
		     "there before)");
	else
		puts("what was not there before");
	fflush(stdout);
}

static void say_end(const struct gate *g, const struct job *job, int code)
{
	const struct report_summary *s = job_summary(job);
	bool is_log = g->provider->log == REPORT_TEXT;

	if (!s->complete && g->repository.is_shallow)
		printf("%sstanch: this clone is shallow, so that history is "
			"hidden; to look at all of it, %s\n",
			g->provider->log == REPORT_GITHUB ? "::error::" :
			is_log ? "" : "##vso[task.logissue type=error;]",
			g->provider->deepen);
	if (!s->complete && g->repository.is_partial)
		puts("stanch: this clone is partial (a --filter was given), "
			"so that contents are missing; clone without it");
	printf("stanch ci: %s (exit %d)\n",
		code == EXIT_CLEAN ? "passed" :
		code == EXIT_FOUND ? "failed: leaked tokens" :
		code == EXIT_PARTIAL ? "failed: not all was looked at" :
		code == EXIT_PARTIAL_FOUND
			? "failed: leaked tokens, and not all was looked at"
			: "failed", code);
}

/* ---- running ------------------------------------------------------------ */

static struct job_options job_options_of(const struct gate *g)
{
	const struct ci_settings *s = g->settings;

	return (struct job_options){
		.rules = s->rules,
		.detect = {
			.decode_depth = LIMIT_DECODE_DEPTH,
			.min_confidence = (enum confidence)s->min_confidence,
		},
		.engine = {
			.jobs = s->jobs,
			.timeout = s->timeout,
			.archive_depth = LIMIT_ARCHIVE_DEPTH,
			/* In containers the checkout is another user's; we
			 * start nothing that its config names. */
			.allow_owner = true,
			.allow_outside = s->allow_outside,
			.selected = g->event.kind == CI_WHOLE ? SELECT_ALL
							      : SELECT_NEW,
			.ends = &g->ends,
			.progress = PROGRESS_NEVER,
			.signal = g->signal,
		},
		.report = {.color = false},
		.suppress = s->suppress,
	};
}

static enum status load_basis(struct gate *g, struct job_suppress *out,
	struct error *err)
{
	const struct basis_options options_of_basis = {
		.commits = g->event.basis.at,
		.commit_count = g->event.basis.n,
	};

	if (out->is_off)
		return OK;
	return basis_load(&options_of_basis, &out->given, &g->basis_used,
		err);
}

static int run_job(struct gate *g, struct error *err)
{
	struct job_options asked = job_options_of(g);
	struct job *job = NULL;
	enum status status = load_basis(g, &asked.suppress, err);
	int code = EXIT_UNABLE;

	if (status == OK)
		status = job_open(&job, &asked, err);
	if (status == OK)
		status = job_scan(job, ".", err);
	if (status == OK)
		status = job_finish(job, err);
	if (status == OK) {
		bool is_written = ci_reports_write(g->settings, g->provider,
			job);

		code = job_exit(job);
		if (!is_written && code == EXIT_CLEAN)
			code = EXIT_PARTIAL;
		say_end(g, job, code);
	}
	job_close(job);
	suppress_free(asked.suppress.given);
	return code;
}

static int run_gate(struct gate *g)
{
	struct error err = {0};
	enum status status = ci_provider_find(g->settings->provider,
		&g->provider, &err);
	int code = EXIT_UNABLE;

	if (status == OK)
		status = find_event(g, &err);
	if (status == OK && g->event.kind == CI_NOTHING) {
		puts("stanch ci: a branch went; nothing came");
		return EXIT_CLEAN;
	}
	if (status == OK)
		status = ci_reports_prepare(g->settings, g->provider, &err);
	if (status == OK) {
		g->ends = (struct revision_ends){
			.tips = g->event.tips.at,
			.tip_count = g->event.tips.n,
			.known = g->event.known.at,
			.known_count = g->event.known.n,
		};
		say_start(g);
		code = run_job(g, &err);
	}
	if (code == EXIT_UNABLE && err.code)
		console_fail(&err);
	if (fflush(stdout) != 0 && code == EXIT_CLEAN)
		code = EXIT_PARTIAL;
	return code;
}

static int run(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct ci_settings settings = {
		.min_confidence = CONFIDENCE_MEDIUM,
		.suppress = {.comments = SUPPRESS_INLINE_HOLD,
			.is_part = true},
	};
	struct gate gate = {.settings = &settings,
		.signal = ((struct console *)context)->signal};
	struct args_list words = {.n = 0};
	struct error err = {0};
	int code;

	if (console_parse(self, argc, argv, &settings, &words, 0, &err) ||
		(settings.outputs.n > 0 &&
			job_outputs_close(&settings.outputs, &err)))
		return console_fail(&err);
	code = run_gate(&gate);
	arena_release(&gate.event.arena);
	return code;
}

const struct args_command ci_command = {
	.name = "ci",
	.summary = "The gate of a build server: finds out what was pushed or "
		"proposed, scans it, shows it there, and fails when it should.",
	.about =
"GitHub Actions, Azure Pipelines, GitLab CI, Bitbucket Pipelines, CircleCI "
"and Jenkins are known by their environment. What suppresses is read from the "
"base branch; comments in what is judged do not count.\n"
"\n"
"Exit codes: 0 complete and nothing found; 1 findings; 2 could not run; 3 "
"incomplete; 4 incomplete, with findings. All but 0 fail the build.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run,
};
