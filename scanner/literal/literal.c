/*
 * The pass over the bytes.
 *
 * At every position the four bytes there, folded by setting bit 5 of each,
 * are hashed into a table of bits. Nearly always the bit is not set. Eight
 * positions share one branch, so that the processor sees straight code; on a
 * set bit the gram is looked up exactly, then each literal that has it is
 * compared in full.
 *
 * Why not Vectorscan's literal matcher: it is as fast, but takes tens of
 * milliseconds to build, which a hook on one small file would pay at every
 * commit. Why not Teddy: its nibble masks saturate at some hundred literals,
 * and encoded anchors make thousands.
 */
#include "literal/internal.h"

#include "base/banned.h"

static inline uint32_t load_folded(const unsigned char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v | LITERAL_FOLD;
}

/* Bit 0 says whether the gram may be one of ours. */
static inline uint32_t probe(const struct literal_set *set, uint32_t folded)
{
	uint32_t i = literal_filter_index(folded);

	return set->filter[i >> 5] >> (i & 31);
}

static uint32_t lookup(const struct literal_set *set, uint32_t key)
{
	uint32_t i = literal_mix(key) >> set->shift;

	while (set->slots[i].key != key) {
		if (set->slots[i].key == 0)
			return 0;
		i = (i + 1) & set->mask;
	}
	return set->slots[i].head;
}

static void compare(const struct literal_set *set, bytes text, size_t at,
	uint32_t entry, literal_sink *sink, void *context)
{
	for (; entry; entry = set->entries[entry].next) {
		const struct literal_entry *e = &set->entries[entry];
		bytes want = bytes_of(set->pool + e->text, e->n);
		bytes got;

		if (at < e->gram || text.n - (at - e->gram) < e->n)
			continue;
		got = bytes_of(text.at + at - e->gram, e->n);
		if (e->fold ? bytes_equal_nocase(got, want)
			    : memcmp(got.at, want.at, want.n) == 0) {
			struct literal_hit hit = {at, at - e->gram, e->n,
				e->tag};

			sink(context, &hit);
		}
	}
}

static __attribute__((noinline)) void examine(const struct literal_set *set,
	bytes text, size_t at, uint32_t folded, literal_sink *sink,
	void *context)
{
	compare(set, text, at, lookup(set, folded), sink, context);
	if (set->has_short)
		compare(set, text, at, lookup(set, folded & LITERAL_SHORT),
			sink, context);
}

/* The last bytes of a text, where four cannot be read any more. */
static uint32_t load_padded(bytes text, size_t at)
{
	unsigned char last[4] = {0};

	for (size_t i = 0; i < 4 && at + i < text.n; i++)
		last[i] = text.at[at + i];
	return load_folded(last);
}

void literal_scan(const struct literal_set *set, bytes text, size_t from,
	size_t to, literal_sink *sink, void *context)
{
	size_t at = from;

	if (to > text.n)
		to = text.n;
	while (at + 8 <= to && at + 11 <= text.n) {
		const unsigned char *p = text.at + at;
		uint32_t any = probe(set, load_folded(p)) |
			       probe(set, load_folded(p + 1)) |
			       probe(set, load_folded(p + 2)) |
			       probe(set, load_folded(p + 3)) |
			       probe(set, load_folded(p + 4)) |
			       probe(set, load_folded(p + 5)) |
			       probe(set, load_folded(p + 6)) |
			       probe(set, load_folded(p + 7));

		if (__builtin_expect(any & 1, 0))
			for (size_t i = 0; i < 8; i++)
				if (probe(set, load_folded(p + i)) & 1)
					examine(set, text, at + i,
						load_folded(p + i), sink,
						context);
		at += 8;
	}
	for (; at < to; at++) {
		uint32_t folded = load_padded(text, at);

		if (probe(set, folded) & 1)
			examine(set, text, at, folded, sink, context);
	}
}
