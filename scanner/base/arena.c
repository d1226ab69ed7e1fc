#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#endif

#include "base/banned.h"

/* Bytes of a block's content; larger requests get a block of their own. */
#define BLOCK_SIZE ((size_t)32 << 10)
/* Unused bytes between two allocations, so that an overrun is seen. */
#define RED_ZONE ((size_t)16)

struct arena_block {
	struct arena_block *next;
	size_t room, used;
	alignas(max_align_t) unsigned char content[];
};

void arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){.max = max};
}

static void block_free(struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->content, block->room);
	free(block);
}

void arena_release(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		block_free(a->blocks);
		a->blocks = next;
	}
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks;

	for (struct arena_block *b = a->blocks; b; b = b->next)
		if (b->room > keep->room)
			keep = b;
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		if (a->blocks != keep)
			block_free(a->blocks);
		a->blocks = next;
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
		ASAN_POISON_MEMORY_REGION(keep->content, keep->room);
	}
	a->blocks = keep;
	a->used = 0;
}

static struct arena_block *block_new(size_t need)
{
	size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct arena_block *block = malloc(sizeof(*block) + room);

	if (block == NULL)
		return NULL;
	*block = (struct arena_block){.room = room};
	ASAN_POISON_MEMORY_REGION(block->content, room);
	return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t step = alignof(max_align_t);
	size_t need;
	unsigned char *at;

	if (size > SIZE_MAX - RED_ZONE - step)
		return NULL;
	need = (size + RED_ZONE + step - 1) / step * step;
	if (need > a->max || a->used > a->max - need)
		return NULL;
	if (a->blocks == NULL || a->blocks->room - a->blocks->used < need) {
		struct arena_block *block = block_new(need);

		if (block == NULL)
			return NULL;
		block->next = a->blocks;
		a->blocks = block;
	}
	at = a->blocks->content + a->blocks->used;
	a->blocks->used += need;
	a->used += need;
	ASAN_UNPOISON_MEMORY_REGION(at, size);
	memset(at, 0, size);
	return at;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

char *arena_copy_text(struct arena *a, bytes text)
{
	char *copy = text.n < SIZE_MAX ? arena_alloc(a, text.n + 1) : NULL;

	if (copy && text.n)
		memcpy(copy, text.at, text.n);
	return copy;
}

bytes arena_copy(struct arena *a, bytes data)
{
	unsigned char *copy = arena_alloc(a, data.n ? data.n : 1);

	if (copy == NULL)
		return bytes_of(NULL, 0);
	if (data.n)
		memcpy(copy, data.at, data.n);
	return bytes_of(copy, data.n);
}
