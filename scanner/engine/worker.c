/*
 * One thread: takes items until there are none. After a stop it still takes
 * them all, only to count what is in them as interrupted.
 */
#include "engine/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

void engine_worker_init(struct engine_worker *w, struct engine *e)
{
	w->engine = e;
	buf_init(&w->path, LIMIT_PATH * 2);
	buf_init(&w->inner, LIMIT_PATH);
}

void engine_worker_release(struct engine_worker *w)
{
	buf_release(&w->path);
	buf_release(&w->inner);
	hash_stream_free(w->hash);
	scan_free(w->scan);
	leak_memo_free(w->memo);
	if (w->reader != NULL)
		source_reader_free(w->reader);
	/* It held what was scanned. */
	if (w->window != NULL)
		explicit_bzero(w->window, LIMIT_WINDOW);
	free(w->window);
}

void engine_worker_end_because(struct engine_worker *w, bytes path,
	unsigned end, const struct error *err)
{
	struct engine *e = w->engine;
	char said[128], reason[200];

	engine_tally_end(&w->tally, end, 1);
	if (end == END_SCANNED || end == END_INTERRUPTED ||
		(end == SKIP_TOO_LARGE && e->options.max_file_size_named))
		return;
	if (err == NULL || err->sys_errno == 0) {
		engine_problem(e, path, engine_end_name(end));
		return;
	}
	snprintf(reason, sizeof(reason), "%s (%s)", engine_end_name(end),
		strerror_r(err->sys_errno, said, sizeof(said)));
	engine_problem(e, path, reason);
}

void engine_worker_end(struct engine_worker *w, bytes path, unsigned end)
{
	engine_worker_end_because(w, path, end, NULL);
}

static bool is_stopped(void *engine)
{
	return engine_is_stopped(engine);
}

static bool is_ready(struct engine_worker *w)
{
	if (w->reader == NULL)
		w->reader = source_reader_new();
	if (w->reader != NULL)
		source_reader_set_stop(w->reader, is_stopped, w->engine);
	if (w->window == NULL)
		w->window = malloc(LIMIT_WINDOW);
	return w->reader != NULL && w->window != NULL;
}

static void do_files(struct engine_worker *w, const struct stack_item *item)
{
	bytes directory = bytes_of(item->text, item->directory_n);
	bytes names = bytes_of(item->text + item->directory_n, item->names_n);
	uint64_t left = item->count;

	for (; left > 0 && !engine_is_stopped(w->engine); left--) {
		bytes name;

		bytes_cut(names, '\0', &name, &names);
		engine_file_in_tree(w, directory, name);
	}
	if (left > 0)
		engine_tally_end(&w->tally, END_INTERRUPTED, left);
}

static void do_item(struct engine_worker *w, const struct stack_item *item)
{
	uint64_t files = item->count > 0 ? item->count : 1;

	if (engine_is_stopped(w->engine) && item->kind != ITEM_HISTORY) {
		engine_tally_end(&w->tally, END_INTERRUPTED, files);
		return;
	}
	if (!is_ready(w)) {
		engine_tally_end(&w->tally, END_MEMORY, files);
		return;
	}
	switch (item->kind) {
	case ITEM_DIRECTORY:
		engine_tree_list(w, bytes_of(item->text, item->directory_n));
		return;
	case ITEM_FILES:
		do_files(w, item);
		return;
	case ITEM_NAMED:
		engine_file_named(w, w->engine->target);
		return;
	case ITEM_STDIN:
		engine_file_stdin(w);
		return;
	case ITEM_HISTORY:
		engine_repository_work(w);
		return;
	}
}

void *engine_worker_run(void *worker)
{
	struct engine_worker *w = worker;
	struct stack *s = &w->engine->stack;
	struct stack_item *item;

	while ((item = stack_pop(s)) != NULL) {
		do_item(w, item);
		free(item);
		stack_finish(s);
	}
	return NULL;
}
