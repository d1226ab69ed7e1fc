/*
 * Lint: why a rule cannot be fast or safe, or helps nobody.
 *
 * The loader refuses what is wrong in itself (a pattern outside the subset,
 * no bound, no anchor). Here stand the demands on rules that we ship, and,
 * for foreign rules, what makes them slow.
 */
#include "check/check.h"
#include "pattern/pattern.h"
#include "example/example.h"
#include "request/lint.h"
#include "ruleset/ruleset.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

#define ANCHOR_LEAST 3
/* Of rules that claim high confidence by their anchor. */
#define ANCHOR_HIGH 4
#define NEAR_MOST 1024
#define EXAMPLES_LEAST 3

struct lint {
	const struct rule *rule;
	ruleset_say *say;
	void *context;
	size_t count;
};

static void complain(struct lint *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(struct lint *l, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	l->count++;
	if (l->say)
		l->say(l->context, l->rule, text);
}

static bool is_anchored(const struct rule *rule)
{
	return rule->finder == RULE_BY_ANCHOR || rule->finder == RULE_BY_NEAR;
}

static void lint_anchors(struct lint *l)
{
	const struct rule *rule = l->rule;
	size_t least = SIZE_MAX;

	if (rule->finder == RULE_BY_SWEEP)
		complain(l, "no anchor and no run: the regex runs over every "
			"byte");
	if (!is_anchored(rule))
		return;
	if (rule->anchor_count == 0)
		complain(l, "it has no anchor");
	for (size_t i = 0; i < rule->anchor_count; i++) {
		bytes literal = rule->anchors[i].literal;

		least = literal.n < least ? literal.n : least;
		if (literal.n < ANCHOR_LEAST)
			complain(l, "anchor '%.*s' is shorter than %d bytes",
				(int)literal.n, (const char *)literal.at,
				ANCHOR_LEAST);
		if (literal.n > LIMIT_MATCH)
			complain(l, "an anchor of %zu bytes", literal.n);
	}
	if (rule->finder == RULE_BY_ANCHOR && least < ANCHOR_HIGH &&
		rule->confidence == CONFIDENCE_HIGH && !rule->check.name)
		complain(l, "high confidence with an anchor shorter than %d "
			"bytes and no check", ANCHOR_HIGH);
}

static void lint_near(struct lint *l)
{
	const struct rule *rule = l->rule;

	if (rule->finder != RULE_BY_NEAR)
		return;
	if (rule->near > NEAR_MOST)
		complain(l, "'near' is %u; at most %d", rule->near, NEAR_MOST);
	if (charset_is_empty(&rule->not_before) ||
		charset_is_empty(&rule->not_after))
		complain(l, "'near' needs notBefore and notAfter");
	if (rule->confidence == CONFIDENCE_HIGH && !rule->check.name)
		complain(l, "high confidence by context alone; it is medium");
}

static void lint_regex(struct lint *l, struct arena *scratch)
{
	const struct rule *rule = l->rule;
	size_t n = rule->regex ? strlen(rule->regex) : 0;
	struct pattern_problem problem;
	const struct pattern *p;

	if (rule->regex == NULL)
		return;
	if (n > LIMIT_PATTERN)
		complain(l, "the pattern has %zu bytes; %zu are allowed", n,
			LIMIT_PATTERN);
	p = pattern_parse(scratch, bytes_of(rule->regex, n), &problem);
	if (p == NULL) {
		complain(l, "pattern, byte %zu: %s", problem.offset + 1,
			problem.text);
		return;
	}
	if (pattern_width(p) == PATTERN_UNBOUNDED)
		complain(l, "a repeat without a bound");
	else if (pattern_width(p) > LIMIT_MATCH)
		complain(l, "a match may have %u bytes; %zu are allowed",
			pattern_width(p), LIMIT_MATCH);
	if (pattern_width_least(p) == 0)
		complain(l, "the regex matches the empty text");
	if (pattern_is_nested(p))
		complain(l, "a repeat inside a repeat, as in (a+)+: matching "
			"may take exponential time");
	if (rule->finder == RULE_BY_ANCHOR &&
		pattern_cover_anchors(scratch, p, rule->anchors,
			rule->anchor_count).proof != PATTERN_COVERED)
		complain(l, "a match need not hold an anchor");
}

static void lint_check(struct lint *l)
{
	static const char *const digits[] = {"base62", "base36", "hex", "HEX",
		"hex-le"};
	const struct rule_check *check = &l->rule->check;
	bool known = check->encoding == NULL;

	if (check->name == NULL) {
		if (l->rule->finder == RULE_BY_RUN)
			complain(l, "a run needs a check");
		return;
	}
	if (!check_is_known(check->name))
		complain(l, "no such check: '%s'", check->name);
	for (size_t i = 0; check->encoding && i < 5; i++)
		known |= strcmp(check->encoding, digits[i]) == 0;
	if (!known)
		complain(l, "check.encoding '%s' is none of base62, base36, "
			"hex, HEX, hex-le", check->encoding);
	if (strcmp(check->name, "crc32") == 0 &&
		(check->width == 0 || check->encoding == NULL))
		complain(l, "check crc32 needs width and encoding");
}

static bool is_severity(const char *text)
{
	return text && (strcmp(text, "critical") == 0 ||
			strcmp(text, "high") == 0 ||
			strcmp(text, "medium") == 0 ||
			strcmp(text, "low") == 0);
}

static void lint_texts(struct lint *l)
{
	const struct rule *rule = l->rule;

	if (rule->provider == NULL || *rule->provider == '\0')
		complain(l, "no provider");
	if (rule->description == NULL ||
		strcmp(rule->description, rule->id) == 0)
		complain(l, "no description");
	if (!is_severity(rule->severity))
		complain(l, "severity must be critical, high, medium or low");
	if (rule->confidence == CONFIDENCE_CERTAIN)
		complain(l, "certain comes only from a passed check");
	if (!rule->has_confidence)
		complain(l, "no confidence");
	if (rule->mend == NULL && !rule->helper)
		complain(l, "no mend: say what to do with a leak");
	if (rule->mend && strchr(rule->mend, '\n'))
		complain(l, "mend is one line");
	for (size_t i = 0; i < rule->companion_count; i++)
		if (strcmp(rule->companions[i].rule, rule->id) == 0)
			complain(l, "it is its own companion");
}

static void lint_examples(struct lint *l)
{
	const struct rule *rule = l->rule;
	size_t examples = 0, counterexamples = 0;

	for (size_t i = 0; i < rule->example_count; i++) {
		struct example e;
		const char *tail;
		struct error err;

		examples += !rule->examples[i].counter;
		counterexamples += rule->examples[i].counter;
		if (example_expand(rule, i, &e, &err) == OK) {
			example_release(&e);
			continue;
		}
		/* The caller names the rule itself. */
		tail = strstr(err.text, "': ");
		complain(l, "%s", tail ? tail + 3 : err.text);
	}
	if (examples < EXAMPLES_LEAST || counterexamples < EXAMPLES_LEAST)
		complain(l, "%zu examples and %zu counterexamples; at least "
			"%d of each", examples, counterexamples,
			EXAMPLES_LEAST);
}

static void pass_on(void *context, const char *complaint)
{
	complain(context, "%s", complaint);
}

size_t ruleset_lint(const struct rule *rule, ruleset_say *say, void *context)
{
	struct lint l = {rule, say, context, 0};
	struct arena scratch;

	arena_init(&scratch, LIMIT_PATTERN_WORK);
	lint_anchors(&l);
	lint_near(&l);
	lint_regex(&l, &scratch);
	if (rule->verify)
		lint_request(rule->verify, "verify", pass_on, &l);
	if (rule->revoke)
		lint_request(rule->revoke, "revoke", pass_on, &l);
	if (!rule->foreign) {
		lint_check(&l);
		lint_texts(&l);
		lint_examples(&l);
	}
	arena_release(&scratch);
	return l.count;
}
