/*
 * state: the bytes of a state.
 *
 *	head	"STK2" rules:8 refs:8 flags:1 id_size:1 packs:4 loose:4
 *		missing:4 carried:4
 *	pack	stamp:8 checksum:32 entries:4 flags:1 dirty:4 entry:4...
 *	loose	id:id_size stamp:8 dirty:1, by id
 *	missing	id:id_size, ascending
 *	carried	what carry/ makes of it, so many bytes
 *	sum:16	of all that, under the store's secret
 *
 * Numbers are little-endian. The list of what is not clean is the bitmap of
 * the pack with its long runs left out: few entries in a thousand stand in it.
 * A state comes from the store, which may be damaged, or hostile: it is
 * checked, and one that does not hold is no state.
 */
#include "known/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define MAGIC "STK2"
#define HEAD_SIZE 38
#define PACK_SIZE 49
#define SUM_SIZE 16

void known_put_u32(struct buf *out, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		buf_put_byte(out, (unsigned char)(n >> (8 * i)));
}

void known_put_u64(struct buf *out, uint64_t n)
{
	known_put_u32(out, (uint32_t)n);
	known_put_u32(out, (uint32_t)(n >> 32));
}

uint32_t known_u32(const unsigned char *at)
{
	return (uint32_t)at[0] | ((uint32_t)at[1] << 8) |
	       ((uint32_t)at[2] << 16) | ((uint32_t)at[3] << 24);
}

uint64_t known_u64(const unsigned char *at)
{
	return known_u32(at) | ((uint64_t)known_u32(at + 4) << 32);
}

void known_put_head(struct buf *out, const struct known_head *head)
{
	buf_put_text(out, MAGIC);
	known_put_u64(out, head->rules);
	known_put_u64(out, head->refs);
	buf_put_byte(out, (unsigned char)(head->is_closed |
				  head->has_names << 1));
	buf_put_byte(out, (unsigned char)head->id_size);
	known_put_u32(out, (uint32_t)head->pack_count);
	known_put_u32(out, (uint32_t)head->loose_count);
	known_put_u32(out, (uint32_t)head->missing_count);
	known_put_u32(out, (uint32_t)head->carried_size);
}

static bool do_ascend(const struct known_pack *p)
{
	for (uint32_t i = 0; i < p->dirty_count; i++) {
		uint32_t entry = known_u32(p->dirty + (size_t)i * 4);

		if (entry >= p->count ||
			(i && entry <= known_u32(p->dirty + (size_t)i * 4 - 4)))
			return false;
	}
	return true;
}

static bool read_pack(struct known_pack *p, bytes *rest)
{
	const unsigned char *at = rest->at;
	size_t n;

	if (rest->n < PACK_SIZE)
		return false;
	p->stamp = known_u64(at);
	memcpy(p->checksum, at + 8, PACK_ID_MAX);
	p->count = known_u32(at + 40);
	p->is_usable = at[44] & 1;
	p->dirty_count = known_u32(at + 45);
	*rest = bytes_drop(*rest, PACK_SIZE);
	n = (size_t)p->dirty_count * 4;
	if (p->dirty_count > p->count || n > rest->n)
		return false;
	p->dirty = rest->at;
	*rest = bytes_drop(*rest, n);
	return do_ascend(p);
}

/* Rows that begin with a name, by name, from the front of *rest. NULL: they
 * are not so many, or not so. */
static const unsigned char *read_rows(bytes *rest, size_t count, size_t size,
	size_t id_size)
{
	const unsigned char *at = rest->at;

	if (count > rest->n / size)
		return NULL;
	for (size_t i = 1; i < count; i++)
		if (memcmp(at + (i - 1) * size, at + i * size, id_size) >= 0)
			return NULL;
	*rest = bytes_drop(*rest, count * size);
	return at;
}

/* What is behind the packs. */
static bool read_rest(struct known_state *s, bytes rest, size_t carried)
{
	s->loose = read_rows(&rest, s->loose_count, KNOWN_LOOSE(s->id_size),
		s->id_size);
	s->missing = read_rows(&rest, s->missing_count, s->id_size,
		s->id_size);
	s->carried = rest;
	return s->loose && s->missing && rest.n == carried;
}

static void put_hash(struct hash128 hash, unsigned char sum[SUM_SIZE])
{
	for (int i = 0; i < 8; i++) {
		sum[i] = (unsigned char)(hash.low >> (8 * i));
		sum[8 + i] = (unsigned char)(hash.high >> (8 * i));
	}
}

void known_put_sum(struct buf *out, size_t begin, const unsigned char *secret)
{
	unsigned char sum[SUM_SIZE];

	put_hash(hash_128_secret(bytes_drop(buf_bytes(out), begin), secret),
		sum);
	buf_put(out, bytes_of(sum, sizeof(sum)));
}

/* False: it is not what was put. */
static bool take_sum(bytes *text, const unsigned char *secret)
{
	unsigned char sum[SUM_SIZE];
	bytes body;

	if (text->n < HEAD_SIZE + SUM_SIZE)
		return false;
	body = bytes_take(*text, text->n - SUM_SIZE);
	put_hash(hash_128_secret(body, secret), sum);
	if (memcmp(sum, text->at + body.n, SUM_SIZE) != 0)
		return false;
	*text = body;
	return true;
}

bool known_state_read(struct known_state *s, bytes text,
	const unsigned char *secret)
{
	const unsigned char *at = text.at;
	bytes rest;

	*s = (struct known_state){.packs = NULL};
	if (!bytes_starts(text, bytes_text(MAGIC)) || !take_sum(&text, secret))
		return false;
	rest = bytes_drop(text, HEAD_SIZE);
	s->rules = known_u64(at + 4);
	s->refs = known_u64(at + 12);
	s->is_closed = at[20] & 1;
	s->has_names = at[20] & 2;
	s->id_size = at[21];
	s->pack_count = known_u32(at + 22);
	s->loose_count = known_u32(at + 26);
	if ((s->id_size != 20 && s->id_size != 32) ||
		s->pack_count > rest.n / PACK_SIZE)
		return false;
	s->packs = calloc(s->pack_count + 1, sizeof(*s->packs));
	for (size_t i = 0; s->packs && i < s->pack_count; i++)
		if (!read_pack(&s->packs[i], &rest))
			goto broken;
	s->missing_count = known_u32(at + 30);
	if (s->packs && read_rest(s, rest, known_u32(at + 34)))
		return true;
broken:
	known_state_release(s);
	return false;
}

void known_state_release(struct known_state *s)
{
	free(s->packs);
	*s = (struct known_state){.packs = NULL};
}
