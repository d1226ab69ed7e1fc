/* stanch rules list: the table of rules. */
#include "cli/internal.h"

#include "cli/json.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)16 << 20)

struct settings {
	struct job_rule_choice rules;
	int format;
};

static const char *const formats[] = {"text", "json", NULL};
static const struct args_option options[] = {
	JOB_RULE_OPTIONS(struct settings),
	{.name = "format", .letter = 'f', .kind = ARGS_CHOICE,
		.takes = "FORMAT", .choices = formats, .group = "Output",
		.help = "text (default) or json.",
		.offset = offsetof(struct settings, format)},
};

static void put_table(struct buf *out, const struct ruleset *rules)
{
	size_t widest = 0;

	for (size_t i = 0; i < ruleset_count(rules); i++) {
		size_t n = strlen(ruleset_rule(rules, i)->id);

		widest = n > widest ? n : widest;
	}
	widest = widest > 60 ? 60 : widest;
	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const struct rule *r = ruleset_rule(rules, i);

		report_escape_terminal(bytes_text(r->id), out);
		for (size_t n = strlen(r->id); n < widest; n++)
			buf_put_byte(out, ' ');
		buf_printf(out, "  %-6s  %-19s  ",
			confidence_name(r->confidence),
			r->check.name ? r->check.name : "-");
		report_escape_terminal(bytes_text(r->description ?
			r->description : ""), out);
		buf_put_byte(out, '\n');
	}
	buf_printf(out, "%zu rules\n", ruleset_count(rules));
}

static int run_list(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {0};
	struct args_list words = {.n = 0};
	struct error err = {0};
	struct ruleset *rules = NULL;
	struct buf out;

	(void)context;
	if (console_parse(self, argc, argv, &settings, &words, 0, &err) ||
		job_rules_load(&settings.rules, &rules, &err))
		return console_fail(&err);
	buf_init(&out, TEXT_MAX);
	if (settings.format == 1)
		cli_json_rules(&out, rules);
	else
		put_table(&out, rules);
	ruleset_free(rules);
	return console_print(&out);
}

const struct args_command cli_rules_list_command = {
	.name = "list",
	.summary = "List rules: id, confidence, check, description.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_list,
};

static const struct args_command *const children[] = {
	&cli_rules_list_command,
	&cli_rules_show_command,
	&cli_rules_test_command,
	&cli_rules_lint_command,
	NULL,
};
const struct args_command cli_rules_command = {
	.name = "rules",
	.summary = "Look at the rules: list, show, test, lint.",
	.children = children,
};
