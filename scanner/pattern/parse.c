/*
 * A regex -> its tree.
 *
 * Recursive descent; the depth is that of the parentheses, which
 * LIMIT_PATTERN_NEST bounds. Groups leave no node: captures do not change
 * what is matched. A set whose exact bytes depend on Unicode tables counts
 * as all bytes, negated or not, so that every later answer stays safe.
 * What PCRE2 reads as another thing than RE2 does is read as PCRE2 does,
 * since PCRE2 runs it; what only one of them knows is refused.
 */
#include "pattern/parser.h"

#include "base/limits.h"

#include "base/banned.h"

#define REPEAT_MAX 65535u

uint32_t pattern_add(uint32_t a, uint32_t b)
{
	return a > PATTERN_UNBOUNDED - b ? PATTERN_UNBOUNDED : a + b;
}

uint32_t pattern_multiply(uint32_t a, uint32_t b)
{
	uint64_t product = (uint64_t)a * b;

	if (a == 0 || b == 0)
		return 0;
	return product > PATTERN_UNBOUNDED ? PATTERN_UNBOUNDED
					   : (uint32_t)product;
}

bool pattern_refuse(struct parser *p, size_t offset, const char *text)
{
	if (p->problem->text == NULL)
		*p->problem = (struct pattern_problem){offset, text};
	return false;
}

static bool looking_at(const struct parser *p, const char *text)
{
	return bytes_starts(bytes_drop(p->regex, p->at), bytes_text(text));
}

static struct pattern_node *node_new(struct parser *p, enum pattern_kind kind)
{
	struct pattern_node *node = arena_alloc(p->arena, sizeof(*node));

	if (node == NULL) {
		pattern_refuse(p, p->at, "the pattern needs too much memory");
		return NULL;
	}
	node->kind = kind;
	return node;
}

static struct pattern_node *node_set(struct parser *p, struct charset set)
{
	struct pattern_node *node = node_new(p, PATTERN_SET);

	if (node) {
		node->set = set;
		node->least = node->width = 1;
	}
	return node;
}

static struct pattern_node *node_byte(struct parser *p, struct flags flags,
	unsigned value)
{
	struct charset set = {{0}};

	pattern_set_add(&set, value, value);
	if (flags.fold)
		pattern_set_fold(&set);
	return node_set(p, set);
}

static void child_add(struct pattern_node *parent, struct pattern_node *node)
{
	node->prev = parent->last;
	if (parent->last)
		parent->last->next = node;
	else
		parent->child = node;
	parent->last = node;
}

/* \Q ... \E, after the Q: a run of bytes. */
static struct pattern_node *parse_quoted(struct parser *p, struct flags flags)
{
	struct pattern_node *cat = node_new(p, PATTERN_CAT);

	while (cat && more(p) && !looking_at(p, "\\E")) {
		struct pattern_node *one = node_byte(p, flags, peek(p, 0));

		if (one == NULL)
			return NULL;
		child_add(cat, one);
		cat->least = cat->width = cat->width + 1;
		p->at++;
	}
	if (more(p))
		p->at += 2;
	return cat;
}

/* After a backslash outside a class. */
static struct pattern_node *parse_backslash(struct parser *p,
	struct flags flags)
{
	struct charset set = {{0}};
	unsigned value = 0;
	enum escape kind;

	switch (peek(p, 0)) {
	case 'b':
	case 'B':
	case 'A':
	case 'z':
	case 'Z':
		p->at++;
		return node_new(p, PATTERN_EMPTY);
	case 'Q':
		p->at++;
		return parse_quoted(p, flags);
	default:
		break;
	}
	kind = pattern_parse_escape(p, &set, &value);
	if (kind == ESCAPE_BAD)
		return NULL;
	return kind == ESCAPE_CLASS ? node_set(p, set)
				    : node_byte(p, flags, value);
}

static struct pattern_node *parse_alternatives(struct parser *p,
	struct flags flags);

/* At the '?': what "(?" may not open, and why; NULL: nothing of that. */
static const char *refused_group(const struct parser *p)
{
	unsigned char c = peek(p, 1), d = peek(p, 2);

	if (c == '=' || c == '!' || (c == '<' && (d == '=' || d == '!')))
		return "look-around is not allowed";
	if (c == 'P' && d != '<')
		return "back-references and recursion are not allowed";
	if (c == 'R' || c == '&' || c == '+' || (c >= '0' && c <= '9') ||
		(c == '-' && d >= '0' && d <= '9'))
		return "recursion is not allowed";
	if (c == 'C')
		return "callouts are not allowed";
	if (c && strchr(">|(#'*", c))
		return "a group outside the subset";
	return NULL;
}

/* (?P<name> or (?<name>: past the '>'. */
static bool parse_name(struct parser *p)
{
	size_t close = bytes_find_byte(bytes_drop(p->regex, p->at), '>');

	if (close == BYTES_NONE)
		return pattern_refuse(p, p->at, "a group's name is not closed");
	p->at += close + 1;
	p->groups++;
	return true;
}

/* Letters of (?i-s: up to ':' or ')'; changes *flags. */
static bool parse_flags(struct parser *p, struct flags *flags)
{
	bool on = true;

	for (; more(p); p->at++) {
		switch (peek(p, 0)) {
		case 'i':
			flags->fold = on;
			break;
		case 's':
			flags->dot_all = on;
			break;
		case 'm':
		case 'U':
			break;
		case '-':
			if (!on)
				return pattern_refuse(p, p->at, "a second '-'");
			on = false;
			break;
		case ':':
		case ')':
			return true;
		default:
			return pattern_refuse(p, p->at,
				"a flag outside the subset (i, s, m, U)");
		}
	}
	return pattern_refuse(p, p->at, "( without )");
}

/*
 * After '('. Flags without a body, (?i), change the caller's and give an
 * empty node.
 */
static struct pattern_node *parse_group(struct parser *p, struct flags *flags)
{
	struct flags inner = *flags;
	struct pattern_node *body;
	size_t start = p->at - 1;
	const char *why = NULL;

	if (peek(p, 0) == '*')
		why = "(* items are not allowed";
	else if (peek(p, 0) == '?')
		why = refused_group(p);
	else
		p->groups++;
	if (p->depth >= LIMIT_PATTERN_NEST)
		why = "groups are nested too deeply";
	if (why) {
		pattern_refuse(p, start, why);
		return NULL;
	}
	if (peek(p, 0) == '?') {
		bool named = peek(p, 1) == 'P' || peek(p, 1) == '<';

		p->at++;
		if (!(named ? parse_name(p) : parse_flags(p, &inner)))
			return NULL;
		if (!named && peek(p, 0) == ')') {
			p->at++;
			*flags = inner;
			return node_new(p, PATTERN_EMPTY);
		}
		p->at += !named;
	}
	p->depth++;
	body = parse_alternatives(p, inner);
	p->depth--;
	if (body && peek(p, 0) != ')') {
		pattern_refuse(p, start, "( without )");
		return NULL;
	}
	p->at++;
	return body;
}

/* Decimal digits; false when there are none or the number is too large. */
static bool parse_number(struct parser *p, uint32_t *value)
{
	size_t start = p->at;

	*value = 0;
	while (peek(p, 0) >= '0' && peek(p, 0) <= '9') {
		*value = *value * 10 + (uint32_t)(peek(p, 0) - '0');
		if (*value > REPEAT_MAX)
			return pattern_refuse(p, start,
				"a repeat count over 65535");
		p->at++;
	}
	return p->at > start;
}

/* {n}, {n,} or {n,m}; anything else in braces is itself: false, unmoved. */
static bool parse_braces(struct parser *p, uint32_t *min, uint32_t *max)
{
	size_t start = p->at;
	bool well;

	p->at++;
	well = parse_number(p, min);
	*max = *min;
	if (well && peek(p, 0) == ',') {
		p->at++;
		*max = PATTERN_UNBOUNDED;
		if (peek(p, 0) != '}')
			well = parse_number(p, max);
	}
	if (!well || peek(p, 0) != '}') {
		p->at = start;
		return false;
	}
	p->at++;
	return true;
}

/* Is a quantifier at the cursor? Moves past it when so. */
static bool parse_quantifier(struct parser *p, uint32_t *min, uint32_t *max)
{
	unsigned char c = peek(p, 0);

	if (c == '{')
		return parse_braces(p, min, max);
	if (c != '*' && c != '+' && c != '?')
		return false;
	*min = c == '+';
	*max = c == '?' ? 1 : PATTERN_UNBOUNDED;
	p->at++;
	return true;
}

/* `atom` with the quantifier that follows, if one does. */
static struct pattern_node *parse_repeat(struct parser *p,
	struct pattern_node *atom)
{
	struct pattern_node *node;
	uint32_t min, max;
	size_t start = p->at;

	if (!parse_quantifier(p, &min, &max))
		return p->problem->text ? NULL : atom;
	if (max < min) {
		pattern_refuse(p, start,
			"a repeat whose least is over its most");
		return NULL;
	}
	p->at += peek(p, 0) == '?';
	if (parse_quantifier(p, &(uint32_t){0}, &(uint32_t){0})) {
		pattern_refuse(p, start, "a repeat of a repeat");
		return NULL;
	}
	node = node_new(p, PATTERN_REPEAT);
	if (node == NULL)
		return NULL;
	child_add(node, atom);
	node->min = min;
	node->max = max;
	node->least = pattern_multiply(atom->least, min);
	node->width = pattern_multiply(atom->width, max);
	return node;
}

static struct pattern_node *parse_atom(struct parser *p, struct flags *flags)
{
	struct charset set = {{0}};
	unsigned char c = peek(p, 0);

	p->at++;
	switch (c) {
	case '(':
		return parse_group(p, flags);
	case '[':
		return pattern_parse_class(p, *flags, &set)
			? node_set(p, set) : NULL;
	case '\\':
		return parse_backslash(p, *flags);
	case '^':
	case '$':
		return node_new(p, PATTERN_EMPTY);
	case '.':
		pattern_set_add(&set, 0, 255);
		if (!flags->dot_all)
			set.word[0] &= ~((uint64_t)1 << '\n');
		return node_set(p, set);
	case '*':
	case '+':
	case '?':
		pattern_refuse(p, p->at - 1, "nothing to repeat");
		return NULL;
	default:
		return node_byte(p, *flags, c);
	}
}

static struct pattern_node *parse_sequence(struct parser *p,
	struct flags *flags)
{
	struct pattern_node *cat = node_new(p, PATTERN_CAT);

	while (cat && more(p) && peek(p, 0) != '|' && peek(p, 0) != ')') {
		struct pattern_node *one = parse_atom(p, flags);

		if (one)
			one = parse_repeat(p, one);
		if (one == NULL)
			return NULL;
		child_add(cat, one);
		cat->least = pattern_add(cat->least, one->least);
		cat->width = pattern_add(cat->width, one->width);
	}
	return cat;
}

static struct pattern_node *parse_alternatives(struct parser *p,
	struct flags flags)
{
	struct pattern_node *alt = node_new(p, PATTERN_ALT);
	struct pattern_node *one;

	if (alt == NULL)
		return NULL;
	alt->least = PATTERN_UNBOUNDED;
	for (;;) {
		one = parse_sequence(p, &flags);
		if (one == NULL)
			return NULL;
		child_add(alt, one);
		if (one->least < alt->least)
			alt->least = one->least;
		if (one->width > alt->width)
			alt->width = one->width;
		if (peek(p, 0) != '|' || !more(p))
			break;
		p->at++;
	}
	return alt->child == alt->last ? alt->child : alt;
}

const struct pattern *pattern_parse(struct arena *arena, bytes regex,
	struct pattern_problem *problem)
{
	struct parser p = {.arena = arena, .regex = regex, .problem = problem};
	struct pattern *made = arena_alloc(arena, sizeof(*made));

	*problem = (struct pattern_problem){0, NULL};
	if (made == NULL) {
		pattern_refuse(&p, 0, "the pattern needs too much memory");
		return NULL;
	}
	made->root = parse_alternatives(&p, (struct flags){false, false});
	if (made->root && more(&p))
		pattern_refuse(&p, p.at, ") without (");
	if (made->root == NULL || problem->text)
		return NULL;
	made->groups = p.groups;
	return made;
}
