/*
 * internal: the tree of a pattern, for this room's files only.
 */
#ifndef STANCH_PATTERN_INTERNAL_H
#define STANCH_PATTERN_INTERNAL_H

#include "pattern/pattern.h"

enum pattern_kind {
	PATTERN_EMPTY, /* also assertions: they match no bytes */
	PATTERN_SET,   /* one byte of a set */
	PATTERN_CAT,
	PATTERN_ALT,
	PATTERN_REPEAT,
};

/* Children of CAT and ALT are a list; REPEAT has one. */
struct pattern_node {
	enum pattern_kind kind;
	uint32_t min, max;     /* REPEAT; max may be PATTERN_UNBOUNDED */
	uint32_t least, width; /* bytes that it matches */
	struct charset set;
	struct pattern_node *child, *last, *next, *prev;
};

struct pattern {
	const struct pattern_node *root;
	uint32_t groups;
};

/* Both stay at PATTERN_UNBOUNDED when they reach it. */
uint32_t pattern_add(uint32_t a, uint32_t b);
uint32_t pattern_multiply(uint32_t a, uint32_t b);

/* Bytes in a set. */
static inline unsigned pattern_set_size(const struct charset *set)
{
	unsigned n = 0;

	for (size_t i = 0; i < 4; i++)
		n += (unsigned)__builtin_popcountll(set->word[i]);
	return n;
}

/* Is it exactly one letter in both cases? Then *lower is that letter. */
bool pattern_set_letter(const struct charset *set, unsigned char *lower);

#endif
