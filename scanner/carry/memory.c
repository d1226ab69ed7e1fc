/*
 * memory: the bytes that are carried.
 *
 *	head	flags:1 edges:8 tips:4 blobs:4
 *	tip	flags:1 raw:id target:id, by raw; no target when it is raw
 *	blob	id places:1, by name
 *	place	flags:1 commit:id length:2 path, by path
 *
 * Numbers are little-endian. It comes out of a store, which may be hostile: it
 * is checked, and what does not hold is no memory.
 */
#include "carry/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define HEAD_SIZE 17
#define ALL_REACHABLE 1u
#define TIP_COMMIT 1u
#define TIP_RAW 2u /* it is what it leads to */
#define PLACE_REACHABLE 1u

/* ---- reading ------------------------------------------------------------- */

static uint32_t number(const unsigned char *at, size_t size)
{
	uint32_t n = 0;

	for (size_t i = size; i-- > 0;)
		n = n << 8 | at[i];
	return n;
}

/* The next n bytes; NULL: there are not so many. */
static const unsigned char *take(bytes *rest, size_t n)
{
	const unsigned char *at = rest->at;

	if (rest->n < n)
		return NULL;
	*rest = bytes_drop(*rest, n);
	return at;
}

static bool read_tip(struct carry_tip *tip, bytes *rest, size_t id_size)
{
	const unsigned char *at = take(rest, 1 + id_size), *target;

	if (at == NULL)
		return false;
	tip->is_commit = at[0] & TIP_COMMIT;
	target = at[0] & TIP_RAW ? at + 1 : take(rest, id_size);
	if (target == NULL)
		return false;
	memcpy(tip->raw, at + 1, id_size);
	memcpy(tip->target, target, id_size);
	return true;
}

static bool read_tips(struct carry_memory *m, bytes *rest, size_t id_size)
{
	struct carry_tips *t = &m->tips;

	if (t->n > rest->n / id_size)
		return false;
	t->at = calloc(t->n + 1, sizeof(*t->at));
	for (size_t i = 0; t->at && i < t->n; i++)
		if (!read_tip(&t->at[i], rest, id_size) ||
			(i && memcmp(t->at[i - 1].raw, t->at[i].raw,
				      id_size) >= 0))
			return false;
	return t->at != NULL;
}

bool carry_stored_next(bytes *rest, size_t id_size,
	struct carry_stored *out)
{
	const unsigned char *at = take(rest, 3 + id_size), *path;
	size_t n;

	if (at == NULL)
		return false;
	n = number(at + 1 + id_size, 2);
	path = take(rest, n);
	*out = (struct carry_stored){.path = bytes_of(path, n),
		.commit = at + 1,
		.is_reachable = at[0] & PLACE_REACHABLE};
	return path != NULL && n > 0 && !memchr(path, '\0', n);
}

static bool read_places(struct carry_blob *blob, bytes *rest, size_t id_size)
{
	struct carry_stored now, last = {.commit = NULL};
	const bytes from = *rest;

	if (blob->count > ATTRIBUTE_PATHS)
		return false;
	for (size_t i = 0; i < blob->count; i++, last = now)
		if (!carry_stored_next(rest, id_size, &now) ||
			(i && bytes_compare(last.path, now.path) >= 0))
			return false;
	blob->places = bytes_take(from, from.n - rest->n);
	return true;
}

static bool read_blobs(struct carry_memory *m, bytes *rest, size_t id_size)
{
	if (m->blob_count > rest->n / id_size)
		return false;
	m->blobs = calloc(m->blob_count + 1, sizeof(*m->blobs));
	for (size_t i = 0; m->blobs && i < m->blob_count; i++) {
		struct carry_blob *blob = &m->blobs[i];

		blob->id = take(rest, id_size + 1);
		if (blob->id == NULL ||
			(i && memcmp(m->blobs[i - 1].id, blob->id,
				      id_size) >= 0))
			return false;
		blob->count = blob->id[id_size];
		if (!read_places(blob, rest, id_size))
			return false;
	}
	return m->blobs != NULL;
}

bool carry_memory_read(struct carry_memory *m, bytes text, size_t id_size)
{
	const unsigned char *at = take(&text, HEAD_SIZE);

	*m = (struct carry_memory){.edges = 0};
	if (at == NULL)
		return false;
	m->is_all_reachable = at[0] & ALL_REACHABLE;
	m->edges = number(at + 1, 4) | (uint64_t)number(at + 5, 4) << 32;
	m->tips.n = number(at + 9, 4);
	m->blob_count = number(at + 13, 4);
	m->is_there = read_tips(m, &text, id_size) &&
		      read_blobs(m, &text, id_size) && text.n == 0;
	if (!m->is_there)
		carry_memory_release(m);
	return m->is_there;
}

void carry_memory_release(struct carry_memory *m)
{
	free(m->tips.at);
	free(m->blobs);
	*m = (struct carry_memory){.edges = 0};
}

const struct carry_blob *carry_memory_find(const struct carry_memory *m,
	const unsigned char *id, size_t id_size)
{
	size_t low = 0, high = m->blob_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(m->blobs[middle].id, id, id_size);

		if (order == 0)
			return &m->blobs[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- writing ------------------------------------------------------------- */

static void put_number(struct buf *out, uint64_t n, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf_put_byte(out, (unsigned char)(n >> (8 * i)));
}

/* What is asked of each blob: by attribute/, or as carry_find told it. */
typedef struct carry_list carry_list_of(const struct carry *r,
	const struct attribute *a, size_t wanted);

static struct carry_list of_all(const struct carry *r,
	const struct attribute *a, size_t wanted)
{
	size_t n = attribute_place_count(a, wanted);

	(void)r;
	return (struct carry_list){
		n ? (struct attribute_place *)(uintptr_t)attribute_place_at(a,
			    wanted, 0)
		  : NULL,
		n};
}

static struct carry_list of_told(const struct carry *r,
	const struct attribute *a, size_t wanted)
{
	(void)a;
	return r->places[wanted];
}

static void put_tips(const struct carry *r, struct buf *out)
{
	for (size_t i = 0; i < r->tips.n; i++) {
		const struct carry_tip *t = &r->tips.at[i];
		bool is_raw = memcmp(t->raw, t->target, r->id_size) == 0;

		buf_put_byte(out, (unsigned char)(
			(t->is_commit ? TIP_COMMIT : 0) |
			(is_raw ? TIP_RAW : 0)));
		buf_put(out, bytes_of(t->raw, r->id_size));
		if (!is_raw)
			buf_put(out, bytes_of(t->target, r->id_size));
	}
}

static void put_blob(const struct carry *r, size_t wanted,
	struct carry_list list, struct buf *out)
{
	buf_put(out, bytes_of(r->question.wanted + wanted * r->id_size,
		r->id_size));
	buf_put_byte(out, (unsigned char)list.n);
	for (size_t i = 0; i < list.n; i++) {
		const struct attribute_place *p = &list.at[i];

		buf_put_byte(out, (unsigned char)(
			p->unreachable ? 0 : PLACE_REACHABLE));
		buf_put(out, bytes_of(p->commit, r->id_size));
		put_number(out, p->path_length, 2);
		buf_put(out, bytes_of(p->path, p->path_length));
		out->failed |= p->path_length == 0 ||
			       p->path_length > UINT16_MAX;
	}
}

static void put(const struct carry *r, const struct attribute *a,
	carry_list_of *list_of, uint64_t edges, struct buf *out)
{
	buf_put_byte(out, (unsigned char)(
		r->is_all_reachable ? ALL_REACHABLE : 0));
	put_number(out, edges, 8);
	put_number(out, r->tips.n, 4);
	put_number(out, r->question.wanted_count, 4);
	put_tips(r, out);
	for (size_t i = 0; i < r->question.wanted_count; i++)
		put_blob(r, i, list_of(r, a, i), out);
}

void carry_put(struct carry *r, struct buf *out)
{
	put(r, NULL, of_told, r->memory.edges + r->question.edges, out);
}

void carry_put_all(struct carry *r, const struct attribute *a,
	struct buf *out)
{
	r->is_all_reachable = a && attribute_is_all_reachable(a);
	if (a && (attribute_dropped(a) || !carry_tips_make(r)))
		return;
	put(r, a, of_all, a ? attribute_edges(a) : 0, out);
}
