/*
 * When a text is complete, what was found in it is settled: companions are
 * looked for, of overlapping sightings the better stays, and the rest is
 * handed on in order.
 *
 * A text may be endless and hold any number of secrets, so when more than
 * DETECT_PENDING wait (or their bytes fill half of the arena) those that no
 * later window can overlap are settled early. A companion further behind
 * than that is not seen; a text with less is settled as one.
 *
 * Of overlapping sightings the one with the higher specificity stays, then
 * the surer, then the longer, then the one with fewer encodings around it,
 * then the one whose rule id is first. Greedily from the best: a sighting
 * that lost to one which itself is out comes back.
 */
#include "detect/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* Sightings looked at, each way, for a companion. */
#define NEIGHBOURS 512

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By offset, then rule, then what else may differ: a total order. */
int scan_found_order(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = compare_u64(x->s.offset, y->s.offset);

	if (order == 0)
		order = compare_u64(x->rule, y->rule);
	if (order == 0)
		order = compare_u64(x->s.length, y->s.length);
	if (order == 0)
		order = compare_u64(x->s.encoding_count, y->s.encoding_count);
	if (order == 0)
		order = memcmp(x->s.encodings, y->s.encodings,
			sizeof(x->s.encodings));
	return order ? order : bytes_compare(x->s.secret, y->s.secret);
}

static uint64_t end_of(const struct found *f)
{
	return f->s.offset + f->s.length;
}

/* <0: a is the better one. */
static int rank(const struct found *a, const struct found *b)
{
	int order = compare_u64(b->s.rule->specificity,
		a->s.rule->specificity);

	if (order == 0)
		order = (int)b->s.confidence - (int)a->s.confidence;
	if (order == 0)
		order = compare_u64(b->s.secret.n, a->s.secret.n);
	if (order == 0)
		order = compare_u64(a->s.encoding_count, b->s.encoding_count);
	/* UTF-16 in the midst of bytes reads either way: little-endian. */
	if (order == 0)
		order = memcmp(a->s.encodings, b->s.encodings,
			sizeof(a->s.encodings));
	return order ? order : scan_found_order(a, b);
}

static int rank_pointers(const void *a, const void *b)
{
	const struct found *const *x = a, *const *y = b;

	return rank(*x, *y);
}

/* Does f overlap one of the accepted, which are disjoint and ascend? Where
 * not, *place is where it belongs. */
static bool is_taken(struct found *const *accepted, size_t count,
	const struct found *f, size_t *place)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (end_of(accepted[middle]) <= f->s.offset)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low; /* or which one it is that overlaps */
	return low < count && accepted[low]->s.offset < end_of(f);
}

/* One chain of overlapping sightings: the best stay. */
static void resolve(struct found **chain, struct found **accepted, size_t n)
{
	size_t count = 0;

	qsort(chain, n, sizeof(*chain), rank_pointers);
	for (size_t i = 0; i < n; i++) {
		size_t place;

		if (is_taken(accepted, count, chain[i], &place)) {
			chain[i]->dropped = true;
			chain[i]->beaten = accepted[place]->s.rule;
			continue;
		}
		memmove(accepted + place + 1, accepted + place,
			(count - place) * sizeof(*accepted));
		accepted[place] = chain[i];
		count++;
	}
}

static bool takes_part(const struct found *f)
{
	return f->s.length > 0 && !f->s.rule->helper;
}

static void resolve_overlaps(struct scan *s, size_t count)
{
	struct found **chain = NULL;
	uint64_t end = 0;
	size_t n = 0;

	/* The better one might not be allowed where the text stands. */
	if (!s->text.path_is_unknown || !detector_looks_at_paths(s->d))
		chain = calloc(2 * count + 2, sizeof(*chain));
	if (chain == NULL) /* nothing is lost: some are told twice */
		return;
	for (size_t i = 0; i < count; i++) {
		struct found *f = &s->found[i];

		if (!takes_part(f))
			continue;
		if (n && f->s.offset >= end) {
			if (n > 1)
				resolve(chain, chain + count + 1, n);
			n = 0;
		}
		chain[n++] = f;
		if (n == 1 || end_of(f) > end)
			end = end_of(f);
	}
	if (n > 1)
		resolve(chain, chain + count + 1, n);
	free(chain);
}

static uint32_t lines_between(const struct found *a, const struct found *b)
{
	if (a->s.line > b->s.end_line)
		return a->s.line - b->s.end_line;
	if (b->s.line > a->s.end_line)
		return b->s.line - a->s.end_line;
	return 0;
}

static uint64_t bytes_between(const struct found *a, const struct found *b)
{
	return a->s.offset > b->s.offset ? a->s.offset - b->s.offset
					 : b->s.offset - a->s.offset;
}

static bool is_companion(const struct rule_companion *c,
	const struct found *self, const struct found *other)
{
	return !other->doubtful && other != self &&
	       strcmp(other->s.rule->id, c->rule) == 0 &&
	       (c->within == 0 || lines_between(self, other) <= c->within);
}

/* The nearest sighting of the companion's rule, or NULL. */
static const struct found *nearest(const struct scan *s,
	const struct rule_companion *c, size_t self)
{
	const struct found *before = NULL, *after = NULL;
	const struct found *f = &s->found[self];

	for (size_t i = 1; i <= NEIGHBOURS && i <= self && !before; i++)
		if (is_companion(c, f, &s->found[self - i]))
			before = &s->found[self - i];
	for (size_t i = 1; i <= NEIGHBOURS && self + i < s->found_count &&
			   !after; i++)
		if (is_companion(c, f, &s->found[self + i]))
			after = &s->found[self + i];
	if (before && after)
		return bytes_between(f, after) < bytes_between(f, before)
			       ? after
			       : before;
	return before ? before : after;
}

static void join(struct found *f, const struct rule_companion *c,
	const struct found *other)
{
	if (f->s.part_count < SIGHTING_PARTS)
		f->s.parts[f->s.part_count++] = (struct sighting_part){
			.rule = other->s.rule,
			.secret = other->s.secret,
			.offset = other->s.offset,
			.line = other->s.line,
		};
	if (c->raises && !f->doubtful && f->s.confidence < CONFIDENCE_HIGH)
		f->s.confidence++;
}

/* Is the rule's provider asked once for each such companion? */
static bool is_candidate(const struct rule *r, const struct rule_companion *c)
{
	for (size_t i = 0; r->verify && i < r->verify->step_count; i++)
		if (r->verify->steps[i].each &&
			strcmp(r->verify->steps[i].each, c->rule) == 0)
			return true;
	return false;
}

static bool is_joined(const struct found *f, const struct found *other)
{
	for (size_t i = 0; i < f->s.part_count; i++)
		if (f->s.parts[i].rule == other->s.rule &&
			bytes_equal_nocase(f->s.parts[i].secret,
				other->s.secret))
			return true;
	return false;
}

/* The others that stand around it, the nearer neighbours first: of several
 * organizations in a file any may be the token's. */
static void join_others(const struct scan *s, const struct rule_companion *c,
	size_t self, struct found *f)
{
	struct rule_companion quiet = *c;

	quiet.raises = false; /* one has done so */
	for (size_t i = 1; i <= NEIGHBOURS; i++) {
		const struct found *both[2] = {
			i <= self ? &s->found[self - i] : NULL,
			self + i < s->found_count ? &s->found[self + i] : NULL};

		for (size_t k = 0; k < 2; k++)
			if (both[k] && is_companion(c, f, both[k]) &&
				!is_joined(f, both[k]))
				join(f, &quiet, both[k]);
	}
}

static void find_companions(struct scan *s, size_t self)
{
	struct found *f = &s->found[self];
	const struct rule *r = f->s.rule;

	for (size_t i = 0; i < r->companion_count; i++) {
		const struct rule_companion *c = &r->companions[i];
		const struct found *other = nearest(s, c, self);

		if (other) {
			join(f, c, other);
		} else if (c->required) {
			f->s.confidence = CONFIDENCE_LOW;
			if (f->s.reason == NULL)
				f->s.reason = s->d->at[f->rule].alone[i];
		}
	}
	/* The nearest of each kind has its place first. */
	for (size_t i = 0; i < r->companion_count; i++)
		if (is_candidate(r, &r->companions[i]))
			join_others(s, &r->companions[i], self, f);
}

/* Whether it is handed on, or why not. */
static enum trace_end end_of_found(const struct scan *s,
	const struct found *f)
{
	if (f->dropped)
		return TRACE_OVERLAPPED;
	if (f->s.rule->helper)
		return TRACE_HELPER;
	if (f->s.confidence < s->d->options.min_confidence)
		return TRACE_BELOW;
	return s->listed[f->rule] >= LIMIT_SIGHTINGS_PER_RULE ? TRACE_UNLISTED
							      : TRACE_KEPT;
}

static void tell(const struct scan *s, const struct found *f,
	enum trace_end end)
{
	struct trace_event e = {
		.kind = TRACE_SETTLED,
		.end = end,
		.rule = f->s.rule,
		.text = f->s.secret,
		.offset = f->s.offset,
		.length = f->s.length,
		.encoding_count = f->s.encoding_count,
		.confidence = f->s.confidence,
		.reason = f->s.reason,
		.entropy = f->s.entropy,
		.other = f->beaten,
	};

	memcpy(e.encodings, f->s.encodings, sizeof(e.encodings));
	s->trace->tell(s->trace->context, &e);
}

static void hand_on(struct scan *s, const struct found *f)
{
	enum trace_end end = end_of_found(s, f);

	if (s->trace)
		tell(s, f, end);
	s->ledger.unlisted += end == TRACE_UNLISTED;
	if (end != TRACE_KEPT)
		return;
	s->listed[f->rule]++;
	s->text.sink(s->text.context, &f->s);
}

/* How many of the first found can be settled: none that a later may touch. */
static size_t count_before(const struct scan *s, uint64_t before)
{
	uint64_t end = 0;
	size_t count = 0;

	for (size_t i = 0; i < s->found_count; i++) {
		if (s->found[i].s.offset >= before)
			return count;
		if (end_of(&s->found[i]) > end)
			end = end_of(&s->found[i]);
		if (i + 1 == s->found_count ||
			end <= s->found[i + 1].s.offset)
			count = end <= before ? i + 1 : count;
	}
	return count;
}

/* Drop the first `count`; the others move to a fresh arena. */
static void forget(struct scan *s, size_t count)
{
	struct arena *to = &s->arenas[!s->arena];

	arena_reset(to);
	s->found_count -= count;
	memmove(s->found, s->found + count,
		s->found_count * sizeof(*s->found));
	for (size_t i = 0; i < s->found_count; i++) {
		struct sighting *x = &s->found[i].s;

		x->secret = arena_copy(to, x->secret);
		if (x->secret.at == NULL) {
			s->found[i].dropped = true;
			s->ledger.unlisted++;
			s->ledger.unscanned++;
		}
		x->excerpt = arena_copy(to, x->excerpt);
		if (x->excerpt.at == NULL)
			x->excerpt_at = x->excerpt_n = 0;
		x->allow = arena_copy(to, x->allow);
	}
	arena_reset(&s->arenas[s->arena]);
	s->arena = !s->arena;
	s->settled = s->found_count;
}

void scan_settle(struct scan *s, uint64_t before)
{
	size_t count;

	if (s->found_count == 0)
		return;
	qsort(s->found, s->found_count, sizeof(*s->found), scan_found_order);
	count = before == UINT64_MAX ? s->found_count
				     : count_before(s, before);
	s->ledger.sightings += count;
	for (size_t i = 0; i < count; i++)
		find_companions(s, i);
	resolve_overlaps(s, count);
	for (size_t i = 0; i < count; i++)
		hand_on(s, &s->found[i]);
	if (count)
		forget(s, count);
}
