/* What the builder and the scanner of literal/ share. */
#ifndef STANCH_LITERAL_INTERNAL_H
#define STANCH_LITERAL_INTERNAL_H

#include "literal/literal.h"

/* 2^18 bits are 32 KiB: they stay in the first-level cache. */
#define LITERAL_FILTER_BITS 18
#define LITERAL_FOLD 0x20202020u
/* The part of a folded gram that a literal of three bytes has. */
#define LITERAL_SHORT 0x00ffffffu

/* One literal under its gram. Position 0 of the list is not used. */
struct literal_entry {
	uint32_t next; /* with the same gram; 0 ends */
	uint32_t tag;
	uint32_t text; /* offset in the pool */
	uint16_t n;
	uint16_t gram; /* offset of the gram in the literal */
	bool fold;
};

/* Open hash of folded grams; key 0 is empty (folding sets bits). */
struct literal_slot {
	uint32_t key;
	uint32_t head;
};

struct literal_set {
	struct literal_slot *slots;
	struct literal_entry *entries;
	unsigned char *pool;
	size_t count;	/* of entries, without the unused first */
	uint32_t shift; /* 32 - log2 of the number of slots */
	uint32_t mask;
	bool has_short;
	uint32_t filter[1 << (LITERAL_FILTER_BITS - 5)];
};

static inline uint32_t literal_mix(uint32_t folded)
{
	return folded * 0x9e3779b1u;
}

static inline uint32_t literal_filter_index(uint32_t folded)
{
	return literal_mix(folded) >> (32 - LITERAL_FILTER_BITS);
}

#endif
