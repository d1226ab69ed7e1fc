/*
 * order: numbers and names as packs have them, most significant byte first.
 * Included inside pack/ only.
 */
#ifndef STANCH_PACK_ORDER_H
#define STANCH_PACK_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t pack_be64(const unsigned char *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	n = __builtin_bswap64(n);
#endif
	return n;
}

/* As memcmp of two names; mostly their first bytes tell. */
static inline int pack_id_order(const unsigned char *a, const unsigned char *b,
	size_t id_size)
{
	uint64_t x = pack_be64(a), y = pack_be64(b);

	return x != y ? (x < y ? -1 : 1) : memcmp(a, b, id_size);
}

static inline uint32_t pack_be32(const unsigned char *at)
{
	return ((uint32_t)at[0] << 24) | ((uint32_t)at[1] << 16) |
	       ((uint32_t)at[2] << 8) | at[3];
}

#endif
