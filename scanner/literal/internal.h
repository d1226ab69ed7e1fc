/* What the builder and the scanner of literal/ share. */
#ifndef STANCH_LITERAL_INTERNAL_H
#define STANCH_LITERAL_INTERNAL_H

#include "base/hash.h"
#include "literal/literal.h"

/*
 * Words of the filter, as a power of two: 512 KiB, half of the second-level
 * cache. Each gram sets three bits of one word. The third depends on the byte
 * behind the gram too, or tells that any may follow. So most words of a text
 * that only share a gram with a literal ("port" of "portainer") are passed
 * over.
 */
#define LITERAL_FILTER_LOG 17
/* Stands for any byte behind a gram; brackets and ';' look like it. */
#define LITERAL_ANY_NEXT 27u
/* Bytes that eight positions and what is behind their grams take up. */
#define LITERAL_BLOCK ((size_t)20)
/* The case of a gram's last byte does not matter: half as many to enter when
 * that byte may be anything. */
#define LITERAL_FOLD 0x20000000u
#define LITERAL_ANY_CASE 0x20202020u
/* Grams with a byte that may be anything: the last, or the first. */
#define LITERAL_HEAD 0x00ffffffu
#define LITERAL_TAIL 0xffffff00u
/* Only every second position is looked at. */
#define LITERAL_STRIDE 2

/*
 * One literal under one of its grams; those with the same gram follow each
 * other. Position 0 of the list is not used.
 */
struct literal_entry {
	uint32_t tag;
	uint32_t text; /* offset in the pool */
	uint32_t check; /* four bytes at `check_at`, case folded if `fold` */
	uint16_t n;
	int16_t gram; /* offset of the gram in the literal; -1: a byte before */
	uint16_t check_at; /* in the literal */
	bool fold;
	bool is_last; /* with this gram */
};

/* Bits of the filter for grams of three bytes: 1 KiB each. */
#define LITERAL_SHORT_LOG 13

/*
 * Passes over blocks of 16 bytes from text[at] on that hold none of ours;
 * returns where the first is that may, or where fewer than LITERAL_BLOCK bytes
 * are left before `end`. Bit i of *some: the gram at 2 * i of that block may
 * be one.
 */
typedef size_t literal_skip(const uint32_t *filter, const unsigned char *text,
	size_t at, size_t end, unsigned *some);
/* The fastest variant for this machine; NULL: the portable one is. */
literal_skip *literal_skip_fastest(void);

/* A piece's key for pieces.c: XXH3-128 under a secret. */
typedef struct hash128 literal_key(bytes data,
	const unsigned char secret[HASH_SECRET]);
/* hash_128_secret, or what says the same faster on this machine. */
literal_key *literal_key_fastest(void);

/* What a set knows; constant once made, perhaps by the build. */
struct literal_tables {
	const uint32_t *keys;  /* open hash of grams; 0 is empty */
	const uint32_t *heads; /* beside keys: the first entry */
	const struct literal_entry *entries;
	const unsigned char *pool;
	const uint32_t *filter, *short_filter;
	size_t count;	    /* of literals */
	size_t entry_count; /* without the unused first */
	size_t pool_count;
	uint32_t shift; /* 32 - log2 of the number of keys */
	uint32_t mask;
};
#define LITERAL_FILTER_WORDS ((size_t)1 << LITERAL_FILTER_LOG)
#define LITERAL_SHORT_WORDS ((size_t)1 << (LITERAL_SHORT_LOG - 5))

struct literal_set {
	struct literal_tables t;
	literal_skip *skip;
	void *owned; /* the tables' memory, or NULL */
};

/* Of sixty odd multipliers the one with the fewest false passes on source
 * text, base64 and hex. */
static inline uint32_t literal_mix(uint32_t gram)
{
	return gram * 0xf7225e27u;
}

/* The word of a gram, and its three bits (the low five of each count). */
static inline uint32_t literal_word(uint32_t mixed)
{
	return mixed >> (32 - LITERAL_FILTER_LOG);
}
static inline uint32_t literal_bit(uint32_t mixed)
{
	return mixed >> (27 - LITERAL_FILTER_LOG);
}
static inline uint32_t literal_other_bit(uint32_t mixed)
{
	return mixed >> (22 - LITERAL_FILTER_LOG);
}

/* The low five bits of a byte tell letters apart, not their case. */
static inline uint32_t literal_third_bit(uint32_t mixed, uint32_t next)
{
	return mixed >> 2 ^ next;
}

/* The bit of a gram of three bytes. */
static inline uint32_t literal_short(uint32_t key)
{
	return literal_mix(key) >> (32 - LITERAL_SHORT_LOG);
}

#endif
