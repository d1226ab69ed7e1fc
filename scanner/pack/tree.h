/*
 * tree: the entries of a tree object, one after another.
 *
 * "<mode> <name>\0<id>", mode in octal without leading zeroes (old tools wrote
 * one). Inline: sweeps step over hundreds of millions of entries.
 */
#ifndef STANCH_PACK_TREE_H
#define STANCH_PACK_TREE_H

#include "base/bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct pack_tree_entry {
	bytes name;
	const unsigned char *id; /* id_size bytes */
	bool is_tree;
};

/* The first NUL in [at, end), or NULL. Most names end within 16 bytes, for
 * which a call of memchr costs more than the search. */
static inline const unsigned char *pack_tree_nul(const unsigned char *at,
	const unsigned char *end)
{
#ifdef __SSE2__
	while (end - at >= 16) {
		__m128i v = _mm_loadu_si128(
			(const __m128i *)(const void *)at);
		int mask = _mm_movemask_epi8(
			_mm_cmpeq_epi8(v, _mm_setzero_si128()));

		if (mask)
			return at + __builtin_ctz((unsigned)mask);
		at += 16;
	}
#endif
	return memchr(at, '\0', (size_t)(end - at));
}

/*
 * The entry at the front of *rest, which then starts at the next one. False at
 * the end, and at the first entry that is broken.
 */
static inline bool pack_tree_next(bytes *rest, size_t id_size,
	struct pack_tree_entry *entry)
{
	const unsigned char *at = rest->at, *end = rest->at + rest->n;
	const unsigned char *name, *stop;
	size_t mode;

	if (rest->n < 8)
		return false;
	/* Six digits, or five for a tree; anything else the slow way. */
	for (mode = at[6] == ' ' ? 6 : 1; mode < 7 && at[mode] != ' ';)
		mode++;
	if (mode == 7)
		return false;
	name = at + mode + 1;
	stop = pack_tree_nul(name, end);
	if (stop == NULL || (size_t)(end - stop - 1) < id_size)
		return false;
	entry->name = bytes_of(name, (size_t)(stop - name));
	entry->id = stop + 1;
	entry->is_tree = (mode == 5 && at[0] == '4') ||
			 (mode == 6 && at[0] == '0' && at[1] == '4');
	*rest = bytes_of(stop + 1 + id_size,
		(size_t)(end - stop - 1) - id_size);
	return true;
}

#endif
