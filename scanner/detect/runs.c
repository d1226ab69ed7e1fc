/*
 * Runs of an exact length over a class: tokens that carry no literal at all,
 * such as the 52 base32 characters of an older Azure DevOps PAT.
 *
 * A run of n bytes holds a whole block of 16 at one of the offsets that are
 * multiples of n - 15 apart, wherever it starts. So 16 bytes in 37 are looked
 * at (n = 52), all at once; only where all of them are in the class is the
 * run measured. What has the right length goes to the rule's checksum.
 */
#include "detect/internal.h"

#include <stdlib.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/banned.h"

#define BLOCK DETECT_BLOCK
#define RANGES DETECT_RANGES

static struct detect_ranges ranges_of(const struct charset *set)
{
	struct detect_ranges r = {.count = 0};
	unsigned c = 0;

	while (c < 256) {
		unsigned last = c;

		if (!charset_has(set, (unsigned char)c)) {
			c++;
			continue;
		}
		while (last < 255 &&
			charset_has(set, (unsigned char)(last + 1)))
			last++;
		if (r.count == RANGES)
			return (struct detect_ranges){.count = 0};
		memset(r.low[r.count], (int)c, BLOCK);
		memset(r.span[r.count++], (int)(last - c), BLOCK);
		c = last + 1;
	}
	return r;
}

static bool all_in_set(const struct charset *set, const unsigned char *at)
{
	for (size_t i = 0; i < BLOCK; i++)
		if (!charset_has(set, at[i]))
			return false;
	return true;
}

#if defined(__SSE2__)
static inline __m128i load(const unsigned char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline __m128i in_range(__m128i v, __m128i low, __m128i span)
{
	__m128i x = _mm_sub_epi8(v, low);

	return _mm_cmpeq_epi8(_mm_min_epu8(x, span), x);
}

static bool all_in_ranges(const struct detect_ranges *r,
	const unsigned char *at)
{
	__m128i v = load(at);
	__m128i in = in_range(v, load(r->low[0]), load(r->span[0]));

	for (size_t i = 1; i < r->count; i++)
		in = _mm_or_si128(in, in_range(v, load(r->low[i]),
			load(r->span[i])));
	return _mm_movemask_epi8(in) == 0xffff;
}

/* The first block from `at` on, `step` apart, that is all in two ranges: most
 * sets are, and then nothing but the text is read. */
static size_t pass_two(const struct detect_ranges *r, bytes text, size_t at,
	size_t end, size_t step)
{
	const __m128i low = load(r->low[0]), span = load(r->span[0]);
	const __m128i other = load(r->low[1]), other_span = load(r->span[1]);

	for (; at + BLOCK <= end; at += step) {
		__m128i v = load(text.at + at);

		if (_mm_movemask_epi8(_mm_or_si128(in_range(v, low, span),
			    in_range(v, other, other_span))) == 0xffff)
			break;
	}
	return at;
}
#else
static size_t pass_two(const struct detect_ranges *r, bytes text, size_t at,
	size_t end, size_t step)
{
	(void)r, (void)text, (void)end, (void)step;
	return at;
}

static bool all_in_ranges(const struct detect_ranges *r,
	const unsigned char *at)
{
	for (size_t i = 0; i < BLOCK; i++) {
		bool in = false;

		for (size_t k = 0; k < r->count; k++)
			in |= (unsigned char)(at[i] - r->low[k][0]) <=
			      r->span[k][0];
		if (!in)
			return false;
	}
	return true;
}
#endif

/* Digits of the longest escape, and the letter before them: u003a. */
#define ESCAPE_MAX 5

static bool are_hex(const unsigned char *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((at[i] >= '0' && at[i] <= '9') ||
			    ((at[i] | 0x20) >= 'a' && (at[i] | 0x20) <= 'f')))
			return false;
	return true;
}

/* Does an escape end before `at`? The same ones as in regex.c. */
static bool ends_escape(bytes text, size_t at)
{
	const unsigned char *c = text.at + at;

	if (at >= 2 && c[-2] == '\\' && memchr("nrt", c[-1], 3))
		return true;
	if (at >= 3 && c[-3] == '%' && are_hex(c - 2, 2))
		return true;
	if (at >= 4 && c[-4] == '\\' && c[-3] == 'x' && are_hex(c - 2, 2))
		return true;
	return at >= 6 && c[-6] == '\\' && c[-5] == 'u' &&
	       are_hex(c - 4, 4);
}

/* A run of the right length, for one rule: do its neighbours allow it? */
static void consider(struct scan *s, const struct layer *l, size_t rule,
	size_t begin, size_t end)
{
	const struct rule *r = s->d->at[rule].rule;
	struct candidate c = {rule, l, begin, end, begin, end};

	if (begin && charset_has(&r->not_before, l->text.at[begin - 1]) &&
		!ends_escape(l->text, begin))
		return;
	if (end < l->text.n && charset_has(&r->not_after, l->text.at[end]))
		return;
	if (scan_applies(s, l, rule) && scan_path_fits(s, rule))
		scan_judge(s, &c);
}

/* For all rules that share the run. */
static void consider_all(struct scan *s, const struct layer *l, size_t first,
	size_t begin, size_t end)
{
	if (begin < l->from || begin >= l->to ||
		(begin == 0 && !l->is_first) ||
		(end == l->text.n && !l->is_last))
		return;
	for (size_t i = first + 1; i; i = s->d->at[i - 1].run_next)
		consider(s, l, i - 1, begin, end);
}

/* Measure the run that at lies in; returns its end. */
static size_t measure(struct scan *s, const struct layer *l, size_t rule,
	size_t at)
{
	const struct rule *r = s->d->at[rule].rule;
	size_t begin = at, end = at;

	while (begin && at - begin <= r->run_length + ESCAPE_MAX &&
		charset_has(&r->run_set, l->text.at[begin - 1]))
		begin--;
	while (end < l->text.n && charset_has(&r->run_set, l->text.at[end]))
		end++;
	if (end - begin == r->run_length)
		consider_all(s, l, rule, begin, end);
	else if (end - begin > r->run_length &&
		end - begin <= r->run_length + ESCAPE_MAX &&
		ends_escape(l->text, end - r->run_length))
		/* the end of the escape passed for a part of the run */
		consider_all(s, l, rule, end - r->run_length, end);
	return end;
}

/* At every byte: for short runs, and for the naive scan. Returns where to go
 * on. */
static size_t measure_all(struct scan *s, const struct layer *l, size_t rule,
	size_t at, size_t end)
{
	const struct charset *set = &s->d->at[rule].rule->run_set;

	while (at < end)
		if (charset_has(set, l->text.at[at]))
			at = measure(s, l, rule, at);
		else
			at++;
	return at;
}

static bool is_short(const struct rule *r)
{
	return r->run_length <= 2 * BLOCK;
}

/* Where the first block from `at` on is that is all in the class, of those
 * that lie `step` apart and end before `end`; none: that many bytes or more. */
static size_t find_block(const struct charset *set,
	const struct detect_ranges *ranges, bytes text, size_t at, size_t end,
	size_t step)
{
	if (ranges->count == 2)
		at = pass_two(ranges, text, at, end, step);
	while (at + BLOCK <= end &&
		!(ranges->count ? all_in_ranges(ranges, text.at + at)
				: all_in_set(set, text.at + at)))
		at += step;
	return at;
}

static size_t step_of(const struct rule *r)
{
	return r->run_length - BLOCK + 1;
}

/* Where blocks end that begin before `end`. */
static size_t behind(bytes text, size_t end)
{
	return text.n - end < BLOCK - 1 ? text.n : end + BLOCK - 1;
}

/* Those that have a block in [at, end). */
static size_t measure_blocks(struct scan *s, const struct layer *l,
	size_t run, size_t at, size_t end)
{
	size_t rule = s->d->runs[run];
	const struct rule *r = s->d->at[rule].rule;

	while ((at = find_block(&r->run_set, &s->ranges[run], l->text, at, end,
			step_of(r))) +
			BLOCK <= end)
		at = measure(s, l, rule, at);
	return at;
}

bool scan_set_runs(struct scan *s)
{
	s->ranges = calloc(s->d->run_count + 1, sizeof(*s->ranges));
	for (size_t i = 0; s->ranges && i < s->d->run_count; i++)
		s->ranges[i] =
			ranges_of(&s->d->at[s->d->runs[i]].rule->run_set);
	return s->ranges != NULL;
}

bool scan_sees_run(void *context, bytes text, size_t begin, size_t end)
{
	const struct scan *s = context;

	end = behind(text, end);
	for (size_t i = 0; i < s->d->run_count; i++) {
		const struct rule *r = s->d->at[s->d->runs[i]].rule;

		if (is_short(r) ||
			find_block(&r->run_set, &s->ranges[i], text, begin, end,
				step_of(r)) +
					BLOCK <= end)
			return true;
	}
	return false;
}

void scan_runs(struct scan *s, const struct layer *l, size_t begin, size_t end)
{
	for (size_t i = 0; i < s->d->run_count; i++) {
		size_t rule = s->d->runs[i];
		struct detect_mark *mark = scan_mark(s, l, rule);
		size_t at = begin;

		/* A run that was measured is not measured again. */
		if (l->base + at < mark->next)
			at = (size_t)(mark->next - l->base);
		at = s->naive || is_short(s->d->at[rule].rule)
			     ? measure_all(s, l, rule, at, end)
			     : measure_blocks(s, l, i, at,
				       behind(l->text, end));
		if (l->base + at > mark->next)
			mark->next = l->base + at;
	}
}

/* No mark: what begins there is measured with the next window. */
void scan_last_runs(struct scan *s, const struct layer *l)
{
	for (size_t i = 0; i < s->d->run_count && !s->naive; i++) {
		const struct rule *r = s->d->at[s->d->runs[i]].rule;
		size_t end = l->text.n - l->to > r->run_length
				     ? l->to + r->run_length
				     : l->text.n;
		const struct detect_mark *mark =
			scan_mark(s, l, s->d->runs[i]);
		size_t at = l->to;

		if (l->base + at < mark->next)
			at = (size_t)(mark->next - l->base);
		if (!is_short(r))
			(void)measure_blocks(s, l, i, at, end);
	}
}
