/*
 * A place owns one block: its header, its companions, then the bytes of
 * secret, excerpt, path, object and companions' secrets. An arena would be a
 * little denser, but an arena cannot give back the places that a later, surer
 * one pushes out, and it cannot be wiped place by place.
 */
#include "leaks/internal.h"

#include "base/secret.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>

#include "base/banned.h"

/* Bytes that malloc itself needs for a block; so a count stays honest. */
#define BLOCK_OVERHEAD 16

struct leak_place leak_place_borrow(const struct sighting *s,
	const struct leak_where *where)
{
	struct leak_place place = {
		.path = where->path,
		.source = where->source,
		.object = where->object,
		.commit = where->commit,
		.refs = where->refs,
		.unreachable = where->unreachable,
		.in_head = where->in_head,
		.is_partial = where->is_partial,
		.offset = s->offset,
		.length = s->length,
		.line = s->line,
		.column = s->column,
		.end_line = s->end_line,
		.end_column = s->end_column,
		.confidence = s->confidence,
		.reason = s->reason,
		.entropy = s->entropy,
		.excerpt = bytes_take(s->excerpt, SIGHTING_EXCERPT),
		.allow = bytes_take(s->allow, SIGHTING_ALLOW),
		.parts = s->parts,
		.part_count = s->part_count < SIGHTING_PARTS ? s->part_count
							     : SIGHTING_PARTS,
		.encoding_count = s->encoding_count < SIGHTING_ENCODINGS
					  ? s->encoding_count
					  : SIGHTING_ENCODINGS,
	};
	size_t n = place.excerpt.n;

	memcpy(place.encodings, s->encodings, sizeof(place.encodings));
	place.excerpt_at = s->excerpt_at < n ? s->excerpt_at : (uint32_t)n;
	n -= place.excerpt_at;
	place.excerpt_n = s->excerpt_n < n ? s->excerpt_n : (uint32_t)n;
	return place;
}

/* Append to the block and point there; the block is large enough. */
static bytes append(unsigned char **to, bytes data)
{
	bytes copy = bytes_of(*to, data.n);

	if (data.n)
		memcpy(*to, data.at, data.n);
	*to += data.n;
	return copy;
}

static bool block_size(const struct leak_place *place, bytes secret,
	bytes fingerprint, size_t *size)
{
	size_t n = sizeof(struct leak_held) + fingerprint.n;
	bool over = n < fingerprint.n;

	n += place->part_count * sizeof(struct sighting_part);
	over |= __builtin_add_overflow(n, secret.n, &n);
	over |= __builtin_add_overflow(n, place->excerpt.n, &n);
	over |= __builtin_add_overflow(n, place->allow.n, &n);
	over |= __builtin_add_overflow(n, place->path.n, &n);
	over |= __builtin_add_overflow(n, place->object.n, &n);
	for (size_t i = 0; i < place->part_count; i++)
		over |= __builtin_add_overflow(n, place->parts[i].secret.n,
			&n);
	*size = n;
	return !over;
}

bool leak_place_hold(struct leak_place *place, const struct sighting *s,
	bytes fingerprint)
{
	struct leak_held *held;
	struct sighting_part *parts;
	unsigned char *to;
	size_t size;

	static_assert(sizeof(struct leak_held) %
			alignof(struct sighting_part) == 0, "parts follow");
	if (!block_size(place, s->secret, fingerprint, &size))
		return false;
	held = malloc(size);
	if (held == NULL)
		return false;
	*held = (struct leak_held){.rule = s->rule, .size = size};
	parts = (struct sighting_part *)(void *)(held + 1);
	to = (unsigned char *)(parts + place->part_count);
	for (size_t i = 0; i < place->part_count; i++) {
		parts[i] = place->parts[i];
		parts[i].secret = append(&to, parts[i].secret);
	}
	place->parts = parts;
	held->secret = append(&to, s->secret);
	held->fingerprint = append(&to, fingerprint);
	place->excerpt = append(&to, place->excerpt);
	place->allow = append(&to, place->allow);
	place->path = append(&to, place->path);
	place->object = append(&to, place->object);
	place->held = held;
	return true;
}

void leak_place_drop(struct leak_place *place)
{
	if (place->held) {
		secret_wipe(place->held, place->held->size);
		free(place->held);
	}
	*place = (struct leak_place){0};
}

size_t leak_place_cost(const struct leak_place *place)
{
	return sizeof(*place) + place->held->size + BLOCK_OVERHEAD;
}

static int order_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_text(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a ? a : "", b ? b : "");
}

static bytes commit_id(const struct leak_place *place)
{
	return place->commit ? place->commit->id : bytes_of("", 0);
}

/* Where it stands: equal means the same place. */
static int order_where(const struct leak_place *a, const struct leak_place *b)
{
	int order = bytes_compare(a->path, b->path);

	if (order == 0)
		order = order_number(a->offset, b->offset);
	if (order == 0)
		order = bytes_compare(commit_id(a), commit_id(b));
	if (order == 0)
		order = order_number(a->source, b->source);
	if (order == 0)
		order = bytes_compare(a->object, b->object);
	return order;
}

/* How it was seen: the surer, then the shorter way comes first. */
static int order_how(const struct leak_place *a, const struct leak_place *b)
{
	int order = order_number(b->confidence, a->confidence);

	if (order == 0)
		order = order_number(a->encoding_count, b->encoding_count);
	if (order == 0)
		order = memcmp(a->encodings, b->encodings,
			sizeof(a->encodings));
	if (order == 0)
		order = order_number(a->length, b->length);
	if (order == 0)
		order = order_text(a->reason, b->reason);
	if (order == 0)
		order = bytes_compare(a->excerpt, b->excerpt);
	if (order == 0)
		order = order_number(b->part_count, a->part_count);
	return order;
}

int leak_place_order_show(const struct leak_place *a,
	const struct leak_place *b)
{
	int order = order_where(a, b);

	return order ? order : order_how(a, b);
}

int leak_place_order_keep(const struct leak_place *a,
	const struct leak_place *b)
{
	int order = order_number(b->confidence, a->confidence);

	if (order == 0)
		order = order_where(a, b);
	if (order == 0)
		order = order_text(a->held->rule->id, b->held->rule->id);
	if (order == 0)
		order = bytes_compare(a->held->secret, b->held->secret);
	return order ? order : order_how(a, b);
}

bool leak_place_same(const struct leak_place *a, const struct leak_place *b)
{
	return order_where(a, b) == 0;
}

bool leak_place_counts(const struct leak_place *place)
{
	return place->suppressed == NULL ||
	       (place->suppression && place->suppression->is_held);
}
