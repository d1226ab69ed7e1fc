#include "cli/cli.h"

#include "cli/internal.h"

#include "diff/diff.h"
#include "explain/explain.h"
#include "ci/ci.h"
#include "hook/hook.h"
#include "loop/loop.h"
#include "papers/papers.h"
#include "partner/partner.h"
#include "recheck/recheck.h"
#include "survey/survey.h"

#include <stdio.h>
#include <unistd.h>

#include "base/banned.h"

#define HELP_MAX ((size_t)64 << 10)
#define PAPERS_MAX ((size_t)1 << 20)

/* ---- commands ----------------------------------------------------------- */

static int run_help(void *context, const struct args_command *self, int argc,
	char **argv);

struct help_settings {
	int man, shell;
};
enum { SHELL_NONE = -1 };

static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const struct args_option help_options[] = {
	{.name = "man", .kind = ARGS_FLAG, .value = 1,
		.help = "As a manual page: `stanch help --man scan | man -l "
			"-`.",
		.offset = offsetof(struct help_settings, man)},
	{.name = "complete", .kind = ARGS_CHOICE, .takes = "SHELL",
		.choices = shells,
		.help = "What bash, zsh or fish loads to complete command "
			"lines.",
		.offset = offsetof(struct help_settings, shell)},
};
static const struct args_command help_command = {
	.name = "help",
	.takes = "[COMMAND...]",
	.summary = "Explain a command.",
	.options = help_options,
	.option_count = sizeof(help_options) / sizeof(help_options[0]),
	.run = run_help,
};
static const struct args_command *const commands[] = {
	&cli_scan_command,
	&recheck_command,
	&hook_command,
	&ci_command,
	&explain_command,
	&survey_audit_command,
	&cli_baseline_command,
	&diff_report_command,
	&cli_rules_command,
	&loop_respond_command,
	&loop_revoke_command,
	&partner_command,
	&loop_log_command,
	&cli_version_command,
	&help_command,
	NULL,
};
static const struct args_command top = {
	.name = "stanch",
	.summary = "Find leaked tokens, exactly where a checksum allows it.",
	.about = "`stanch help COMMAND` explains one. Exit codes: 0 complete "
		"and nothing found, 1 findings, 2 could not run, 3 incomplete, "
		"4 incomplete with findings.",
	.children = commands,
};

static int print_help(const struct args_command *command, const char *path)
{
	struct buf text;

	buf_init(&text, HELP_MAX);
	args_help(command, path, console_columns(STDOUT_FILENO), &text);
	return console_print(&text);
}

static int fail_unknown(const struct args_command *parent, const char *path,
	const char *word)
{
	const char *names[16];
	const char *nearest;
	struct error err = {0};
	size_t n = 0;

	for (; parent->children[n] != NULL && n < 15; n++)
		names[n] = parent->children[n]->name;
	names[n] = NULL;
	nearest = args_nearest(word, names);
	if (nearest)
		error_set(&err, ERR_USAGE, "read the command line: unknown "
			"command '%s %.80s'; did you mean `%s %s`?", path,
			word, path, nearest);
	else
		error_set(&err, ERR_USAGE, "read the command line: unknown "
			"command '%s %.80s'; `%s help` lists them", path, word,
			"stanch");
	return console_fail(&err);
}

/* Follow words down the tree of commands; *used is how many were names. */
static const struct args_command *descend(int argc, const char *const *argv,
	char *path, size_t room, int *used)
{
	const struct args_command *command = &top;

	snprintf(path, room, "%s", top.name);
	for (*used = 0; *used < argc && command->children; (*used)++) {
		const struct args_command *child;
		size_t n = strlen(path);

		child = args_find(command, argv[*used]);
		if (child == NULL)
			break;
		command = child;
		snprintf(path + n, room - n, " %s", child->name);
	}
	return command;
}

static int print_papers(const struct args_command *command,
	const struct help_settings *settings)
{
	struct buf text;

	buf_init(&text, PAPERS_MAX);
	if (settings->shell != SHELL_NONE)
		papers_complete(&top, (enum papers_shell)settings->shell,
			&text);
	else
		papers_man(&top, command, STANCH_VERSION, &text);
	return console_print(&text);
}

static int run_help(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct help_settings settings = {.shell = SHELL_NONE};
	struct args_list words = {.n = 0};
	const struct args_command *command;
	struct error err = {0};
	char path[64];
	int used;

	(void)context;
	if (args_parse(self, argc, argv, &settings, &words, &err))
		return console_fail(&err);
	command = descend((int)words.n, words.at, path, sizeof(path), &used);
	if (used < (int)words.n && command->children)
		return fail_unknown(command, path, words.at[used]);
	if (settings.man || settings.shell != SHELL_NONE)
		return print_papers(command, &settings);
	return print_help(command, path);
}

static int run(struct console *console, int argc, char **argv)
{
	const struct args_command *command;
	struct error err = {0};
	char path[64];
	int used;

	command = descend(argc, (const char *const *)argv, path, sizeof(path),
		&used);
	argc -= used;
	argv += used;
	if (args_wants_help(argc, argv))
		return print_help(command, path);
	if (command == &top && argc > 0 && (strcmp(argv[0], "--version") == 0 ||
		strcmp(argv[0], "-V") == 0))
		return cli_version_command.run(console,
			&cli_version_command, argc - 1, argv + 1);
	if (command->run)
		return command->run(console, command, argc, argv);
	if (argc > 0 && argv[0][0] != '-')
		return fail_unknown(command, path, argv[0]);
	if (argc > 0)
		error_set(&err, ERR_USAGE, "read the command line: unknown "
			"option '%.80s'; options follow the command", argv[0]);
	else
		error_set(&err, ERR_USAGE, "read the command line: a command "
			"is missing; `%s --help` lists them", path);
	return console_fail(&err);
}

int cli_run(int argc, char **argv, const atomic_int *signal)
{
	struct console console = {signal};

	return run(&console, argc > 0 ? argc - 1 : 0, argv + (argc > 0));
}
