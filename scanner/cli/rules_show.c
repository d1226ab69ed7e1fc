/* stanch rules show ID: all about one rule. */
#include "cli/internal.h"

#include "cli/json.h"

#include <ctype.h>

#include "base/banned.h"

#define TEXT_MAX ((size_t)1 << 20)

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

static void put_line(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(out, "%-12s ", name);
	report_escape_terminal(bytes_text(text), out);
	buf_put_byte(out, '\n');
}

static const char *finder_text(const struct rule *r)
{
	static const char *const names[] = {
		[RULE_BY_ANCHOR] = "by a literal inside the match",
		[RULE_BY_NEAR] = "by a literal near the match",
		[RULE_BY_RUN] = "by a run of characters",
		[RULE_BY_SWEEP] = "by its pattern everywhere",
		[RULE_BY_PATH] = "by the path alone",
	};

	return names[r->finder];
}

/* Each host, then each step's request and what its answers mean. */
static void put_block(struct buf *out, const char *name,
	const struct request_block *block)
{
	for (size_t i = 0; block && i < block->step_count; i++) {
		const struct request_step *step = &block->steps[i];
		bool has_body = step->json || step->form_count || step->body;

		buf_printf(out, "%-12s %s %s\n", i ? "" : name,
			step->method ? step->method
				     : has_body ? "POST" : "GET", step->url);
	}
	for (size_t i = 0; block && i < block->host_count; i++)
		buf_printf(out, "%-12s host %s\n", "", block->hosts[i]);
	if (block && block->effect)
		put_line(out, "", block->effect);
}

static void put_rule(struct buf *out, const struct rule *r)
{
	put_line(out, "id", r->id);
	put_line(out, "description", r->description);
	put_line(out, "provider", r->provider);
	put_line(out, "severity", r->severity);
	put_line(out, "confidence", confidence_name(r->confidence));
	put_line(out, "check", r->check.name);
	put_line(out, "found", finder_text(r));
	for (size_t i = 0; i < r->anchor_count; i++) {
		buf_printf(out, "%-12s ", i ? "" : "literals");
		report_escape_terminal(r->anchors[i].literal, out);
		buf_put_text(out, r->anchors[i].fold ? " (any case)\n" : "\n");
	}
	put_line(out, "regex", r->regex);
	put_line(out, "path", r->path);
	for (size_t i = 0; i < r->companion_count; i++)
		put_line(out, i ? "" : "companions", r->companions[i].rule);
	put_block(out, "verify", r->verify);
	put_block(out, "revoke", r->revoke);
	put_line(out, "mend", r->mend);
	for (size_t i = 0; i < r->reference_count; i++)
		put_line(out, i ? "" : "references", r->references[i]);
	buf_printf(out, "%-12s %zu\n", "examples", r->example_count);
	if (r->file)
		buf_printf(out, "%-12s %s:%u\n", "file", r->file, r->line);
}

/* Their companions were loaded with them, and are not asked for. */
static void put_named(struct buf *out, const struct ruleset *rules,
	const struct args_list *ids)
{
	bool any = false;

	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const struct rule *r = ruleset_rule(rules, i);
		bool named = false;

		for (size_t k = 0; k < ids->n; k++)
			named = named || strcmp(ids->at[k], r->id) == 0;
		if (named && any)
			buf_put_byte(out, '\n');
		if (named)
			put_rule(out, r);
		any = any || named;
	}
}

static int run_show(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {0};
	struct args_list words = {.n = 0};
	struct error err = {0};
	struct ruleset *rules = NULL;
	struct buf out;

	(void)context;
	if (console_parse(self, argc, argv, &settings, &words, ARGS_LIST_MAX,
		&err))
		return console_fail(&err);
	if (words.n == 0) {
		error_set(&err, ERR_USAGE, "read the command line: the id of a "
			"rule is missing; `stanch rules list` lists them");
		return console_fail(&err);
	}
	/* Naming them to the loader makes it suggest the nearest id. */
	settings.rules.only = words;
	if (job_rules_load(&settings.rules, &rules, &err))
		return console_fail(&err);
	buf_init(&out, TEXT_MAX);
	if (settings.format == 1)
		cli_json_rules(&out, rules);
	else
		put_named(&out, rules, &words);
	ruleset_free(rules);
	return console_print(&out);
}

const struct args_command cli_rules_show_command = {
	.name = "show",
	.takes = "ID...",
	.summary = "Show all about a rule.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_show,
};
