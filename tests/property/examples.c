/*
 * The built-in rules' examples, made, a line each: rule, provider, kind, the
 * text in hex, and each secret that must be found in hex. The kind is
 * "counterexample", "part" (of a rule that only completes others), "low" (of
 * one that is not shown unasked) or "example". For what builds test data by
 * script; nothing of it is stored.
 */
#include "record.h"

#include <stdlib.h>

#include "example/example.h"
#include "request/request.h"

static void print_hex(bytes b)
{
	printf("\t");
	for (size_t i = 0; i < b.n; i++)
		printf("%02x", b.at[i]);
}

static const char *kind_of(const struct rule *rule, size_t index)
{
	if (rule->examples[index].counter)
		return "counterexample";
	if (rule->helper)
		return "part";
	return rule->confidence == CONFIDENCE_LOW ? "low" : "example";
}

static void print_example(const struct rule *rule, size_t index)
{
	struct example e;
	struct error err = {.code = OK};

	if (example_expand(rule, index, &e, &err))
		record_die(rule->id, err.text);
	printf("%s\t%s\t%s", rule->id, rule->provider, kind_of(rule, index));
	print_hex(buf_bytes(&e.text));
	for (size_t i = 0; i < e.count; i++)
		print_hex(example_secret(&e, i));
	printf("\n");
	example_release(&e);
}

/* Of a rule that can be asked about: its first example, `count` times, each
 * with a token of its own. */
static void print_askable(const struct rule *rule, size_t count)
{
	struct rule_example *many = calloc(count + 1, sizeof(*many));
	struct rule copy = *rule;
	size_t first = 0;

	while (first < rule->example_count && rule->examples[first].counter)
		first++;
	if (many == NULL || rule->verify == NULL ||
		first == rule->example_count)
		count = 0;
	for (size_t i = 0; i < count; i++)
		many[i] = rule->examples[first];
	copy.examples = many;
	copy.example_count = count;
	for (size_t i = 0; i < count; i++)
		print_example(&copy, i);
	free(many);
}

/* Was a rule before it that asks the same? */
static int is_repeated(const struct ruleset *rules, size_t i)
{
	uint64_t digest = request_digest(ruleset_rule(rules, i)->verify);

	for (size_t k = 0; k < i; k++)
		if (request_digest(ruleset_rule(rules, k)->verify) == digest)
			return 1;
	return 0;
}

/* examples [COUNT [distinct]]: with a count, those that can be asked about;
 * distinct: one rule for each way of asking. */
int main(int argc, char **argv)
{
	struct ruleset *rules = record_rules();
	size_t askable = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const struct rule *rule = ruleset_rule(rules, i);

		if (argc > 2 && is_repeated(rules, i))
			continue;
		if (askable > 0) {
			print_askable(rule, askable);
			continue;
		}
		/* those that look at a path have no text */
		for (size_t k = 0; rule->finder != RULE_BY_PATH &&
			k < rule->example_count; k++)
			print_example(rule, k);
	}
	ruleset_free(rules);
	return 0;
}
