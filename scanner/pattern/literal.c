/*
 * Literals that a match must hold, taken from the tree.
 *
 * Each node answers twice: "all its matches are exactly these few strings"
 * (exact) and "every match holds one of these" (best). A sequence multiplies
 * the exact sets of neighbours while they stay few, gh[pousr]_ becoming five
 * strings; where that ends, what was gathered competes to be the best set.
 * A letter in both cases makes its set folded: written in lower case, to be
 * found in any, which finds more and never less.
 */
#include "pattern/internal.h"

#include "base/banned.h"

/* Bytes of a class that are enumerated at most. */
#define CLASS_MAX 16
/* Bytes from which a set of literals is not multiplied any more. */
#define LONG_ENOUGH 4

struct strings {
	bytes *at;
	size_t n;
	bool fold;
	bool failed; /* too many, or no memory: there is no such set */
};

struct answer {
	struct strings exact, best; /* `failed`: none */
};

static const struct strings none = {.failed = true};

static struct strings strings_new(struct arena *arena, size_t n)
{
	struct strings s = {.n = n};

	if (n > PATTERN_LITERALS)
		return none;
	s.at = arena_array(arena, n ? n : 1, sizeof(*s.at));
	return s.at ? s : none;
}

static struct strings strings_empty(struct arena *arena)
{
	struct strings s = strings_new(arena, 1);

	if (!s.failed)
		s.at[0] = bytes_of("", 0);
	return s;
}

/* a then b, cut where the literal is long enough. */
static bytes join(struct arena *arena, bytes a, bytes b)
{
	size_t n = a.n + b.n;
	unsigned char *both;

	if (a.n >= PATTERN_LITERAL_MAX)
		return a;
	n = n > PATTERN_LITERAL_MAX ? PATTERN_LITERAL_MAX : n;
	both = arena_alloc(arena, n ? n : 1);
	if (both == NULL)
		return bytes_of(NULL, 0);
	memcpy(both, a.at, a.n);
	memcpy(both + a.n, b.at, n - a.n);
	return bytes_of(both, n);
}

/* An exact string that is cut is not exact, so such products end the set. */
static bool is_long(const struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].n >= PATTERN_LITERAL_MAX)
			return true;
	return false;
}

static size_t shortest(const struct strings *s)
{
	size_t least = PATTERN_LITERAL_MAX;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].n < least)
			least = s->at[i].n;
	return least;
}

static struct strings multiply(struct arena *arena, const struct strings *a,
	const struct strings *b)
{
	struct strings s;

	if (a->failed || b->failed || a->n * b->n > PATTERN_LITERALS)
		return none;
	s = strings_new(arena, a->n * b->n);
	if (s.failed)
		return none;
	s.fold = a->fold || b->fold;
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			bytes one = join(arena, a->at[i], b->at[j]);

			if (one.at == NULL)
				return none;
			s.at[i * b->n + j] = one;
		}
	return s;
}

static struct strings unite(struct arena *arena, const struct strings *a,
	const struct strings *b)
{
	struct strings s;

	if (a->failed || b->failed || a->n + b->n > PATTERN_LITERALS)
		return none;
	s = strings_new(arena, a->n + b->n);
	if (s.failed)
		return none;
	if (a->n)
		memcpy(s.at, a->at, a->n * sizeof(*s.at));
	memcpy(s.at + a->n, b->at, b->n * sizeof(*s.at));
	s.fold = a->fold || b->fold;
	return s;
}

/* Higher is better; 0: not worth an anchor. */
static unsigned score(const struct strings *s)
{
	size_t least = shortest(s);
	unsigned points, words = 0;

	if (s->failed || s->n == 0)
		return 0;
	for (size_t i = 0; i < s->n; i++) {
		bytes one = s->at[i];
		bool word = false;

		for (size_t j = 0; j < one.n; j++)
			word |= one.at[j] != one.at[0];
		words += word;
	}
	if (least < 3)
		return 0;
	points = (unsigned)(least > 8 ? 8 : least) * 16;
	/* "-----" and its like are everywhere. */
	points = words == s->n ? points : points / 4 + 1;
	points -= s->fold ? points / 4 : 0;
	for (size_t n = s->n; n > 1 && points > 2; n /= 2)
		points -= 2;
	return points;
}

static void consider(struct strings *best, const struct strings *other)
{
	if (score(other) > score(best))
		*best = *other;
}

static struct answer of_set(struct arena *arena, const struct charset *set)
{
	struct answer a = {none, none};
	unsigned size = pattern_set_size(set);
	unsigned char *byte;

	if (size > CLASS_MAX || size == 0)
		return a;
	a.exact = strings_new(arena, size);
	byte = arena_alloc(arena, size);
	if (a.exact.failed || byte == NULL)
		return (struct answer){none, none};
	a.exact.n = 0;
	for (unsigned i = 0; i < 256; i++) {
		unsigned char c = (unsigned char)i;
		bool upper = c >= 'A' && c <= 'Z';

		if (!charset_has(set, c))
			continue;
		if (upper && charset_has(set, (unsigned char)(c + 32))) {
			a.exact.fold = true;
			continue;
		}
		byte[a.exact.n] = c;
		a.exact.at[a.exact.n] = bytes_of(byte + a.exact.n, 1);
		a.exact.n++;
	}
	return a;
}

static struct answer answer_of(struct arena *arena,
	const struct pattern_node *node);

static struct answer of_sequence(struct arena *arena,
	const struct pattern_node *cat)
{
	struct answer a = {strings_empty(arena), none};
	struct strings run = a.exact;
	bool whole = true;

	for (const struct pattern_node *one = cat->child; one;
		one = one->next) {
		struct answer b = answer_of(arena, one);
		struct strings product = none;

		/* Long enough: more literals would not be better ones. */
		if (!is_long(&run) && (run.n == 0 || b.exact.n <= 1 ||
					      shortest(&run) < LONG_ENOUGH))
			product = multiply(arena, &run, &b.exact);
		if (!product.failed) {
			run = product;
			continue;
		}
		whole = false;
		consider(&a.best, &run);
		consider(&a.best, &b.best);
		run = b.exact.failed ? strings_empty(arena) : b.exact;
	}
	consider(&a.best, &run);
	a.exact = whole && !is_long(&run) ? run : none;
	return a;
}

static struct answer of_alternatives(struct arena *arena,
	const struct pattern_node *alt)
{
	struct answer a = {none, none};

	for (const struct pattern_node *one = alt->child; one;
		one = one->next) {
		struct answer b = answer_of(arena, one);

		consider(&b.best, &b.exact);
		if (one == alt->child) {
			a = b;
			continue;
		}
		a.exact = unite(arena, &a.exact, &b.exact);
		a.best = unite(arena, &a.best, &b.best);
	}
	return a;
}

static struct answer of_repeat(struct arena *arena,
	const struct pattern_node *repeat)
{
	struct answer a = {none, none};
	struct answer b = answer_of(arena, repeat->child);
	struct strings run = strings_empty(arena);

	if (repeat->max == 0)
		return (struct answer){run, none};
	for (uint32_t i = 0; i < repeat->min; i++) {
		struct strings product = multiply(arena, &run, &b.exact);

		if (product.failed || is_long(&run))
			break;
		run = product;
		if (i + 1 == repeat->min && repeat->max == repeat->min &&
			!is_long(&run))
			a.exact = run;
	}
	if (repeat->min == 0 && repeat->max == 1)
		a.exact = unite(arena, &run, &b.exact);
	if (repeat->min) {
		consider(&a.best, &run);
		consider(&a.best, &b.best);
	}
	return a;
}

static struct answer answer_of(struct arena *arena,
	const struct pattern_node *node)
{
	switch (node->kind) {
	case PATTERN_SET:
		return of_set(arena, &node->set);
	case PATTERN_CAT:
		return of_sequence(arena, node);
	case PATTERN_ALT:
		return of_alternatives(arena, node);
	case PATTERN_REPEAT:
		return of_repeat(arena, node);
	case PATTERN_EMPTY:
		break;
	}
	return (struct answer){strings_empty(arena), none};
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

/* One anchor of the set, copied; false without memory. */
static bool anchor_of(struct arena *arena, bytes text, bool fold,
	struct rule_anchor *anchor)
{
	unsigned char *copy = arena_alloc(arena, text.n);

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < text.n; i++)
		copy[i] = fold ? lower(text.at[i]) : text.at[i];
	*anchor = (struct rule_anchor){bytes_of(copy, text.n), fold, 0};
	return true;
}

/* Is the text, or a part of it that is also an anchor, there already? */
static bool is_known(const struct rule_anchor *anchors, size_t count,
	bytes text)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(anchors[i].literal, text))
			return true;
	return false;
}

size_t pattern_extract_literals(struct arena *arena, const struct pattern *p,
	struct rule_anchor **out)
{
	struct answer a = answer_of(arena, p->root);
	struct rule_anchor *anchors;
	size_t count = 0;

	consider(&a.best, &a.exact);
	if (score(&a.best) == 0)
		return 0;
	anchors = arena_array(arena, a.best.n, sizeof(*anchors));
	if (anchors == NULL)
		return 0;
	for (size_t i = 0; i < a.best.n; i++) {
		if (!anchor_of(arena, a.best.at[i], a.best.fold,
			    &anchors[count]))
			return 0;
		count += !is_known(anchors, count, anchors[count].literal);
	}
	*out = anchors;
	return count;
}
