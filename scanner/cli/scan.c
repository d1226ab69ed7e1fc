/*
 * stanch scan: rules, detector, engine, reports, exit code.
 */
#include "cli/internal.h"

#include "job/links.h"
#include "job/outputs.h"

#include "job/network.h"

#include "base/limits.h"
#include "basis/basis.h"
#include "loop/response.h"
#include "revision/revision.h"

#include <errno.h>
#include <signal.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/banned.h"

#define UNSET UINT64_MAX

struct settings {
	struct job_rule_choice rules;
	struct job_suppress suppress;
	struct job_outputs outputs;
	struct job_network_choice network;
	struct loop_response_choice response;
	int min_confidence, show_secrets, no_color, progress, quiet, verbose;
	int ignored, worktree, history, staged, refs;
	int allow_owner, allow_outside;
	const char *range, *since, *settings_from;
	int64_t since_time;
	unsigned jobs, decode_depth, archive_depth;
	double timeout;
	uint64_t max_file_size;
};

/* ---- options ------------------------------------------------------------ */

/* In the order of their enumerations. */
static const char *const confidences[] = {"low", "medium", "high", "certain",
	NULL};
static const char *const progresses[] = {"auto", "always", "never", NULL};

static const struct args_option options[] = {
	{.name = "worktree", .kind = ARGS_FLAG, .value = 1, .group = "What",
		.help = "Of a repository only the working tree.",
		.offset = offsetof(struct settings, worktree)},
	{.name = "ignored", .kind = ARGS_FLAG, .value = 1,
		.help = "Also files that .gitignore leaves out.",
		.offset = offsetof(struct settings, ignored)},
	{.name = "staged", .kind = ARGS_FLAG, .value = 1,
		.help = "Of a repository only what is staged and new against "
			"HEAD.",
		.offset = offsetof(struct settings, staged)},
	{.name = "history", .kind = ARGS_FLAG, .value = 1,
		.help = "Of a repository only the history: every object, "
			"reachable or not. Default: both.",
		.offset = offsetof(struct settings, history)},
	{.name = "refs", .kind = ARGS_FLAG, .value = 1,
		.help = "Tell for each place in the history which branches "
			"and tags lead to it.",
		.offset = offsetof(struct settings, refs)},
	{.name = "allow-owner", .kind = ARGS_FLAG, .value = 1,
		.help = "Read a repository that belongs to another user.",
		.offset = offsetof(struct settings, allow_owner)},
	{.name = "allow-outside", .kind = ARGS_FLAG, .value = 1,
		.help = "Follow a .git file or commondir out of the named "
			"directory.",
		.offset = offsetof(struct settings, allow_outside)},
	{.name = "range", .kind = ARGS_TEXT, .takes = "A..B",
		.help = "Of a repository only what these commits bring anew; "
			"A...B for those of either side, A.. up to HEAD.",
		.offset = offsetof(struct settings, range)},
	{.name = "since", .kind = ARGS_TEXT, .takes = "DATE",
		.help = "Of a repository only what commits from this date on "
			"bring anew, on any branch: 2024-08-01, or \"2 weeks "
			"ago\".",
		.offset = offsetof(struct settings, since)},
	JOB_RULE_OPTIONS(struct settings),
	{.name = "min-confidence", .kind = ARGS_CHOICE, .takes = "LEVEL",
		.choices = confidences,
		.help = "Report findings this sure or surer: low, medium "
			"(default), high, certain.",
		.offset = offsetof(struct settings, min_confidence)},
	{.name = "format", .letter = 'f', .kind = ARGS_CALL, .takes = "FORMAT",
		.choices = report_format_names,
		.call = job_on_format,
		.offset = offsetof(struct settings, outputs),
		.group = "Output",
		.help = "Start a report: text (default), json, jsonl, sarif, "
			"csv, junit, github, html, azure, gitlab, "
			"codequality, markdown. May be repeated."},
	{.name = "output", .letter = 'o', .kind = ARGS_CALL, .takes = "FILE",
		.call = job_on_output,
		.offset = offsetof(struct settings, outputs),
		.help = "Write the report of the --format before it to this "
			"file; without one the name's ending tells the "
			"format."},
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
	{.name = "jobs", .letter = 'j', .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_JOBS, .group = "Work",
		.help = "Threads; 0, the default, is one per processor.",
		.offset = offsetof(struct settings, jobs)},
	{.name = "timeout", .kind = ARGS_SECONDS, .takes = "S",
		.help = "Stop after this many seconds (or 5m, 1h) with what "
			"was found; the scan then counts as incomplete.",
		.offset = offsetof(struct settings, timeout)},
	{.name = "max-file-size", .kind = ARGS_SIZE, .takes = "SIZE",
		.help = "Skip files and archive members over this size, such "
			"as 10M. Default: none is too large.",
		.offset = offsetof(struct settings, max_file_size)},
	{.name = "decode-depth", .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_DECODE_DEPTH,
		.help = "Encodings inside encodings to follow: 0 to 3 "
			"(default).",
		.offset = offsetof(struct settings, decode_depth)},
	{.name = "archive-depth", .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_ARCHIVE_DEPTH,
		.help = "Archives inside archives to open: 0 (none) to 4 "
			"(default).",
		.offset = offsetof(struct settings, archive_depth)},
	JOB_SUPPRESS_OPTIONS(struct settings),
	{.name = "settings-from", .kind = ARGS_TEXT, .takes = "REVISION",
		.help = "Judge: believe the " SUPPRESS_SETTINGS " and the "
			"baselines of this commit of the current directory's "
			"repository (a base branch), not those of what is "
			"scanned; comments are shown and do not count.",
		.offset = offsetof(struct settings, settings_from)},
	{.name = "write-baseline", .kind = ARGS_TEXT, .takes = "FILE",
		.help = "Add what stays open to this baseline; what it holds "
			"stays. The exit code is as without it.",
		.offset = offsetof(struct settings, suppress.write_baseline)},
	JOB_NETWORK_OPTIONS(struct settings),
	{.name = "respond", .kind = ARGS_TEXT, .takes = "POLICY",
		.help = "Respond to what is found as this policy says: prove "
			"live, notify, record, revoke, confirm dead.",
		.offset = offsetof(struct settings, response.policy)},
	LOOP_DRY_OPTIONS(struct settings),
};

/* ---- targets ------------------------------------------------------------ */

/* A target that is not there is found before anything is scanned. */
static enum status check_targets(const struct args_list *targets,
	struct error *err)
{
	size_t from_stdin = 0;
	struct stat st;

	for (size_t i = 0; i < targets->n; i++) {
		const char *target = targets->at[i];

		if (strcmp(target, "-") == 0) {
			from_stdin++;
			continue;
		}
		if (stat(target, &st) == 0 ||
			(errno != ENOENT && errno != ENOTDIR))
			continue;
		if (revision_is_url(target))
			continue;
		return error_set_errno(err, ERR_USAGE, "scan %.400s", target);
	}
	if (from_stdin > 1)
		return error_set(err, ERR_USAGE, "read the command line: "
			"standard input is named twice");
	return OK;
}

/* What is selected may be said once, and of repositories. */
static enum status check_selection(struct settings *s,
	const struct args_list *targets, struct error *err)
{
	int kinds = (s->staged != 0) + (s->range != NULL) + (s->since != NULL);

	if (kinds == 0)
		return OK;
	if (kinds > 1)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--staged, --range and --since exclude each other");
	if (s->worktree || s->history)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--worktree and --history mean nothing beside "
			"--staged, --range or --since");
	if (s->refs)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--refs is of the whole history; leave out --staged, "
			"--range or --since");
	for (size_t i = 0; i < targets->n; i++)
		if (strcmp(targets->at[i], "-") == 0)
			return error_set(err, ERR_USAGE, "read the command "
				"line: --staged, --range and --since need a "
				"repository, not standard input");
	return s->since ? args_read_date(s->since, &s->since_time, err) : OK;
}

/* ---- running ------------------------------------------------------------ */

static struct job_options job_options_of(const struct settings *s,
	const atomic_int *signal)
{
	return (struct job_options){
		.rules = s->rules,
		.detect = {
			.decode_depth = s->decode_depth,
			.min_confidence = (enum confidence)s->min_confidence,
		},
		.engine = {
			.jobs = s->jobs,
			.timeout = s->timeout,
			.max_file_size = s->max_file_size == UNSET ?
				0 : s->max_file_size,
			.max_file_size_named = s->max_file_size != UNSET,
			.archive_depth = s->archive_depth,
			.ignored = s->ignored,
			.only_worktree = s->worktree && !s->history,
			.only_history = s->history && !s->worktree,
			.allow_owner = s->allow_owner,
			.refs = s->refs,
			.allow_outside = s->allow_outside,
			.selected = s->staged ? SELECT_STAGED :
				s->range ? SELECT_RANGE :
				s->since ? SELECT_SINCE : SELECT_ALL,
			.range = s->range,
			.since = s->since_time,
			.progress = s->quiet ? PROGRESS_NEVER :
				(enum engine_progress)s->progress,
			.signal = signal,
		},
		.suppress = s->suppress,
		.report = {
			.show_secrets = s->show_secrets,
			.color = !s->no_color,
			.quiet = s->quiet,
			.verbose = s->verbose,
		},
	};
}

/* A target that fails does not take the findings of the others with it; the
 * last error is left to the caller to say when all fail. */
static enum status scan_targets(struct job *j,
	const struct args_list *targets, struct error *err)
{
	size_t failed = 0;

	for (size_t i = 0; i < targets->n; i++) {
		if (job_scan(j, targets->at[i], err) == OK)
			continue;
		failed++;
		if (failed < targets->n)
			console_fail(err);
	}
	return failed < targets->n ? OK : err->code;
}

/* Whose settings: the tree's, or those of a commit, as a gate has it. */
static enum status load_basis(const struct settings *s,
	struct job_suppress *out, struct error *err)
{
	const struct basis_options basis = {
		.commits = &s->settings_from, .commit_count = 1};
	const char *used = NULL;
	enum status status;

	if (s->settings_from == NULL || out->is_off)
		return OK;
	out->comments = SUPPRESS_INLINE_HOLD;
	status = basis_load(&basis, &out->given, &used, err);
	if (status == OK && used == NULL)
		status = error_set(err, ERR_USAGE, "read settings from "
			"%.200s: there is no such commit", s->settings_from);
	return status;
}

static enum status believe_targets(struct job *j, const struct settings *s,
	const struct args_list *targets, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && s->settings_from == NULL &&
		i < targets->n; i++)
		status = job_settings(j, targets->at[i], err);
	return status;
}

/* A respond_find_home: a link goes to where the one target's repository says
 * that it lives. */
static bool find_home(void *context, bytes path, struct respond_home *out)
{
	const struct job_links *links = context;
	bytes prefix = bytes_text(links->prefix ? links->prefix : "");

	if (links->remote == NULL || !bytes_starts(path, prefix))
		return false;
	*out = (struct respond_home){links->remote, prefix.n, links->below};
	return true;
}

/* The policy's word on what was found; nothing of it is in the reports but
 * the verdicts. */
static enum status respond(struct job *j, struct loop_response *response,
	const struct args_list *targets, enum engine_selected selected,
	const atomic_int *signal, struct error *err)
{
	struct respond_summary summary;
	struct job_links links = {.remote = NULL};
	struct loop_response_run run = {
		.leaks = job_found(j),
		.decider = RESPOND_BY_POLICY,
		.say = stderr,
		.signal = signal,
		.find_home = find_home,
		.context = &links,
	};
	enum status status;

	if (targets->n == 1) {
		run.origin = targets->at[0];
		job_links_find(&links, run.origin, selected);
		/* one that says nothing is where it was scanned */
		if (links.remote == NULL)
			links.remote = strdup(run.origin);
	}
	status = loop_response_run(response, &run, &summary, err);
	job_links_release(&links);
	return status;
}

/* Text tells it at its end; who reads another format may never look. */
static void note_repositories(const struct job *j, const struct settings *s)
{
	uint64_t below = job_summary(j)->repositories_below;

	for (size_t i = 0; i < s->outputs.n; i++)
		if (s->outputs.at[i].path == NULL &&
			s->outputs.at[i].format == REPORT_TEXT)
			return;
	if (below && !s->quiet)
		fprintf(stderr, "stanch: of %" PRIu64 " %s below the files "
			"were scanned, the histories not: name each, or try "
			"`stanch audit dir:PATH`\n", below,
			below == 1 ? "repository" : "repositories");
}

static int run_job(const struct settings *settings,
	const struct args_list *targets, const atomic_int *signal)
{
	struct job_options asked = job_options_of(settings, signal);
	struct error err = {0};
	struct loop_response *response = NULL;
	struct job_network *network = NULL;
	struct job *j = NULL;
	enum status status = load_basis(settings, &asked.suppress, &err);
	int code;

	if (status == OK)
		status = job_open(&j, &asked, &err);
	if (status == OK)
		status = believe_targets(j, settings, targets, &err);
	if (status == OK && (settings->network.verify ||
		settings->response.policy))
		status = job_network_open(&settings->network, targets,
			&network, &err);
	if (status == OK && settings->response.policy)
		status = loop_response_open(&settings->response, targets,
			network, &response, &err);
	if (status == OK)
		status = scan_targets(j, targets, &err);
	if (status == OK)
		status = job_finish(j, &err);
	if (status == OK && settings->network.verify)
		status = job_verify(j, network, &err);
	if (status == OK)
		status = response ? respond(j, response, targets,
			asked.engine.selected, signal,
			&err) : OK;
	if (status == OK)
		status = job_report(j, &settings->outputs, &err);
	if (status == OK)
		note_repositories(j, settings);
	code = status == OK ? job_exit(j) : console_fail(&err);
	loop_response_close(response);
	job_network_close(network);
	job_close(j);
	suppress_free(asked.suppress.given);
	return code;
}

static int run_scan(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {
		.min_confidence = CONFIDENCE_MEDIUM,
		.decode_depth = LIMIT_DECODE_DEPTH,
		.archive_depth = LIMIT_ARCHIVE_DEPTH,
		.max_file_size = UNSET,
	};
	struct args_list targets = {.n = 0};
	struct error err = {0};

	settings.suppress.comments = SUPPRESS_INLINE_HONOUR;
	if (console_parse(self, argc, argv, &settings, &targets, ARGS_LIST_MAX,
		&err) || job_outputs_close(&settings.outputs, &err))
		return console_fail(&err);
	if (targets.n == 0)
		targets.at[targets.n++] = ".";
	if (check_targets(&targets, &err) ||
		check_selection(&settings, &targets, &err))
		return console_fail(&err);
	settings.suppress.is_part = settings.staged || settings.range ||
		settings.since || settings.worktree || settings.history ||
		settings.rules.only.n || settings.rules.except.n;
	return run_job(&settings, &targets,
		((struct console *)context)->signal);
}

const struct args_command cli_scan_command = {
	.name = "scan",
	.takes = "[TARGET...]",
	.summary = "Look for leaked tokens in repositories, directories, "
		"files, archives, URLs of repositories, or - for standard "
		"input; the current directory by default.",
	.about =
"Secrets are redacted in every report unless --show-secrets.\n"
"\n"
"Exit codes: 0 complete and nothing found; 1 findings; 2 could not run; "
"3 incomplete (something could not be scanned); 4 incomplete, with findings; "
"130 or 143 when a signal stopped it: what was found so far is reported.\n"
"\n"
"Environment: STANCH_FINGERPRINT_KEY is the key of fingerprints of guessable "
"secrets (passwords). Without it a key is kept in "
"$XDG_CONFIG_HOME/stanch/fingerprint.key. NO_COLOR turns colour off. "
"STANCH_GIT_TOKEN, or STANCH_GIT_USERNAME and STANCH_GIT_PASSWORD, or what "
"the program STANCH_GIT_CREDENTIAL_COMMAND prints (it is asked as git asks a "
"credential helper) opens URLs; STANCH_GIT_SSH_KEY names a key for ssh.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_scan,
};
