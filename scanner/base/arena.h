/*
 * arena: memory for things that die together.
 *
 * Blocks are taken from malloc and kept for reuse by arena_reset. Memory is
 * zeroed and aligned for any type. arena_alloc returns NULL when the system
 * has no memory or when the arena's maximum would be passed; nothing aborts.
 * Unused bytes are poisoned under AddressSanitizer. One thread at a time.
 */
#ifndef STANCH_BASE_ARENA_H
#define STANCH_BASE_ARENA_H

#include "base/bytes.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;		    /* bytes handed out since the last reset */
	size_t max;		    /* refuse to hand out more than this */
};

void arena_init(struct arena *a, size_t max);
void arena_release(struct arena *a);
/* Forget everything handed out; keeps the largest block for reuse. */
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t size);
/* count * size bytes, NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A terminated copy; NULL on failure. */
char *arena_copy_text(struct arena *a, bytes text);
/* An unterminated copy; at is NULL on failure (n is then 0). */
bytes arena_copy(struct arena *a, bytes data);

#endif
