/*
 * stanch hook run KIND: a job over what is new, and its answer to git.
 */
#include "hook/internal.h"

#include "job/outputs.h"

#include "agent/agent.h"
#include "base/limits.h"
#include "basis/basis.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* Seconds that a kind may take unless --timeout says else. People wait for the
 * first two; GitLab and others end a pre-receive hook themselves, later. */
static const double budgets[HOOK_KINDS] = {30, 120, 30};

static const char *const confidences[] = {"low", "medium", "high", "certain",
	NULL};

static const struct args_option options[] = {
	{.name = "timeout", .kind = ARGS_SECONDS, .takes = "S",
		.group = "Work",
		.help = "Stop after this many seconds, and let nothing "
			"through. Default: 30, pre-push 120.",
		.offset = offsetof(struct hook_settings, timeout)},
	{.name = "jobs", .letter = 'j', .kind = ARGS_NUMBER, .takes = "N",
		.max = LIMIT_JOBS,
		.help = "Threads; 0, the default, is one per processor.",
		.offset = offsetof(struct hook_settings, jobs)},
	{.name = "min-confidence", .kind = ARGS_CHOICE, .takes = "LEVEL",
		.choices = confidences,
		.help = "Stop for findings this sure or surer: low, medium "
			"(default), high, certain.",
		.offset = offsetof(struct hook_settings, min_confidence)},
	{.name = "format", .letter = 'f', .kind = ARGS_CALL, .takes = "FORMAT",
		.choices = report_format_names,
		.call = job_on_format,
		.offset = offsetof(struct hook_settings, outputs),
		.help = "Also write a report, as `stanch scan` does."},
	{.name = "output", .letter = 'o', .kind = ARGS_CALL, .takes = "FILE",
		.call = job_on_output,
		.offset = offsetof(struct hook_settings, outputs),
		.help = "Write that report to this file."},
	{.name = "may-override", .kind = ARGS_LIST, .takes = "WHO",
		.group = "pre-receive",
		.help = "Who may push all the same, with the push option "
			"stanch.override=REASON; * is everyone. May be "
			"repeated.",
		.offset = offsetof(struct hook_settings, may_override)},
	{.name = "identity", .kind = ARGS_TEXT, .takes = "VARIABLE",
		.help = "The environment variable in which the server says "
			"who pushes. Default: REMOTE_USER.",
		.offset = offsetof(struct hook_settings, identity)},
	{.name = "record", .kind = ARGS_TEXT, .takes = "FILE",
		.help = "Where overrides are recorded, a JSON line each. "
			"Default: stanch-overrides.jsonl in the repository.",
		.offset = offsetof(struct hook_settings, record)},
	{.name = "settings-from", .kind = ARGS_TEXT, .takes = "REF",
		.help = "Whose .stanch.toml and baseline suppress. Default: "
			"the branch that is pushed to, as it is before; of "
			"several, or a new one, HEAD's.",
		.offset = offsetof(struct hook_settings, settings_from)},
	JOB_SUPPRESS_OPTIONS(struct hook_settings),
	JOB_RULE_OPTIONS(struct hook_settings),
};

static struct job_options job_options_of(const struct hook_settings *s,
	enum hook_kind kind, const struct hook_ends *ends,
	const atomic_int *signal)
{
	return (struct job_options){
		.rules = s->rules,
		.detect = {
			.decode_depth = LIMIT_DECODE_DEPTH,
			.min_confidence = (enum confidence)s->min_confidence,
		},
		.engine = {
			.jobs = s->jobs,
			.timeout = s->timeout > 0 ? s->timeout : budgets[kind],
			.archive_depth = LIMIT_ARCHIVE_DEPTH,
			.allow_owner = true,
			.allow_outside = true,
			.selected = kind == HOOK_PRE_COMMIT ? SELECT_COMMIT
							    : SELECT_NEW,
			.ends = &ends->ends,
			.progress = PROGRESS_NEVER,
			.signal = signal,
		},
		.suppress = s->suppress,
	};
}

/*
 * At a server the commits that come in are what is judged: what suppresses is
 * read from the branch that they go to, and their own comments do not count.
 */
static enum status load_basis(const struct hook_settings *s,
	const struct hook_ends *ends, struct job_suppress *out,
	struct error *err)
{
	const struct hook_updates *u = &ends->updates;
	const char *names[2] = {s->settings_from, NULL};
	struct basis_options basis = {.commits = names, .commit_count = 2};
	const char *used;
	enum status status;

	if (names[0] == NULL) {
		names[0] = u->n == 1 ? u->at[0].old : NULL;
		names[1] = "HEAD";
	}
	out->comments = SUPPRESS_INLINE_HOLD;
	if (out->is_off)
		return OK;
	status = basis_load(&basis, &out->given, &used, err);
	if (status == OK && used == NULL && s->settings_from)
		status = error_set(err, ERR_USAGE, "read settings from "
			"%.200s: there is no such commit", s->settings_from);
	return status;
}

/* 0 when it is overridden and recorded. */
static int answer(const struct hook_settings *s, enum hook_kind kind,
	const struct hook_ends *ends, const struct job *job, int code,
	struct error *err)
{
	struct hook_telling telling = {
		.kind = kind,
		.job = job,
		.timeout = s->timeout > 0 ? s->timeout : budgets[kind],
		.may_be_overridden = s->may_override.n > 0,
	};
	struct hook_override override = {.reason = NULL};

	if (code == EXIT_CLEAN)
		return code;
	if (kind == HOOK_PRE_RECEIVE && code <= EXIT_PARTIAL_FOUND)
		hook_override_find(s, &override);
	telling.refused = override.refused;
	if (override.reason == NULL || override.refused) {
		hook_tell(&telling);
		return code;
	}
	if (hook_override_record(s, &override, ends, job, err) != OK)
		return console_fail(err);
	fprintf(stderr, "stanch: let through, as %.100s asked for; "
		"recorded\n", override.who);
	return EXIT_CLEAN;
}

static int run_kind(const struct hook_settings *s, enum hook_kind kind,
	const struct hook_ends *ends, const atomic_int *signal)
{
	struct job_options asked = job_options_of(s, kind, ends, signal);
	struct error err = {0};
	struct job *job = NULL;
	enum status status = OK;
	int code;

	if (kind != HOOK_PRE_COMMIT && ends->ends.tip_count == 0)
		return EXIT_CLEAN; /* refs go, nothing comes */
	if (kind == HOOK_PRE_RECEIVE)
		status = load_basis(s, ends, &asked.suppress, &err);
	if (status == OK)
		status = job_open(&job, &asked, &err);
	if (status == OK && kind != HOOK_PRE_RECEIVE)
		status = job_settings(job, ".", &err);
	if (status == OK)
		status = job_scan(job, ".", &err);
	if (status == OK)
		status = job_finish(job, &err);
	if (status == OK && s->outputs.n > 0)
		status = job_report(job, &s->outputs, &err);
	code = status == OK ? answer(s, kind, ends, job, job_exit(job), &err)
			    : console_fail(&err);
	job_close(job);
	suppress_free(asked.suppress.given);
	return code;
}

static int run_agent(const struct hook_settings *s, const atomic_int *signal)
{
	const struct agent_options asked = {
		.rules = s->rules,
		.min_confidence = (enum confidence)s->min_confidence,
		.signal = signal,
	};

	return agent_run(&asked);
}

static int run(void *context, const struct args_command *self, int argc,
	char **argv)
{
	const atomic_int *signal = ((struct console *)context)->signal;
	struct hook_settings settings = {
		.min_confidence = CONFIDENCE_MEDIUM,
		.suppress = {.comments = SUPPRESS_INLINE_HONOUR,
			.is_part = true},
	};
	struct args_list words = {.n = 0};
	struct hook_ends ends = {.names = NULL};
	struct error err = {0};
	enum hook_kind kind;
	int code;

	if (args_parse(self, argc, argv, &settings, &words, &err) ||
		(settings.outputs.n > 0 &&
			job_outputs_close(&settings.outputs, &err)))
		return console_fail(&err);
	if (words.n > 0 && strcmp(words.at[0], "agent") == 0)
		return run_agent(&settings, signal);
	kind = words.n > 0 ? hook_kind_of(words.at[0]) : HOOK_KINDS;
	if (kind == HOOK_KINDS) {
		error_set(&err, ERR_USAGE, "run a hook: '%.80s' is not one of "
			"pre-commit, pre-push, pre-receive, agent",
			words.n > 0 ? words.at[0] : "");
		return console_fail(&err);
	}
	if (kind == HOOK_PRE_COMMIT ||
		hook_ends_find(kind, &words, signal, &ends, &err) == OK)
		code = run_kind(&settings, kind, &ends, signal);
	else
		code = err.code == ERR_INTERRUPTED
			? 128 + atomic_load(signal) : console_fail(&err);
	hook_ends_release(&ends);
	return code;
}

static const char *const kinds[] = {"pre-commit", "pre-push", "pre-receive",
	"agent", NULL};

const struct args_command hook_run_command = {
	.name = "run",
	.takes = "KIND [ARGUMENT...]",
	.choices = kinds,
	.summary = "What the hooks call: pre-commit, pre-push, pre-receive, "
		"agent. 0 lets it through, anything else stops it.",
	.about =
"pre-commit looks at what is staged; pre-push at what the push would add to "
"the remote, by the lines that git writes to standard input and the remote's "
"name as argument; pre-receive at what arrives, before a ref is moved. What "
"cannot be looked at wholly, in time, stops it as a finding does.\n"
"\n"
"agent reads a coding assistant's tool call as JSON from standard input and "
"refuses commands that go around hooks (--no-verify) and content with "
"tokens: exit 2 and the reason on standard error, or, where the assistant "
"wants it so (Cursor, Copilot), a JSON answer and exit 0. Settings and "
"baseline of HEAD's commit suppress; those of the tree, and comments, do "
"not.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run,
};
