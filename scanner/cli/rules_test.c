/*
 * stanch rules test [ID...]: every example must be found and no counterexample
 * may be. All rules are in the detector, as in a scan: an example that another
 * rule takes away is not found, and that is worth knowing. The texts are fakes
 * made here, so failures show them whole.
 */
#include "cli/internal.h"

#include "detect/detect.h"
#include "example/example.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)16 << 20)

struct settings {
	struct job_rule_choice rules;
};

static const struct args_option options[] = {
	JOB_RULE_OPTIONS(struct settings),
};

struct testing {
	struct scan *scan;
	struct buf *out;
	size_t rules, examples, failed;
};

/* What one text must give. */
struct want {
	const struct rule *rule;
	const struct example *example;
	bool seen[EXAMPLE_SECRETS];
	bool any;	     /* the rule reported something sure enough */
	enum confidence least;
	struct buf reported; /* by whom, for the failure's text */
};

static void match_secret(struct want *w, const struct rule *rule, bytes secret)
{
	if (rule != w->rule)
		return;
	w->any = true;
	for (size_t i = 0; i < w->example->count; i++)
		if (bytes_equal(secret, example_secret(w->example, i)))
			w->seen[i] = true;
}

static void sink(void *context, const struct sighting *s)
{
	struct want *w = context;

	buf_printf(&w->reported, "    %s (%s): ", s->rule->id,
		confidence_name(s->confidence));
	report_escape_terminal(bytes_take(s->secret, 120), &w->reported);
	if (s->reason)
		buf_printf(&w->reported, " [%s]", s->reason);
	buf_put_byte(&w->reported, '\n');
	if (s->confidence >= w->least)
		match_secret(w, s->rule, s->secret);
	/* A helper is only ever seen as a part of another finding. */
	for (size_t i = 0; w->rule->helper && i < s->part_count; i++)
		match_secret(w, s->parts[i].rule, s->parts[i].secret);
}

static void say_failure(struct testing *t, const struct want *w, size_t index,
	const char *what, bytes about)
{
	buf_printf(t->out, "FAIL %s %s %zu: %s", w->rule->id,
		w->rule->examples[index].counter ? "counterexample" : "example",
		index + 1, what);
	report_escape_terminal(bytes_take(about, 200), t->out);
	buf_put_text(t->out, "\n  in: ");
	report_escape_terminal(bytes_take(buf_bytes(&w->example->text), 400),
		t->out);
	buf_put_text(t->out, w->reported.n ? "\n  reported:\n" :
					     "\n  reported: nothing\n");
	buf_put(t->out, buf_bytes(&w->reported));
}

static bool is_good(struct testing *t, const struct want *w, size_t index)
{
	bool good = true;

	if (w->rule->examples[index].counter) {
		if (w->any)
			say_failure(t, w, index, "is reported by its rule",
				bytes_of("", 0));
		return !w->any;
	}
	if (w->example->count == 0 && !w->any) {
		say_failure(t, w, index, "is not reported", bytes_of("", 0));
		return false;
	}
	for (size_t i = 0; i < w->example->count; i++)
		if (!w->seen[i]) {
			say_failure(t, w, index, "does not report ",
				example_secret(w->example, i));
			good = false;
		}
	return good;
}

/* A rule that looks at the path alone is given its example as the path. */
static enum status scan_example(struct testing *t, struct want *w,
	struct error *err)
{
	bytes text = buf_bytes(&w->example->text);
	bool is_path = w->rule->finder == RULE_BY_PATH;
	const struct detect_text where = {
		.path = is_path ? text : bytes_text("example"),
		.sink = sink,
		.context = w,
	};

	return scan_buffer(t->scan, &where, is_path ? bytes_of("", 0) : text,
		err);
}

static enum status test_one(struct testing *t, const struct rule *rule,
	size_t index, struct error *err)
{
	struct example example = {.count = 0};
	struct want w = {.rule = rule, .example = &example,
		.least = CONFIDENCE_MEDIUM};
	enum status status;

	/* A rule that is low by itself must show at that at least. */
	if (rule->confidence < w.least && !rule->examples[index].counter)
		w.least = rule->confidence;
	status = example_expand(rule, index, &example, err);
	if (status)
		return status;
	buf_init(&w.reported, TEXT_MAX);
	status = scan_example(t, &w, err);
	t->examples++;
	if (status == OK && !is_good(t, &w, index))
		t->failed++;
	buf_release(&w.reported);
	example_release(&example);
	return status;
}

static bool is_asked(const struct rule *rule, const struct args_list *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		bytes id = bytes_text(ids->at[i]);

		if (bytes_equal(id, bytes_text(rule->id)))
			return true;
		if (id.n > 0 && id.at[id.n - 1] == '*' &&
			bytes_starts(bytes_text(rule->id),
				bytes_take(id, id.n - 1)))
			return true;
	}
	return ids->n == 0;
}

static enum status test_all(struct testing *t, const struct ruleset *rules,
	const struct args_list *ids, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const struct rule *rule = ruleset_rule(rules, i);

		if (!is_asked(rule, ids))
			continue;
		t->rules++;
		for (size_t j = 0; j < rule->example_count && !status; j++)
			status = test_one(t, rule, j, err);
	}
	if (status == OK && t->rules == 0)
		return error_set(err, ERR_USAGE, "test %.80s: no rule has this "
			"id; `stanch rules list` lists them", ids->at[0]);
	return status;
}

static enum status run_tests(struct testing *t, const struct ruleset *rules,
	const struct args_list *ids, struct error *err)
{
	const struct detect_options all = {
		.decode_depth = 3,
		.min_confidence = CONFIDENCE_LOW,
	};
	struct detector *detector = detector_new(rules, &all, err);
	enum status status = ERR_MEMORY;

	if (detector != NULL)
		t->scan = scan_new(detector, err);
	if (t->scan != NULL)
		status = test_all(t, rules, ids, err);
	scan_free(t->scan);
	detector_free(detector);
	return status;
}

static int run_test(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {0};
	struct args_list ids = {.n = 0};
	struct error err = {0};
	struct ruleset *rules = NULL;
	struct buf out;
	struct testing t = {.out = &out};
	enum status status;
	int code;

	(void)context;
	if (console_parse(self, argc, argv, &settings, &ids, ARGS_LIST_MAX,
		&err) || job_rules_load(&settings.rules, &rules, &err))
		return console_fail(&err);
	buf_init(&out, TEXT_MAX);
	status = run_tests(&t, rules, &ids, &err);
	ruleset_free(rules);
	if (status) {
		buf_release(&out);
		return console_fail(&err);
	}
	buf_printf(&out, "%zu rule%s, %zu examples, %zu failed\n", t.rules,
		t.rules == 1 ? "" : "s", t.examples, t.failed);
	code = console_print(&out);
	return code ? code : t.failed > 0 ? EXIT_FOUND : EXIT_CLEAN;
}

const struct args_command cli_rules_test_command = {
	.name = "test",
	.takes = "[ID...]",
	.summary = "Try every example and counterexample of the rules.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_test,
};
