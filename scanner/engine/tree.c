/*
 * A directory -> items. Names go out in batches of one directory each, so
 * that its handle is reused and one huge directory still spreads over all
 * threads. Large files go out alone and last, which on a stack means first:
 * nothing is worse than one of them being found when all else is done.
 */
#include "engine/internal.h"
#include "engine/text.h"

#include <stdlib.h>

#include "base/banned.h"

#define LARGE ((uint64_t)4 << 20)

struct listing {
	struct engine_worker *w;
	bytes directory;
	struct buf names;
	uint32_t count;
	uint64_t size;
	struct stack_item *large; /* pushed when the listing is over */
	enum source_skip why;	   /* the directory itself was not listed */
};

/* The files of a batch that found no memory are failed, one by one. */
static void lose(struct listing *l, bytes names)
{
	while (names.n > 0) {
		bytes name;

		bytes_cut(names, '\0', &name, &names);
		engine_worker_end(l->w, name, END_MEMORY);
	}
}

static struct stack_item *make(struct listing *l, uint64_t size)
{
	bytes names = buf_bytes(&l->names);
	struct stack_item *item;

	item = stack_item_new(ITEM_FILES, l->directory, names, l->count, size);
	if (item == NULL)
		lose(l, names);
	buf_clear(&l->names);
	l->count = 0;
	l->size = 0;
	return item;
}

static void flush(struct listing *l)
{
	struct stack_item *item;

	if (l->count == 0)
		return;
	item = make(l, l->size);
	if (item != NULL)
		stack_push(&l->w->engine->stack, item);
}

static bytes base_name(const struct listing *l, bytes path)
{
	return l->directory.n > 0 ? bytes_drop(path, l->directory.n + 1) : path;
}

static bytes shown(struct listing *l, bytes path)
{
	const struct engine *e = l->w->engine;
	struct buf *b = &l->w->path;

	buf_clear(b);
	buf_put(b, bytes_of(e->prefix, e->prefix_n));
	buf_put(b, path);
	return buf_bytes(b);
}

static void put_name(struct listing *l, bytes name)
{
	buf_put(&l->names, name);
	buf_put_byte(&l->names, '\0');
	l->count++;
}

static void on_file(void *context, bytes path, uint64_t size_hint)
{
	struct listing *l = context;
	bytes name = base_name(l, path);

	if (size_hint >= LARGE) {
		struct stack_item *item;

		flush(l);
		put_name(l, name);
		item = make(l, size_hint);
		if (item != NULL) {
			item->next = l->large;
			l->large = item;
		}
		return;
	}
	put_name(l, name);
	l->size += size_hint;
	if (l->count >= STACK_BATCH || l->size >= LARGE)
		flush(l);
}

/* As git stores it: the target is the content. */
static void on_link(void *context, bytes path, bytes target)
{
	struct listing *l = context;
	struct engine_text t;

	engine_text_init(&t, l->w, shown(l, path), LEAK_WORKTREE);
	engine_text_whole(l->w, &t, target);
}

static void on_directory(void *context, bytes path)
{
	struct listing *l = context;
	struct stack_item *item;

	item = stack_item_new(ITEM_DIRECTORY, path, bytes_of("", 0), 0, 0);
	if (item == NULL)
		engine_worker_end(l->w, shown(l, path), END_MEMORY);
	else
		stack_push(&l->w->engine->stack, item);
}

static void on_skipped(void *context, bytes path, enum source_skip why)
{
	struct listing *l = context;

	if (bytes_equal(path, l->directory))
		l->why = why; /* and the error comes with it */
	else
		engine_worker_end(l->w, shown(l, path), why);
}

static void on_ignored(void *context, bytes path)
{
	struct listing *l = context;

	(void)path;
	l->w->tally.ignored++;
}

/* Its files are scanned as any; what it had before is not. */
static void on_repository(void *context, bytes path)
{
	struct listing *l = context;

	(void)path;
	l->w->tally.repositories++;
}

void engine_tree_list(struct engine_worker *w, bytes directory)
{
	struct listing l = {.w = w, .directory = directory};
	const struct source_listener listener = {
		.file = on_file,
		.link = on_link,
		.directory = on_directory,
		.skipped = on_skipped,
		.ignored = on_ignored,
		.repository = w->engine->options.only_worktree
			? NULL : on_repository,
		.context = &l,
	};

	struct error err = {0};

	buf_init(&l.names, STACK_BATCH * LIMIT_PATH);
	if (source_tree_list(w->engine->tree, directory, &listener, &err) &&
		l.why == SKIP_NONE)
		l.why = SKIP_UNREADABLE;
	if (l.why != SKIP_NONE)
		engine_worker_end_because(w, shown(&l, directory), l.why, &err);
	flush(&l);
	while (l.large != NULL) {
		struct stack_item *item = l.large;

		l.large = item->next;
		stack_push(&w->engine->stack, item);
	}
	buf_release(&l.names);
}
