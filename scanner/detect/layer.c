/*
 * One layer: literals lead to places, the rules' patterns look there.
 *
 * The findings of a rule are, by definition, the non-overlapping matches of a
 * search through the whole text from left to right. Here only windows around
 * anchors are searched. They are the same, because:
 *
 *  - Whether a match starts at s, and where it ends, depends on nothing before
 *    s but a look-behind of few bytes and nothing after s + width + 1; both
 *    are always in the subject.
 *  - Every match holds an anchor, and the anchor's gram stands at some g with
 *    g - lead <= s <= g; lead is taken over all anchors of the rule, grams
 *    included. So each s at which a match starts lies in a hit's interval.
 *  - Hits come in ascending order of g, so intervals do too. mark.next says
 *    that all starts before it are done: either tried in vain, or inside a
 *    match that was found. Each start is tried at most once, in ascending
 *    order, and the ones that are never tried have no match. So the search
 *    takes the same matches as one through the whole text, in time linear in
 *    the union of the intervals.
 *
 * For RULE_BY_NEAR a match counts when an anchor stands within `near` bytes
 * of it and outside of it; one that does not count also takes no text: the
 * search goes on at its start + 1. Then again a start's fate depends only on
 * its surroundings, and the same argument holds, with intervals that reach
 * from g - near - width to g + near.
 *
 * Windows stand at multiples of LIMIT_WINDOW in the text however it is cut
 * into pieces, hits belong to the window whose core holds their g, and marks
 * live as long as the text. So cutting changes nothing either.
 */
#include "detect/internal.h"

#include "base/banned.h"

/* Bytes before a start that a look-behind may see. */
#define BEHIND 64
/* Starts given up on in one window; after them a region is not tried again
 * start by start. Each costs up to three times LIMIT_PCRE_MATCH steps. */
#define POISON 48

struct visit {
	struct scan *s;
	const struct layer *l;
};

struct detect_mark *scan_mark(struct scan *s, const struct layer *l,
	size_t rule)
{
	struct detect_mark *m = &s->levels[l->depth].marks[rule];

	if (m->epoch != l->marks_epoch)
		*m = (struct detect_mark){.epoch = l->marks_epoch};
	return m;
}

bool scan_applies(const struct scan *s, const struct layer *l, size_t rule)
{
	unsigned may = s->d->at[rule].rule->encodings;

	for (; l->depth; l = l->outer)
		if (!(may & ENCODING_BIT(l->encoding)))
			return false;
	return true;
}

static bool has_literal(bytes text, const struct rule_anchor *a)
{
	return (a->fold ? bytes_find_nocase(text, a->literal)
			: bytes_find(text, a->literal)) != BYTES_NONE;
}

/* Does an anchor stand within `near` bytes before or after [begin, end)? */
static bool is_near(const struct detect_rule *r, bytes text, size_t begin,
	size_t end)
{
	for (size_t i = 0; i < r->rule->anchor_count; i++) {
		const struct rule_anchor *a = &r->rule->anchors[i];
		size_t reach = r->near + a->literal.n;
		size_t from = begin > reach ? begin - reach : 0;

		if (has_literal(bytes_part(text, from, begin), a) ||
			has_literal(bytes_part(text, end, end + reach), a))
			return true;
	}
	return false;
}

/* The part of the layer that decides about starts in [from, limit]. */
static struct regex_subject cut_subject(const struct layer *l,
	const struct detect_rule *r, size_t from, size_t limit, size_t *shift)
{
	size_t begin = from > BEHIND ? from - BEHIND : 0;
	size_t end = limit + r->width + 2;

	if (end > l->text.n)
		end = l->text.n;
	*shift = begin;
	return (struct regex_subject){
		.text = bytes_part(l->text, begin, end),
		.from = from - begin,
		.limit = limit - begin,
		.group = r->rule->secret_group,
		.cut_front = begin > 0 || !l->is_first,
		.cut_back = end < l->text.n || !l->is_last,
	};
}

/*
 * One start at which PCRE2 gave up: again with less and less text. A match in
 * less text is one; none in less text proves nothing.
 */
static enum regex_result retry(struct scan *s, struct detect_regex *p,
	struct regex_subject subject, struct regex_match *m)
{
	static const size_t smaller[] = {1024, 256};

	for (size_t i = 0; i < 2; i++) {
		size_t end = subject.from + smaller[i];

		s->poisoned++;
		if (end < subject.text.n) {
			subject.text = bytes_take(subject.text, end);
			subject.cut_back = true;
		}
		if (detect_regex_at(s->tools, p, &subject, m) == REGEX_MATCH)
			return REGEX_MATCH;
	}
	return REGEX_LIMIT;
}

/*
 * PCRE2 gave up somewhere in the subject: try start by start. What cannot be
 * decided is counted, never taken for no match.
 */
static enum regex_result crawl(struct scan *s, struct detect_regex *p,
	struct regex_subject subject, struct regex_match *m)
{
	bool undecided = false;
	enum regex_result r = REGEX_NONE;

	for (; subject.from <= subject.limit && r != REGEX_MATCH;
		subject.from++) {
		if (s->poisoned >= POISON) {
			undecided = true;
			break;
		}
		r = detect_regex_at(s->tools, p, &subject, m);
		if (r == REGEX_LIMIT)
			r = retry(s, p, subject, m);
		if (r == REGEX_LIMIT)
			undecided = true;
	}
	s->ledger.unscanned += undecided;
	return r == REGEX_MATCH ? r : REGEX_NONE;
}

static enum regex_result search(struct scan *s, const struct layer *l,
	size_t rule, size_t from, size_t limit, struct regex_match *m)
{
	struct detect_rule *r = &s->d->at[rule];
	size_t shift;
	struct regex_subject subject =
		cut_subject(l, r, from, limit, &shift);
	enum regex_result result;

	s->ledger.candidates++;
	result = detect_regex_search(s->tools, &r->pattern, &subject, m);
	if (result == REGEX_LIMIT)
		result = crawl(s, &r->pattern, subject, m);
	if (result == REGEX_BROKEN)
		s->ledger.unscanned++;
	m->begin += shift;
	m->end += shift;
	m->group += shift;
	m->group_end += shift;
	return result;
}

/* A match that ends where the text was cut may be a part of another. */
static bool is_whole(const struct layer *l, const struct regex_match *m)
{
	return (l->is_first || m->begin > 0) &&
	       (l->is_last || m->end < l->text.n);
}

/* A match without its context. */
static void tell_alone(struct scan *s, const struct layer *l,
	const struct rule *rule, const struct regex_match *m)
{
	struct trace_event e = {
		.kind = TRACE_CANDIDATE,
		.end = TRACE_NO_CONTEXT,
		.rule = rule,
		.text = bytes_part(l->text, m->group, m->group_end),
		.confidence = rule->confidence,
	};

	if (s->trace && m->group_end > m->group)
		scan_tell(s, l, (struct span){m->group, m->group_end},
			(struct span){m->begin, m->end}, &e);
}

void scan_starts(struct scan *s, const struct layer *l, size_t rule,
	size_t from, size_t limit)
{
	struct detect_mark *mark = scan_mark(s, l, rule);
	const struct detect_rule *r = &s->d->at[rule];

	if (limit >= l->text.n)
		limit = l->text.n - 1;
	if (l->base + from < mark->next)
		from = (size_t)(mark->next - l->base);
	while (from <= limit) {
		struct regex_match m = {0};

		if (search(s, l, rule, from, limit, &m) != REGEX_MATCH) {
			from = limit + 1;
			break;
		}
		from = m.begin + 1;
		if (r->rule->finder == RULE_BY_NEAR &&
			!is_near(r, l->text, m.begin, m.end)) {
			tell_alone(s, l, r->rule, &m);
			continue;
		}
		if (m.end > from)
			from = m.end;
		if (m.end > m.begin && is_whole(l, &m)) {
			struct candidate c = {rule, l, m.begin, m.end, m.group,
				m.group_end};

			scan_judge(s, &c);
		}
	}
	if (l->base + from > mark->next)
		mark->next = l->base + from;
}

static void tell_anchor(struct scan *s, const struct layer *l, size_t rule,
	const struct literal_hit *hit)
{
	struct span at = {hit->start, hit->start + hit->n};
	struct trace_event e = {
		.kind = TRACE_ANCHOR,
		.end = !scan_applies(s, l, rule)     ? TRACE_OTHER_ENCODING
			: !scan_path_fits(s, rule) ? TRACE_OTHER_PATH
						   : TRACE_KEPT,
		.rule = s->d->at[rule].rule,
		.text = bytes_part(l->text, at.begin, at.end),
	};

	if (at.end <= l->text.n)
		scan_tell(s, l, at, at, &e);
}

static void on_rule(struct scan *s, const struct layer *l, size_t rule,
	const struct literal_hit *hit)
{
	const struct detect_rule *r = &s->d->at[rule];
	size_t at = hit->at;

	if (s->trace)
		tell_anchor(s, l, rule, hit);
	if (scan_applies(s, l, rule) && scan_path_fits(s, rule))
		scan_starts(s, l, rule, at > r->lead ? at - r->lead : 0,
			at + r->trail);
}

static void on_hit(void *context, const struct literal_hit *hit)
{
	const struct visit *v = context;
	size_t index = hit->tag >> 8;
	bool deeper = v->l->depth < v->s->d->options.decode_depth;

	v->s->ledger.hits++;
	switch (hit->tag & 3) {
	case LEAD_RULE:
		on_rule(v->s, v->l, index, hit);
		break;
	case LEAD_ENCODED:
		if (deeper)
			scan_encoded(v->s, v->l, hit);
		break;
	case LEAD_DECODER:
		if (deeper)
			scan_decoder(v->s, v->l, index, hit->start + hit->n);
		break;
	default:
		scan_mark(v->s, v->l, index)->keyword = v->l->epoch;
	}
}

static void sweep(struct scan *s, const struct layer *l, size_t rule)
{
	if (s->d->at[rule].gated &&
		scan_mark(s, l, rule)->keyword != l->epoch)
		return;
	if (scan_applies(s, l, rule) && scan_path_fits(s, rule))
		scan_starts(s, l, rule, l->from, l->to - 1);
}

/* A piece of text in which a run may stand. */
static void on_piece(void *context, size_t begin, size_t end)
{
	const struct visit *v = context;

	scan_runs(v->s, v->l, begin, end);
}

void scan_layer(struct scan *s, const struct layer *l)
{
	const struct detector *d = s->d;
	struct visit v = {s, l};

	if (l->to <= l->from)
		return;
	if (s->naive) {
		scan_layer_naive(s, l);
		return;
	}
	if (s->pieces && l->depth == 0) {
		literal_pieces_scan(s->pieces, l->text, l->from, l->to,
			&(struct literal_pieces_sink){on_hit, on_piece, &v});
	} else {
		literal_scan(d->literals, l->text, l->from, l->to, on_hit,
			&v);
		scan_runs(s, l, l->from, l->to);
	}
	scan_last_runs(s, l);
	for (size_t i = 0; i < d->swept_count; i++)
		sweep(s, l, d->swept[i]);
}
