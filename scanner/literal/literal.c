/*
 * The pass over the bytes.
 *
 * At every second position the four bytes there choose a word of the filter
 * and two bits in it, with the byte behind them a third. Nearly always one of
 * them is not set. Eight positions share one branch, so that the processor
 * sees straight code; where all are set the gram is looked up exactly, then
 * each literal that has it is compared in full.
 *
 * Why not Vectorscan's literal matcher: it is as fast, but takes tens of
 * milliseconds to build, which a hook on one small file would pay at every
 * commit. Why not Teddy: its nibble masks saturate at some hundred literals,
 * and encoded anchors make thousands. Looking at every position with one bit
 * a gram in a table of 32 KiB was measured: a third of this speed.
 */
#include "literal/internal.h"

#include "base/banned.h"

static inline uint32_t load_gram(const unsigned char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v | LITERAL_FOLD;
}

/* Bit 0 says whether the gram, with this behind it, may be one of ours. */
static inline uint32_t probe(const uint32_t *filter, uint32_t gram,
	unsigned char next)
{
	uint32_t mixed = literal_mix(gram);
	uint32_t word = filter[literal_word(mixed)];

	return word >> (literal_bit(mixed) & 31) &
	       word >> (literal_other_bit(mixed) & 31) &
	       (word >> (literal_third_bit(mixed, next) & 31) |
		       word >> (literal_third_bit(mixed, LITERAL_ANY_NEXT) &
				       31));
}

static inline uint32_t probe_at(const uint32_t *filter,
	const unsigned char *at)
{
	return probe(filter, load_gram(at), at[4]);
}

static uint32_t lookup(const struct literal_set *set, uint32_t key)
{
	uint32_t i = literal_mix(key) >> set->t.shift;

	while (set->t.keys[i] != key) {
		if (set->t.keys[i] == 0)
			return 0;
		i = (i + 1) & set->t.mask;
	}
	return set->t.heads[i];
}

/* Four bytes of the literal tell most impostors without a look at the pool. */
static bool may_be(const struct literal_entry *e, const unsigned char *start)
{
	uint32_t v;

	if (e->n < sizeof(v))
		return true;
	memcpy(&v, start + e->check_at, sizeof(v));
	return (e->fold ? v | LITERAL_ANY_CASE : v) == e->check;
}

static bool is_equal(const struct literal_set *set,
	const struct literal_entry *e, const unsigned char *start)
{
	bytes want = bytes_of(set->t.pool + e->text, e->n);

	return e->fold ? bytes_equal_nocase(bytes_of(start, e->n), want)
		       : memcmp(start, want.at, want.n) == 0;
}

static void compare(const struct literal_set *set, bytes text, size_t at,
	uint32_t entry, literal_sink *sink, void *context)
{
	const struct literal_entry *e = &set->t.entries[entry];

	for (bool more = entry > 0; more; more = !e->is_last, e++) {
		size_t start = e->gram < 0 ? at + 1 : at - (size_t)e->gram;

		if ((e->gram > 0 && at < (size_t)e->gram) ||
			start > text.n || text.n - start < e->n)
			continue;
		if (may_be(e, text.at + start) &&
			is_equal(set, e, text.at + start)) {
			struct literal_hit hit = {start > at ? start : at,
				start, e->n, e->tag};

			sink(context, &hit);
		}
	}
}

/* The same for three of the four bytes. */
static uint32_t lookup_short(const struct literal_set *set, uint32_t key)
{
	uint32_t bit = literal_short(key);

	if (!(set->t.short_filter[bit >> 5] >> (bit & 31) & 1))
		return 0;
	return lookup(set, key);
}

static void examine(const struct literal_set *set, bytes text, size_t at,
	uint32_t gram, literal_sink *sink, void *context)
{
	compare(set, text, at, lookup(set, gram), sink, context);
	compare(set, text, at, lookup_short(set, gram & LITERAL_HEAD), sink,
		context);
	if (gram & ~LITERAL_TAIL)
		compare(set, text, at,
			lookup_short(set, gram & LITERAL_TAIL), sink, context);
}

/* Eight positions of which some may be ours: bit i for text[at + 2 * i]. */
static __attribute__((noinline)) void examine_block(
	const struct literal_set *set, bytes text, size_t at, unsigned some,
	literal_sink *sink, void *context)
{
	for (; some; some &= some - 1) {
		size_t i = at + 2 * (size_t)__builtin_ctz(some);

		examine(set, text, i, load_gram(text.at + i), sink, context);
	}
}

/* The last bytes of a text, where four cannot be read any more. */
static uint32_t load_padded(bytes text, size_t at)
{
	unsigned char last[4] = {0};

	for (size_t i = 0; i < 4 && at + i < text.n; i++)
		last[i] = text.at[at + i];
	return load_gram(last);
}

/* The portable variant of what literal_skip says. */
static size_t skip_portable(const uint32_t *filter, const unsigned char *text,
	size_t at, size_t end, unsigned *some)
{
	for (; at + LITERAL_BLOCK <= end; at += 16) {
		const unsigned char *p = text + at;
		uint32_t any = probe_at(filter, p) | probe_at(filter, p + 2) |
			       probe_at(filter, p + 4) |
			       probe_at(filter, p + 6) |
			       probe_at(filter, p + 8) |
			       probe_at(filter, p + 10) |
			       probe_at(filter, p + 12) |
			       probe_at(filter, p + 14);

		if (__builtin_expect(!(any & 1), 1))
			continue;
		*some = 0;
		for (unsigned i = 0; i < 8; i++)
			*some |= (probe_at(filter, p + 2 * i) & 1) << i;
		break;
	}
	return at;
}

void literal_scan(const struct literal_set *set, bytes text, size_t from,
	size_t to, literal_sink *sink, void *context)
{
	literal_skip *skip = set->skip ? set->skip : skip_portable;
	size_t at = from + (from & (LITERAL_STRIDE - 1));
	size_t end;
	unsigned some = 0;

	if (to > text.n)
		to = text.n;
	/* Blocks whose positions all lie before `to`. */
	end = text.n - to < 4 ? text.n : to + 4;
	while ((at = skip(set->t.filter, text.at, at, end, &some)) +
			LITERAL_BLOCK <= end) {
		examine_block(set, text, at, some, sink, context);
		at += 16;
	}
	for (; at < to; at += LITERAL_STRIDE) {
		uint32_t gram = load_padded(text, at);
		unsigned char next = text.n - at > 4 ? text.at[at + 4] : 0;

		if (probe(set->t.filter, gram, next) & 1)
			examine(set, text, at, gram, sink, context);
	}
}
