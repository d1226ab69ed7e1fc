#include "diff/diff.h"

#include "diff/internal.h"
#include "job/console.h"

#include <errno.h>

#include "base/banned.h"

struct settings {
	int format;
};

static const char *const formats[] = {"text", "json", NULL};
static const struct args_option options[] = {
	{.name = "format", .letter = 'f', .kind = ARGS_CHOICE,
		.takes = "FORMAT", .choices = formats,
		.help = "text (default) or json.",
		.offset = offsetof(struct settings, format)},
};

static int code_of(const struct diff_report *new,
	const struct diff_count *count)
{
	bool any = count->leaks[DIFF_NEW] + count->leaks[DIFF_REOPENED] > 0;

	if (new->is_complete)
		return any ? EXIT_FOUND : EXIT_CLEAN;
	return any ? EXIT_PARTIAL_FOUND : EXIT_PARTIAL;
}

static int run_diff(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {.format = 0};
	struct args_list words = {.n = 0};
	struct diff_report old = {.n = 0}, new = {.n = 0};
	struct diff_count count = {{0}};
	struct error err = {0};
	enum status status;
	int code;

	(void)context;
	status = console_parse(self, argc, argv, &settings, &words, 2, &err);
	if (status == OK && words.n < 2)
		status = error_set(&err, ERR_USAGE, "read the command line: "
			"two reports are wanted, OLD and NEW");
	if (status == OK)
		status = diff_read(&old, words.at[0], &err);
	if (status == OK)
		status = diff_read(&new, words.at[1], &err);
	if (status == OK) {
		(settings.format == 1 ? diff_json : diff_text)(stdout, &old,
			&new, &count);
		code = code_of(&new, &count);
		errno = 0;
		if (fflush(stdout) != 0) {
			fprintf(stderr, "stanch: write to standard output: "
				"%s\n", strerror(errno));
			code = code == EXIT_FOUND || code == EXIT_PARTIAL_FOUND
				? EXIT_PARTIAL_FOUND : EXIT_PARTIAL;
		}
	} else {
		code = console_fail(&err);
	}
	diff_release(&old);
	diff_release(&new);
	return code;
}

static const struct args_command diff_command = {
	.name = "diff",
	.takes = "OLD NEW",
	.summary = "What is new, fixed or moved between two reports (json or "
		"jsonl).",
	.about =
"Leaks are compared by fingerprint. new: not in OLD; reopened: suppressed in "
"OLD and open in NEW; fixed: not in NEW; suppressed: open in OLD; moved: open "
"in both, at other places, which are listed with - and +.\n"
"\n"
"Exit codes: 0 nothing new or reopened; 1 something is; 2 could not run; 3 and "
"4 the same as 0 and 1 when NEW is not complete.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_diff,
};

static const struct args_command *const children[] = {&diff_command, NULL};

const struct args_command diff_report_command = {
	.name = "report",
	.summary = "Look at reports: diff.",
	.children = children,
};
