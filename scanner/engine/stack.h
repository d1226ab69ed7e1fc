/*
 * The work of one target: a shared stack of items. Last in, first out, so
 * that a tree is walked depth first and little waits. An item is owned by
 * the stack from push to pop. `pending` counts items pushed and not yet
 * finished; when it falls to zero there is no more work and none can come.
 */
#ifndef STANCH_ENGINE_STACK_H
#define STANCH_ENGINE_STACK_H

#include "base/bytes.h"

#include <pthread.h>
#include <stdint.h>

/* Names in one item: enough to make the lock and the directory's handle
 * cheap, few enough that one huge directory is shared by all threads. */
#define ENGINE_BATCH 64

enum engine_item_kind { ITEM_DIRECTORY, ITEM_FILES, ITEM_NAMED, ITEM_STDIN,
	ITEM_HISTORY /* units of a repository: engine/repository.c */ };

struct engine_item {
	struct engine_item *next;
	uint64_t bytes; /* of the files, as listed */
	uint32_t count; /* names */
	uint32_t directory_n, names_n;
	enum engine_item_kind kind;
	unsigned char text[]; /* the directory, then names, each with a NUL */
};

struct engine_stack {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* on CLOCK_MONOTONIC */
	struct engine_item *top;   /* [lock] */
	size_t pending;		   /* [lock] */
	uint64_t queued_bytes, queued_files; /* [lock] of items on the stack */
};

void engine_stack_init(struct engine_stack *s);
void engine_stack_release(struct engine_stack *s);
/* NULL: no memory. `names` are NUL-terminated, one after another. */
struct engine_item *engine_item_new(enum engine_item_kind kind,
	bytes directory, bytes names, uint32_t count, uint64_t size);
void engine_stack_push(struct engine_stack *s, struct engine_item *item);
/* Waits for an item; NULL when all work is finished. Free it and call
 * engine_stack_finish when its work, pushes included, is done. */
struct engine_item *engine_stack_pop(struct engine_stack *s);
void engine_stack_finish(struct engine_stack *s);
/* Wait until all is finished, at most so many milliseconds. */
bool engine_stack_wait(struct engine_stack *s, unsigned milliseconds);
void engine_stack_queued(struct engine_stack *s, uint64_t *files,
	uint64_t *size);

#endif
