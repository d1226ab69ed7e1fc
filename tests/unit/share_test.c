/* share: the stack ends, and what was seen is known. */
#include "share/seen.h"
#include "share/stack.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

/* ---- stack --------------------------------------------------------------- */

struct crowd {
	struct stack stack;
	_Atomic size_t done;
};

/* Each item of depth n makes three of depth n - 1. */
static void *work(void *context)
{
	struct crowd *c = context;
	struct stack_item *item;

	while ((item = stack_pop(&c->stack)) != NULL) {
		for (int i = 0; item->bytes > 1 && i < 3; i++)
			stack_push(&c->stack, stack_item_new(
				ITEM_FILES, bytes_text("d"), bytes_text("n"),
				1, item->bytes - 1));
		free(item);
		c->done++;
		stack_finish(&c->stack);
	}
	return NULL;
}

static void test_stack_ends(void)
{
	struct crowd c = {.done = 0};
	pthread_t threads[4];
	uint64_t files, size;

	stack_init(&c.stack);
	stack_push(&c.stack, stack_item_new(ITEM_FILES,
		bytes_text("d"), bytes_text("n"), 1, 8));
	CHECK(!stack_wait(&c.stack, 1));
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, &c);
	CHECK(stack_wait(&c.stack, 10000));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQUAL(c.done, (6561 - 1) / 2); /* (3^8 - 1) / 2 */
	stack_queued(&c.stack, &files, &size);
	CHECK_EQUAL(files, 0);
	CHECK_EQUAL(size, 0);
	stack_release(&c.stack);
}

/* ---- seen ---------------------------------------------------------------- */

static void test_seen_states(void)
{
	struct seen *seen = seen_new();
	struct seen_outcome o;
	const struct seen_outcome found = {.unscanned = 3};
	struct hash128 a = {1, 2}, b = {3, 4};
	struct seen_waiter *waiter;

	CHECK_EQUAL(seen_enter(seen, a, bytes_text("p"), LEAK_WORKTREE,
		&o), SEEN_MINE);
	CHECK_EQUAL(seen_enter(seen, a, bytes_text("q"), LEAK_ARCHIVE,
		&o), SEEN_WAITS);
	CHECK(!seen_look(seen, a, &o));
	waiter = seen_finish(seen, a, &found);
	CHECK(waiter != NULL && waiter->next == NULL);
	CHECK_BYTES(bytes_of(waiter->path, waiter->n), bytes_text("q"));
	CHECK_EQUAL(waiter->source, LEAK_ARCHIVE);
	free(waiter);
	CHECK_EQUAL(seen_enter(seen, a, bytes_text("r"), LEAK_WORKTREE,
		&o), SEEN_KNOWN);
	CHECK_EQUAL(o.unscanned, 3);
	/* What failed is not remembered as clean. */
	CHECK_EQUAL(seen_enter(seen, b, bytes_text("p"), LEAK_WORKTREE,
		&o), SEEN_MINE);
	CHECK(seen_finish(seen, b, NULL) == NULL);
	CHECK_EQUAL(seen_enter(seen, b, bytes_text("p"), LEAK_WORKTREE,
		&o), SEEN_UNSHARED);
	CHECK(!seen_look(seen, b, &o));
	seen_free(seen);
}

static void test_seen_many(void)
{
	struct seen *seen = seen_new();
	const struct seen_outcome clean = {0};
	struct seen_outcome o = {.unscanned = 9};
	size_t taken = 0, known = 0;

	for (uint64_t i = 1; i <= 50000; i++) {
		struct hash128 key = {i * 0x9e3779b97f4a7c15u, i};

		taken += seen_publish(seen, key, &clean);
		known += seen_look(seen, key, &o) && o.unscanned == 0;
		known += !seen_publish(seen, key, &clean);
	}
	CHECK_EQUAL(taken, 50000);
	CHECK_EQUAL(known, 100000);
	seen_free(seen);
}

static const struct unit_test tests[] = {
	{"the stack ends when all items that came of items are done",
		test_stack_ends},
	{"a content goes through its states", test_seen_states},
	{"many contents are known", test_seen_many},
};
UNIT_MAIN(tests)
