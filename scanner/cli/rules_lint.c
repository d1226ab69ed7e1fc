/*
 * stanch rules lint [FILE...]: why a rule cannot be fast or safe. Without a
 * file: the built-in rules.
 */
#include "cli/internal.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)16 << 20)

static void say(void *context, const struct rule *rule, const char *complaint)
{
	struct buf *out = context;

	if (rule->file) {
		report_escape_terminal(bytes_text(rule->file), out);
		buf_printf(out, ":%u: ", rule->line);
	}
	report_escape_terminal(bytes_text(rule->id), out);
	buf_put_text(out, ": ");
	report_escape_terminal(bytes_text(complaint), out);
	buf_put_byte(out, '\n');
}

static int run_lint(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct job_rule_choice choice = {.no_defaults = 0};
	struct error err = {0};
	struct ruleset *rules = NULL;
	struct buf out;
	size_t complaints = 0;
	int code;

	(void)context;
	if (console_parse(self, argc, argv, NULL, &choice.paths, ARGS_LIST_MAX,
		&err))
		return console_fail(&err);
	choice.no_defaults = choice.paths.n > 0;
	if (job_rules_load(&choice, &rules, &err))
		return console_fail(&err);
	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < ruleset_count(rules); i++)
		complaints += ruleset_lint(ruleset_rule(rules, i), say, &out);
	buf_printf(&out, "%zu rule%s, %zu complaint%s\n", ruleset_count(rules),
		ruleset_count(rules) == 1 ? "" : "s", complaints,
		complaints == 1 ? "" : "s");
	ruleset_free(rules);
	code = console_print(&out);
	return code ? code : complaints > 0 ? EXIT_FOUND : EXIT_CLEAN;
}

const struct args_command cli_rules_lint_command = {
	.name = "lint",
	.takes = "[FILE...]",
	.summary = "Say why rules cannot be fast or safe; exit 1 if any "
		"cannot.",
	.run = run_lint,
};
