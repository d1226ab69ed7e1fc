/*
 * pool: buffers for objects while they are bases.
 *
 * Sizes are rounded up to powers of two and freed buffers kept in a list per
 * size, since a sweep asks for the same few sizes millions of times. What is
 * handed out is counted over all threads against LIMIT_OBJECT_SUM; what lies
 * in the lists is bounded per list.
 */
#include "pack/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define CLASSES 40
#define SMALLEST 12 /* 4 KiB: below that a class is not worth a list */
/* Bytes of free buffers kept in one class, or one buffer. */
#define KEEP ((size_t)4 << 20)

struct pool_buffer {
	struct pool_buffer *next;
	uint32_t class;
	_Alignas(16) unsigned char content[];
};

struct pack_pool {
	_Atomic size_t *held;
	struct pool_buffer *free[CLASSES];
	uint32_t count[CLASSES];
};

struct pack_pool *pack_pool_new(_Atomic size_t *held)
{
	struct pack_pool *p = calloc(1, sizeof(*p));

	if (p)
		p->held = held;
	return p;
}

void pack_pool_free(struct pack_pool *p)
{
	for (size_t i = 0; p && i < CLASSES; i++)
		while (p->free[i]) {
			struct pool_buffer *b = p->free[i];

			p->free[i] = b->next;
			free(b);
		}
	free(p);
}

static uint32_t class_of(size_t n)
{
	uint32_t c = SMALLEST;

	while (((size_t)1 << c) < n)
		c++;
	return c;
}

unsigned char *pack_pool_get(struct pack_pool *p, size_t n)
{
	uint32_t class;
	struct pool_buffer *b;
	size_t size;

	if (n > LIMIT_OBJECT)
		return NULL;
	class = class_of(n);
	size = (size_t)1 << class;
	if (atomic_fetch_add_explicit(p->held, size, memory_order_relaxed) >
		LIMIT_OBJECT_SUM - size)
		goto fail;
	b = p->free[class];
	if (b) {
		p->free[class] = b->next;
		p->count[class]--;
	} else {
		b = malloc(sizeof(*b) + size);
		if (b == NULL)
			goto fail;
		b->class = class;
	}
	return b->content;
fail:
	atomic_fetch_sub_explicit(p->held, size, memory_order_relaxed);
	return NULL;
}

void pack_pool_put(struct pack_pool *p, unsigned char *at)
{
	struct pool_buffer *b;
	size_t size;

	if (at == NULL)
		return;
	b = (struct pool_buffer *)(void *)(at -
		offsetof(struct pool_buffer, content));
	size = (size_t)1 << b->class;
	atomic_fetch_sub_explicit(p->held, size, memory_order_relaxed);
	if (p->count[b->class] && (p->count[b->class] + 1) * size > KEEP) {
		free(b);
		return;
	}
	if (size > KEEP) {
		free(b);
		return;
	}
	b->next = p->free[b->class];
	p->free[b->class] = b;
	p->count[b->class]++;
}
