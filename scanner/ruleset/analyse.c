/*
 * How a rule's matches will be found: anchors, finder, lead and width.
 *
 * Ours must be provable: every match holds an anchor (or the anchors are
 * context, or a run detector is named) and is of bounded width. What cannot
 * be proved is refused, with a match that shows why.
 *
 * Foreign rules are taken as they are and made as fast as can be proved:
 *   1. literals from the regex, when all have 4 bytes and their case counts:
 *      these can be searched in encoded text too;
 *   2. else its keywords, if every match holds one;
 *   3. else any literals of 3 bytes from the regex;
 *   4. else the regex runs over every window.
 * Keywords that not every match holds stay what they are at gitleaks: one of
 * them must stand somewhere in the text. Widths without bound are cut to
 * LIMIT_MATCH.
 *
 * A foreign rule is of medium confidence unless way 1 was taken, the literal
 * stands at the start (a word boundary or one byte before it), and it holds
 * something else than lower-case letters: then it is high, as our own rules
 * with a distinctive prefix are.
 */
#include "ruleset/load.h"

#include "base/limits.h"

#include "base/banned.h"

#define ANCHOR_LEAST 3
#define ANCHOR_GOOD 4

static uint32_t cut(uint32_t value)
{
	return value > LIMIT_MATCH ? (uint32_t)LIMIT_MATCH : value;
}

static size_t shortest(const struct rule_anchor *anchors, size_t count)
{
	size_t least = count ? SIZE_MAX : 0;

	for (size_t i = 0; i < count; i++)
		if (anchors[i].literal.n < least)
			least = anchors[i].literal.n;
	return least;
}

/* Keep the anchors, copied, as the way to the rule. */
static enum status use_anchors(const struct load *l, struct rule *rule,
	const struct rule_anchor *anchors, size_t count, uint32_t lead)
{
	struct rule_anchor *kept =
		arena_array(l->arena, count, sizeof(*kept));

	if (kept == NULL)
		return ruleset_load_no_memory(l);
	for (size_t i = 0; i < count; i++) {
		kept[i] = anchors[i];
		kept[i].literal = arena_copy(l->arena, anchors[i].literal);
		kept[i].encodings = rule->encodings;
		if (kept[i].literal.at == NULL)
			return ruleset_load_no_memory(l);
	}
	rule->anchors = kept;
	rule->anchor_count = count;
	rule->finder = RULE_BY_ANCHOR;
	rule->lead = cut(lead);
	return OK;
}

static bool is_distinctive(const struct rule_anchor *anchors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bytes text = anchors[i].literal;
		bool more = false;

		for (size_t j = 0; j < text.n; j++)
			more |= !(text.at[j] >= 'a' && text.at[j] <= 'z');
		if (!more || anchors[i].fold)
			return false;
	}
	return count > 0;
}

/* The rule's keywords as folded anchors, in scratch; NULL without memory. */
static struct rule_anchor *keyword_anchors(const struct load *l,
	const struct rule *rule)
{
	struct rule_anchor *anchors = arena_array(l->scratch,
		rule->keyword_count ? rule->keyword_count : 1,
		sizeof(*anchors));

	for (size_t i = 0; anchors && i < rule->keyword_count; i++)
		anchors[i] = (struct rule_anchor){
			bytes_text(rule->keywords[i]), true, 0};
	return anchors;
}

/* Does each of these literals hold one of the words? */
static bool is_implied(const struct rule_anchor *found, size_t count,
	const struct rule_anchor *words, size_t word_count)
{
	for (size_t i = 0; i < count; i++) {
		bool holds = false;

		for (size_t j = 0; j < word_count && !holds; j++)
			holds = bytes_find_nocase(found[i].literal,
					words[j].literal) != BYTES_NONE;
		if (!holds)
			return false;
	}
	return count > 0;
}

static enum status analyse_foreign(const struct load *l, struct rule *rule,
	const struct pattern *p)
{
	struct rule_anchor *found = NULL;
	struct rule_anchor *words = keyword_anchors(l, rule);
	size_t count = pattern_extract_literals(l->scratch, p, &found);
	size_t word_count = words ? rule->keyword_count : 0;
	size_t words_shortest = shortest(words, word_count);
	struct pattern_cover by_words = {.proof = PATTERN_UNCOVERED};
	struct pattern_cover by_found = {.proof = PATTERN_UNCOVERED};
	bool good, implied;

	rule->width = cut(pattern_width(p));
	rule->finder = RULE_BY_SWEEP;
	rule->lead = 0;
	if (count)
		by_found = pattern_cover_anchors(l->scratch, p, found, count);
	good = by_found.proof == PATTERN_COVERED && !found[0].fold &&
	       shortest(found, count) >= ANCHOR_GOOD;
	implied = by_found.proof == PATTERN_COVERED &&
		  is_implied(found, count, words, word_count);
	/* The walk is only taken where its answer is not known already. */
	if (words_shortest && !(good && implied))
		by_words = pattern_cover_anchors(l->scratch, p, words,
			word_count);
	if (implied || by_words.proof == PATTERN_COVERED)
		rule->keyword_count = 0;
	if (good) {
		if (!rule->has_confidence && by_found.lead <= 1 &&
			is_distinctive(found, count))
			rule->confidence = CONFIDENCE_HIGH;
		return use_anchors(l, rule, found, count, by_found.lead);
	}
	if (by_words.proof == PATTERN_COVERED &&
		words_shortest >= ANCHOR_LEAST)
		return use_anchors(l, rule, words, word_count, by_words.lead);
	if (by_found.proof == PATTERN_COVERED)
		return use_anchors(l, rule, found, count, by_found.lead);
	return OK;
}

/* The anchors cover the pattern, or an error that shows what they miss. */
static enum status prove(const struct load *l, const struct draft *d,
	const struct toml_node *at, const struct pattern *p, uint32_t *lead)
{
	struct pattern_cover cover = pattern_cover_anchors(l->scratch, p,
		d->rule.anchors, d->rule.anchor_count);

	if (cover.proof == PATTERN_TOO_LARGE)
		return ruleset_fail(l, at, "it cannot be shown that every "
			"match holds an anchor: the pattern is too large");
	if (cover.proof == PATTERN_UNCOVERED)
		return ruleset_fail(l, at, "a match need not hold an anchor: "
			"'%s' matches", cover.example);
	*lead = cut(cover.lead);
	return OK;
}

static enum status check_width(const struct load *l,
	const struct toml_node *at, const struct pattern *p)
{
	uint32_t width = pattern_width(p);

	if (width == PATTERN_UNBOUNDED)
		return ruleset_fail(l, at, "a repeat without a bound: write "
			"{0,n} for * and {1,n} for +");
	if (width > LIMIT_MATCH)
		return ruleset_fail(l, at, "a match may have %u bytes; %zu "
			"are allowed", width, LIMIT_MATCH);
	return OK;
}

/* Anchors that the file gives, or those of the regex. */
static enum status gather_anchors(const struct load *l, struct draft *d,
	const struct toml_node *at, const struct pattern *p)
{
	struct rule *rule = &d->rule;
	struct rule_anchor *found = NULL;
	size_t count;

	if (d->anchors.n + d->anchors_nocase.n)
		return ruleset_make_anchors(l, &d->anchors,
			&d->anchors_nocase, rule->encodings, &rule->anchors,
			&rule->anchor_count);
	if (rule->near)
		return ruleset_fail(l, at, "'near' needs anchors");
	count = p ? pattern_extract_literals(l->scratch, p, &found) : 0;
	if (count == 0)
		return ruleset_fail(l, at, "no anchor, and no literal of 3 "
			"bytes that every match holds; give anchors, anchors "
			"with 'near', or a 'run'");
	return use_anchors(l, rule, found, count, 0);
}

static enum status analyse_run(const struct load *l, struct draft *d,
	const struct pattern *p)
{
	struct rule *rule = &d->rule;

	if (rule->run_length < 8 || rule->run_length > LIMIT_MATCH ||
		charset_is_empty(&rule->run_set))
		return ruleset_fail(l, d->at[RULE_KEY_RUN_LENGTH]
				? d->at[RULE_KEY_RUN_LENGTH] : d->table,
			"a run needs 'run', a set of characters, and "
			"'runLength', at least 8");
	if (rule->check.name == NULL)
		return ruleset_fail(l, d->table, "a run needs a check");
	rule->finder = RULE_BY_RUN;
	rule->width = rule->run_length;
	if (p && pattern_width(p) > rule->width)
		rule->width = pattern_width(p);
	return OK;
}

static enum status analyse_ours(const struct load *l, struct draft *d,
	const struct toml_node *at, const struct pattern *p)
{
	struct rule *rule = &d->rule;
	enum status status = OK;

	if (p)
		status = check_width(l, at, p);
	if (status != OK)
		return status;
	if (d->at[RULE_KEY_RUN] || rule->run_length)
		return analyse_run(l, d, p);
	if (p == NULL) {
		rule->finder = RULE_BY_PATH;
		return OK;
	}
	rule->width = pattern_width(p);
	status = gather_anchors(l, d, at, p);
	if (status != OK)
		return status;
	if (rule->near) {
		rule->finder = RULE_BY_NEAR;
		return OK;
	}
	rule->finder = RULE_BY_ANCHOR;
	if (d->at[RULE_KEY_ANCHORS])
		at = d->at[RULE_KEY_ANCHORS];
	return prove(l, d, at, p, &rule->lead);
}

/* Does the file say anything that the analysis depends on? */
static bool is_changed(const struct draft *d)
{
	return d->at[RULE_KEY_REGEX] || d->rule.foreign ||
	       d->rule.finder == RULE_BY_PATH || d->at[RULE_KEY_RUN] ||
	       d->at[RULE_KEY_ANCHORS] || d->at[RULE_KEY_ANCHORS_NOCASE];
}

enum status ruleset_analyse(struct load *l, struct draft *d)
{
	struct rule *rule = &d->rule;
	const struct toml_node *at =
		d->at[RULE_KEY_REGEX] ? d->at[RULE_KEY_REGEX] : d->table;
	const struct toml_node *path =
		d->at[RULE_KEY_PATH] ? d->at[RULE_KEY_PATH] : d->table;
	const struct pattern *p = NULL;
	enum status status = OK;

	rule->regex = d->regex;
	rule->path = d->path;
	if (rule->path)
		status = ruleset_check_pattern(l, path, rule->path, NULL);
	if (status == OK && rule->regex)
		status = ruleset_check_pattern(l, at, rule->regex, &p);
	if (status != OK)
		return status;
	if (p && rule->secret_group > pattern_groups(p))
		return ruleset_fail(l, d->at[RULE_KEY_SECRET_GROUP]
				? d->at[RULE_KEY_SECRET_GROUP] : at,
			"'secretGroup' is %u; the regex has %u groups",
			rule->secret_group, pattern_groups(p));
	if (l->extends && !is_changed(d))
		return OK;
	if (l->origin == RULESET_FOREIGN) {
		rule->foreign = true;
		rule->near = rule->run_length = 0;
		rule->anchors = NULL;
		rule->anchor_count = 0;
		if (p)
			return analyse_foreign(l, rule, p);
		rule->finder = RULE_BY_PATH;
		return OK;
	}
	status = analyse_ours(l, d, at, p);
	/* In our rules they are for other tools: the anchors are stricter. */
	rule->keyword_count = 0;
	return status;
}
