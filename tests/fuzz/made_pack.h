/*
 * made_pack: a pack in memory, of any objects, with its index. The n-th object
 * is named by 20 bytes n, so that trees and commits can name what is there.
 */
#ifndef STANCH_TESTS_MADE_PACK_H
#define STANCH_TESTS_MADE_PACK_H

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define OBJECTS 200
#define ID_SIZE ((size_t)20)

struct built {
	struct buf pack;
	uint64_t at[OBJECTS];
	size_t count;
};

static inline void put_be32(struct buf *b, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_put_byte(b, (unsigned char)(value >> shift));
}

/* Type and size; 4 bits, then 7 in each byte. */
static inline void put_head(struct buf *b, unsigned type, size_t n)
{
	unsigned char c = (unsigned char)(type << 4 | (n & 15));

	for (n >>= 4; n; n >>= 7) {
		buf_put_byte(b, c | 0x80);
		c = n & 0x7f;
	}
	buf_put_byte(b, c);
}

static inline void put_distance(struct buf *b, uint64_t n)
{
	unsigned char digits[10];
	int at = 0;

	digits[at] = n & 0x7f;
	while (n >>= 7)
		digits[++at] = 0x80 | (--n & 0x7f);
	for (; at >= 0; at--)
		buf_put_byte(b, digits[at]);
}

static inline void put_object(struct built *p, unsigned type, unsigned base,
	bytes text)
{
	uLongf n = compressBound((uLong)text.n);
	unsigned char *deflated = malloc(n);
	uint64_t at = p->pack.n;

	if (deflated == NULL)
		exit(2);
	(void)compress2(deflated, &n, text.at, (uLong)text.n, 1);
	base = base % 32 + 1;
	if (type == 6 && base > p->count)
		type = 3;
	p->at[p->count] = at;
	put_head(&p->pack, type, text.n);
	if (type == 6)
		put_distance(&p->pack, at - p->at[p->count - base]);
	for (size_t i = 0; type == 7 && i < ID_SIZE; i++)
		buf_put_byte(&p->pack, (unsigned char)base);
	buf_put(&p->pack, bytes_of(deflated, n));
	p->count++;
	free(deflated);
}

static inline void begin_pack(struct built *p)
{
	buf_init(&p->pack, (size_t)16 << 20);
	p->count = 0;
	buf_put_text(&p->pack, "PACK");
	put_be32(&p->pack, 2);
	put_be32(&p->pack, 0);
}

static inline void end_pack(struct built *p)
{
	for (size_t i = 0; i < ID_SIZE; i++)
		buf_put_byte(&p->pack, 0);
}

static inline void make_index(const struct built *p, struct buf *index)
{
	buf_init(index, (size_t)1 << 20);
	put_be32(index, 0xff744f63u);
	put_be32(index, 2);
	for (uint32_t byte = 0; byte < 256; byte++)
		put_be32(index, byte < p->count ? byte : (uint32_t)p->count);
	for (size_t i = 0; i < p->count; i++)
		for (size_t b = 0; b < ID_SIZE; b++)
			buf_put_byte(index, (unsigned char)(i + 1));
	for (size_t i = 0; i < p->count; i++)
		put_be32(index, 0);
	for (size_t i = 0; i < p->count; i++)
		put_be32(index, (uint32_t)p->at[i]);
	for (size_t i = 0; i < 2 * ID_SIZE; i++)
		buf_put_byte(index, 0);
}

#endif
