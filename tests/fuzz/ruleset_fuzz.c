/*
 * Rule files of any bytes: a set or an error, never both, and what is kept
 * keeps the promises of flow/rule.h. The first byte chooses the way in: a
 * file as it is, a regex, or an example's template.
 */
#include "base/limits.h"
#include "pattern/pattern.h"
#include "ruleset/builtin.h"
#include "example/example.h"
#include "ruleset/ruleset.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_rule(const struct rule *rule)
{
	assert(rule->id && rule->description && rule->provider);
	assert(rule->regex || rule->path || rule->run_length);
	assert(rule->width <= LIMIT_MATCH && rule->lead <= LIMIT_MATCH);
	assert((rule->finder == RULE_BY_ANCHOR ||
		       rule->finder == RULE_BY_NEAR) ==
		(rule->anchor_count > 0));
	assert(rule->encodings && rule->confidence < CONFIDENCE_CERTAIN);
	/* The built-in ones, which a file may extend, are known. */
	if (strcmp(rule->file, "fuzz") == 0)
		ruleset_lint(rule, NULL, NULL);
}

static void try_file(bytes text)
{
	struct ruleset *set = ruleset_new();
	struct error err = {.code = OK};
	char digest[17];

	if (set == NULL)
		return;
	if (ruleset_add_text(set, "fuzz", text, &err) == OK) {
		assert(err.code == OK);
		for (size_t i = 0; i < ruleset_count(set); i++)
			check_rule(ruleset_rule(set, i));
		if (ruleset_freeze(set, &err) == OK)
			assert(ruleset_count(set) > 0);
		ruleset_digest(set, digest);
	} else {
		assert(err.code != OK && err.text[0] != '\0');
	}
	ruleset_free(set);
}

static void try_pattern(bytes regex)
{
	struct arena arena;
	struct pattern_problem problem;
	struct rule_anchor *anchors;
	const struct pattern *p;
	size_t n;

	arena_init(&arena, LIMIT_PATTERN_WORK);
	p = pattern_parse(&arena, bytes_take(regex, LIMIT_PATTERN_FOREIGN),
		&problem);
	assert((p == NULL) == (problem.text != NULL));
	if (p != NULL) {
		assert(pattern_width_least(p) <= pattern_width(p));
		pattern_is_nested(p);
		n = pattern_extract_literals(&arena, p, &anchors);
		if (n > 0)
			assert(pattern_cover_anchors(&arena, p, anchors, n)
					.proof != PATTERN_UNCOVERED);
	}
	arena_release(&arena);
}

static void try_template(bytes text)
{
	struct rule_example example = {.counter = false};
	struct rule rule = {.id = "fuzz", .examples = &example,
		.example_count = 1,
		.check = {.name = "crc32", .width = 6, .encoding = "base62"}};
	struct arena arena;
	struct example e;

	arena_init(&arena, LIMIT_RULE_FILE);
	example.text = arena_copy_text(&arena, text);
	if (example.text && example_expand(&rule, 0, &e, NULL) == OK) {
		for (size_t i = 0; i < e.count; i++)
			assert(example_secret(&e, i).n <= e.secrets.n);
		example_release(&e);
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	bytes rest = bytes_drop(bytes_of(data, size), 1);

	if (size == 0)
		return 0;
	switch (data[0] % 3) {
	case 0:
		try_file(rest);
		break;
	case 1:
		try_pattern(rest);
		break;
	default:
		try_template(rest);
		break;
	}
	return 0;
}
