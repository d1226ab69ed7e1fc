/*
 * The work of one target: a shared stack of items. Last in, first out, so
 * that a tree is walked depth first and little waits. An item is owned by
 * the stack from push to pop. `pending` counts items pushed and not yet
 * finished; when it falls to zero there is no more work and none can come.
 */
#ifndef STANCH_SHARE_STACK_H
#define STANCH_SHARE_STACK_H

#include "base/bytes.h"

#include <pthread.h>
#include <stdint.h>

/* Names in one item: enough to make the lock and the directory's handle
 * cheap, few enough that one huge directory is shared by all threads. */
#define STACK_BATCH 64

enum stack_item_kind { ITEM_DIRECTORY, ITEM_FILES, ITEM_NAMED, ITEM_STDIN,
	ITEM_HISTORY /* units of a repository: engine/repository.c */ };

struct stack_item {
	struct stack_item *next;
	uint64_t bytes; /* of the files, as listed */
	uint32_t count; /* names */
	uint32_t directory_n, names_n;
	enum stack_item_kind kind;
	unsigned char text[]; /* the directory, then names, each with a NUL */
};

struct stack {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* on CLOCK_MONOTONIC */
	struct stack_item *top;   /* [lock] */
	size_t pending;		   /* [lock] */
	uint64_t queued_bytes, queued_files; /* [lock] of items on the stack */
};

void stack_init(struct stack *s);
void stack_release(struct stack *s);
/* NULL: no memory. `names` are NUL-terminated, one after another. */
struct stack_item *stack_item_new(enum stack_item_kind kind,
	bytes directory, bytes names, uint32_t count, uint64_t size);
void stack_push(struct stack *s, struct stack_item *item);
/* Waits for an item; NULL when all work is finished. Free it and call
 * stack_finish when its work, pushes included, is done. */
struct stack_item *stack_pop(struct stack *s);
void stack_finish(struct stack *s);
/* Wait until all is finished, at most so many milliseconds. */
bool stack_wait(struct stack *s, unsigned milliseconds);
void stack_queued(struct stack *s, uint64_t *files,
	uint64_t *size);

#endif
