/*
 * The detector: from a frozen ruleset to one table of literals.
 *
 * Each anchor is entered as it is, and as it looks under each encoding that
 * its rule allows: base64 in three alignments, hex, UTF-16, percent. A plain
 * one leads to its rule; an encoded one leads to a region to decode, whatever
 * the rule, so equal ones are kept once. Tokens are also found under base64
 * twice (Kubernetes secrets of docker files) and in base64 of UTF-16
 * (PowerShell): those forms are entered for anchors that stay long enough to
 * be rare.
 *
 * This runs at every start of the program, so it costs no more than a pass
 * over some thousand short literals; nothing is compiled here.
 */
#include "detect/internal.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* Literals of one detector; forms included. More is a broken ruleset. */
#define LITERALS_MAX ((size_t)1 << 20)
#define DETECTOR_ARENA ((size_t)256 << 20)
/* Shortest anchors for base64 in base64, and for UTF-16 in base64. */
#define TWICE_MIN 6
#define WIDE_MIN 4
/* A NEAR rule looks no further than this, so that windows hold it. */
#define NEAR_MAX 2048
#define NEAR_WIDTH 8192

/* The literals gathered so far. */
struct gather {
	struct detector *d;
	struct literal *list;
	size_t count, room;
	struct decode_form *forms, *inner;
	bool failed;
};

static void add_literal(struct gather *g, bytes text, bool fold, uint32_t tag)
{
	enum encoding e = (enum encoding)(tag >> 2 & 7);
	/* Escapes leave words as they are; these others do not. */
	bool is_rare = e != ENCODING_PLAIN && e != ENCODING_PERCENT &&
		       e != ENCODING_HEX;

	if (text.n < LITERAL_MIN || text.n > LITERAL_MAX || g->failed)
		return;
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 1024;
		struct literal *more = NULL;

		if (room <= LITERALS_MAX)
			more = reallocarray(g->list, room, sizeof(*more));
		g->failed = more == NULL;
		if (more == NULL)
			return;
		g->list = more;
		g->room = room;
	}
	g->list[g->count++] = (struct literal){.text = text, .tag = tag,
		.fold = fold, .is_rare = is_rare};
}

static void add_form(struct gather *g, const struct decode_form *form,
	enum encoding e, bool fold)
{
	bytes copy = arena_copy(&g->d->arena, bytes_of(form->at, form->n));

	g->failed |= copy.at == NULL;
	add_literal(g, copy, fold, DETECT_TAG(LEAD_ENCODED, e, form->phase, 0));
}

/* Forms under base64 of what is itself encoded by `e`. */
static void add_nested(struct gather *g, bytes literal, enum encoding e)
{
	size_t inner = decode_forms(literal, e, g->inner);

	for (size_t i = 0; i < inner; i++) {
		bytes text = bytes_of(g->inner[i].at, g->inner[i].n);
		size_t count;

		if (text.n < TWICE_MIN || text.n > DECODE_FORM_MAX / 2)
			continue;
		count = decode_forms(text, ENCODING_BASE64, g->forms);
		for (size_t k = 0; k < count; k++)
			if (g->forms[k].n >= TWICE_MIN)
				add_form(g, &g->forms[k], ENCODING_BASE64,
					false);
	}
}

/* UTF-16 and percent keep letters as they are; the others hide the case. */
static bool keeps_case(enum encoding e)
{
	return e == ENCODING_UTF16LE || e == ENCODING_UTF16BE ||
	       e == ENCODING_PERCENT;
}

static void add_encoded(struct gather *g, bytes literal, bool fold,
	unsigned encodings)
{
	for (int e = ENCODING_PLAIN + 1; e < ENCODING_COUNT; e++) {
		size_t count;

		if (!(encodings & ENCODING_BIT(e)))
			continue;
		count = decode_forms(literal, (enum encoding)e, g->forms);
		for (size_t i = 0; i < count; i++)
			add_form(g, &g->forms[i], (enum encoding)e,
				fold && keeps_case((enum encoding)e));
	}
}

static void add_twice(struct gather *g, bytes literal, unsigned encodings)
{
	if (!(encodings & ENCODING_BIT(ENCODING_BASE64)))
		return;
	if (literal.n >= TWICE_MIN)
		add_nested(g, literal, ENCODING_BASE64);
	if (literal.n >= WIDE_MIN &&
		(encodings & ENCODING_BIT(ENCODING_UTF16LE)))
		add_nested(g, literal, ENCODING_UTF16LE);
}

/* A literal whose case is free is looked for encoded in its usual cases. */
static void add_cases(struct gather *g, const struct rule_anchor *a)
{
	bytes copy = arena_copy(&g->d->arena, a->literal);
	unsigned char *at;

	add_encoded(g, a->literal, a->fold, a->encodings);
	add_twice(g, a->literal, a->encodings);
	if (!a->fold || a->encodings == ENCODING_BIT(ENCODING_PLAIN) ||
		copy.n == 0)
		return;
	at = arena_alloc(&g->d->arena, copy.n);
	g->failed |= at == NULL;
	for (size_t i = 0; at && i < copy.n; i++) {
		unsigned char c = copy.at[i];

		at[i] = c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
	}
	if (at == NULL)
		return;
	add_encoded(g, bytes_of(at, copy.n), false, a->encodings);
	for (size_t i = 1; i < copy.n; i++)
		at[i] = copy.at[i];
	add_encoded(g, bytes_of(at, copy.n), false, a->encodings);
}

static void add_anchors(struct gather *g, const struct rule_anchor *list,
	size_t count, enum detect_lead lead, size_t index)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].encodings & ENCODING_BIT(ENCODING_PLAIN))
			add_literal(g, list[i].literal, list[i].fold,
				DETECT_TAG(lead, 0, 0, index));
		if (g->d->options.decode_depth)
			add_cases(g, &list[i]);
	}
}

/* Keywords decide whether a foreign rule sweeps a window at all. */
static void add_keywords(struct gather *g, size_t index)
{
	const struct detect_rule *r = &g->d->at[index];

	for (size_t i = 0; r->gated && i < r->rule->keyword_count; i++)
		add_literal(g, bytes_text(r->rule->keywords[i]), true,
			DETECT_TAG(LEAD_KEYWORD, 0, 0, index));
}

/* Rules with the same run share one search; indices + 1 chain them. */
static void add_run(struct detector *d, size_t index)
{
	const struct rule *r = d->at[index].rule;

	for (size_t i = 0; i < d->run_count; i++) {
		struct detect_rule *first = &d->at[d->runs[i]];

		if (first->rule->run_length == r->run_length &&
			memcmp(&first->rule->run_set, &r->run_set,
				sizeof(r->run_set)) == 0) {
			d->at[index].run_next = first->run_next;
			first->run_next = index + 1;
			return;
		}
	}
	d->runs[d->run_count++] = index;
}

/* Decide whether a foreign rule's keywords can stand in the table. */
static void set_gate(struct detect_rule *r)
{
	for (size_t i = 0; i < r->rule->keyword_count; i++)
		if (strlen(r->rule->keywords[i]) < LITERAL_MIN ||
			strlen(r->rule->keywords[i]) > LITERAL_MAX)
			return;
	r->gated = r->rule->keyword_count > 0;
}

static void sort_rule(struct detector *d, size_t index)
{
	switch (d->at[index].rule->finder) {
	case RULE_BY_ANCHOR:
	case RULE_BY_NEAR:
		break;
	case RULE_BY_RUN:
		add_run(d, index);
		break;
	case RULE_BY_SWEEP:
		d->swept[d->swept_count++] = index;
		set_gate(&d->at[index]);
		break;
	case RULE_BY_PATH:
		d->paths[d->path_count++] = index;
		break;
	}
}

static size_t at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

/* How far a rule's matches stand from the grams that lead to them. */
static void set_reach(struct detect_rule *r, size_t gram)
{
	size_t longest = 0;

	r->width = at_most(r->rule->width, DETECT_REACH);
	/* One more: hits ascend but for one byte. */
	r->lead = at_most(r->rule->lead + gram + 1, DETECT_REACH);
	if (r->rule->finder != RULE_BY_NEAR)
		return;
	for (size_t i = 0; i < r->rule->anchor_count; i++)
		if (r->rule->anchors[i].literal.n > longest)
			longest = r->rule->anchors[i].literal.n;
	r->near = at_most(r->rule->near, NEAR_MAX);
	r->width = at_most(r->rule->width, NEAR_WIDTH);
	r->lead = r->near + r->width + gram + 1;
	r->trail = r->near + at_most(longest, LITERAL_MAX);
}

static void add_rule(struct gather *g, size_t index)
{
	const struct rule *r = g->d->at[index].rule;

	if (r->finder == RULE_BY_ANCHOR || r->finder == RULE_BY_NEAR)
		add_anchors(g, r->anchors, r->anchor_count, LEAD_RULE, index);
	else if (r->finder == RULE_BY_SWEEP)
		add_keywords(g, index);
}

static bool make_table(struct gather *g)
{
	struct detector *d = g->d;
	uint16_t *reach = calloc(g->count + 1, sizeof(*reach));

	if (reach)
		d->literals = literal_set_new(g->list, g->count, reach);
	for (size_t i = 0; d->literals && i < g->count; i++) {
		size_t rule = g->list[i].tag >> 8;

		if ((g->list[i].tag & 3) == LEAD_RULE &&
			reach[i] > d->reach[rule])
			d->reach[rule] = reach[i];
	}
	free(reach);
	return d->literals != NULL;
}

static bool gather_literals(struct detector *d)
{
	struct gather g = {.d = d};
	bool made = false;

	g.forms = calloc(DECODE_FORMS, sizeof(*g.forms));
	g.inner = calloc(DECODE_FORMS, sizeof(*g.inner));
	if (g.forms && g.inner) {
		for (size_t i = 0; i < d->count; i++)
			add_rule(&g, i);
		for (size_t i = 0; d->options.decode_depth &&
				   i < d->decode_count; i++)
			add_anchors(&g, d->decodes[i].anchors,
				d->decodes[i].anchor_count, LEAD_DECODER, i);
		made = !g.failed && make_table(&g);
	}
	free(g.forms);
	free(g.inner);
	free(g.list);
	return made;
}

/* The build's literals, where they are those of this ruleset. */
static bool take_baked(struct detector *d)
{
	const struct detect_baked *baked = &detect_baked_data;
	char digest[17];

	if (baked == NULL)
		return false;
	ruleset_digest(d->rules, digest);
	if (strcmp(digest, baked->digest) != 0)
		return false;
	d->literals = literal_set_over(baked->literals);
	memcpy(d->reach, baked->reach, d->count * sizeof(*d->reach));
	return d->literals != NULL;
}

static bool set_literals(struct detector *d)
{
	d->reach = arena_array(&d->arena, d->count + 1, sizeof(*d->reach));
	if (d->reach == NULL)
		return false;
	for (size_t i = 0; i < d->count; i++)
		sort_rule(d, i);
	if (!take_baked(d) && !gather_literals(d))
		return false;
	for (size_t i = 0; i < d->count; i++)
		set_reach(&d->at[i], d->reach[i]);
	return true;
}

static struct detect_regex *pattern_list(struct detector *d,
	const char *const *sources, size_t count)
{
	struct detect_regex *list = arena_array(&d->arena, count ? count : 1,
		sizeof(*list));

	for (size_t i = 0; list && i < count; i++) {
		detect_regex_init(d->patterns, &list[i], sources[i]);
		list[i].foreign = true;
	}
	return list;
}

static bool set_allow(struct detector *d, size_t at,
	const struct rule_allowlist *list)
{
	struct detect_allow *a = &d->allows[at];

	a->list = list;
	a->regexes = pattern_list(d, list->regexes, list->regex_count);
	a->paths = pattern_list(d, list->paths, list->path_count);
	return a->regexes && a->paths;
}

static bool set_allows(struct detector *d)
{
	size_t globals, at = 0;
	const struct rule_allowlist *global =
		ruleset_allowlists(d->rules, &globals);

	for (size_t i = 0; i < d->count; i++) {
		d->at[i].allow_first = d->allow_count;
		d->allow_count += d->at[i].rule->allowlist_count;
	}
	d->global_first = d->allow_count;
	d->allow_count += globals;
	d->allows = arena_array(&d->arena, d->allow_count + 1,
		sizeof(*d->allows));
	if (d->allows == NULL)
		return false;
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = 0; k < d->at[i].rule->allowlist_count; k++)
			if (!set_allow(d, at++, &d->at[i].rule->allowlists[k]))
				return false;
	for (size_t i = 0; i < globals; i++)
		if (!set_allow(d, at++, &global[i]))
			return false;
	return true;
}

/* What is said when a companion is not there. */
static bool set_companions(struct detector *d, struct detect_rule *r)
{
	size_t count = r->rule->companion_count;

	r->alone = arena_array(&d->arena, count ? count : 1,
		sizeof(*r->alone));
	for (size_t i = 0; r->alone && i < count; i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "no %s beside it",
			r->rule->companions[i].rule);
		r->alone[i] = arena_copy_text(&d->arena, bytes_text(text));
		if (r->alone[i] == NULL)
			return false;
	}
	return r->alone != NULL;
}

static bool set_rules(struct detector *d)
{
	for (size_t i = 0; i < d->count; i++) {
		struct detect_rule *r = &d->at[i];

		r->rule = ruleset_rule(d->rules, i);
		detect_regex_init(d->patterns, &r->pattern, r->rule->regex);
		detect_regex_init(d->patterns, &r->path, r->rule->path);
		r->pattern.not_before = &r->rule->not_before;
		r->pattern.not_after = &r->rule->not_after;
		r->pattern.foreign = r->path.foreign = r->rule->foreign;
		if (!set_companions(d, r))
			return false;
	}
	return set_allows(d);
}

/* Everything that may tell two paths apart. */
static bool list_paths(struct detector *d)
{
	size_t count = d->count;

	for (size_t i = 0; i < d->allow_count; i++)
		count += d->allows[i].list->path_count;
	d->on_path = arena_array(&d->arena, count + 1, sizeof(*d->on_path));
	if (d->on_path == NULL)
		return false;
	for (size_t i = 0; i < d->count; i++)
		if (d->at[i].path.source)
			d->on_path[d->on_path_count++] = &d->at[i].path;
	for (size_t i = 0; i < d->allow_count; i++)
		for (size_t k = 0; k < d->allows[i].list->path_count; k++)
			d->on_path[d->on_path_count++] =
				&d->allows[i].paths[k];
	return true;
}

static bool make_tables(struct detector *d)
{
	d->patterns = detect_regexes_new(d->options.no_jit);
	d->at = arena_array(&d->arena, d->count + 1, sizeof(*d->at));
	d->swept = arena_array(&d->arena, d->count + 1, sizeof(*d->swept));
	d->runs = arena_array(&d->arena, d->count + 1, sizeof(*d->runs));
	d->paths = arena_array(&d->arena, d->count + 1, sizeof(*d->paths));
	return d->patterns && d->at && d->swept && d->runs && d->paths &&
	       set_rules(d) && list_paths(d) && set_literals(d);
}

struct detector *detector_new(const struct ruleset *rules,
	const struct detect_options *options, struct error *err)
{
	struct detector *d = calloc(1, sizeof(*d));

	if (d) {
		arena_init(&d->arena, DETECTOR_ARENA);
		d->rules = rules;
		d->options = *options;
		if (d->options.decode_depth > LIMIT_DECODE_DEPTH)
			d->options.decode_depth = LIMIT_DECODE_DEPTH;
		d->count = ruleset_count(rules);
		d->decodes = ruleset_decodes(rules, &d->decode_count);
		if (make_tables(d))
			return d;
		detector_free(d);
	}
	(void)error_set(err, ERR_MEMORY, "set up the detector");
	return NULL;
}

bool detector_looks_at_paths(const struct detector *d)
{
	return d->on_path_count > d->path_count;
}

bool detector_finds_by_path(const struct detector *d)
{
	for (size_t i = 0; i < d->path_count; i++)
		if (d->at[d->paths[i]].rule->confidence >=
			d->options.min_confidence)
			return true;
	return false;
}

uint64_t detector_path_key(const struct detector *d, bytes path)
{
	struct detect_tools *tools;
	uint64_t key = path.n > 0;

	if (d->on_path_count == 0)
		return 0;
	tools = detect_tools_new_small(d->patterns);
	if (tools == NULL) /* then every path is one of its own */
		return hash_64(path, 0) | 1;
	for (size_t i = 0; i < d->on_path_count; i++) {
		unsigned char one = (unsigned char)detect_regex_is_in(tools,
			d->on_path[i], path);

		key = hash_64(bytes_of(&one, 1), key);
	}
	detect_tools_free(tools);
	return key;
}

static void release_patterns(struct detector *d)
{
	for (size_t i = 0; d->at && i < d->count; i++) {
		detect_regex_release(&d->at[i].pattern);
		detect_regex_release(&d->at[i].path);
	}
	for (size_t i = 0; d->allows && i < d->allow_count; i++) {
		const struct detect_allow *a = &d->allows[i];

		for (size_t k = 0; a->regexes && k < a->list->regex_count; k++)
			detect_regex_release(&a->regexes[k]);
		for (size_t k = 0; a->paths && k < a->list->path_count; k++)
			detect_regex_release(&a->paths[k]);
	}
}

void detector_free(struct detector *d)
{
	if (d == NULL)
		return;
	release_patterns(d);
	literal_set_free(d->literals);
	detect_regexes_free(d->patterns);
	arena_release(&d->arena);
	free(d);
}
