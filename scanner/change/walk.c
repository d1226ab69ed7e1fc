/*
 * walk: a tree beside the trees that stood there before, down to the blobs
 * that none of them has. The stack is on the heap: depth is hostile.
 */
#include "change/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* Bytes that are stepped over at once: where one of several old trees differs,
 * no more of the others is compared in vain. */
#define STEP ((size_t)4096)

struct level {
	struct change_tree *tree; /* held */
	size_t at, path;
	size_t old_count;
	struct change_cursor old[CHANGE_PARENTS];
};

struct walk {
	struct change_set *set;
	struct level *levels;
	size_t depth, room;
	bool failed;
};

static bool push(struct walk *w, const unsigned char *id,
	const unsigned char *const *old, size_t old_count)
{
	struct change_tree *tree;
	struct level *l;

	if (w->depth > LIMIT_TREE_DEPTH) {
		w->set->too_deep++;
		return true;
	}
	if (w->depth == w->room) {
		size_t room = w->room ? w->room * 2 : 16;
		struct level *levels =
			reallocarray(w->levels, room, sizeof(*levels));

		if (levels == NULL)
			return false;
		w->levels = levels;
		w->room = room;
	}
	tree = change_tree_hold(w->set, id);
	if (tree == NULL)
		return true; /* counted */
	l = &w->levels[w->depth++];
	l->tree = tree;
	l->at = 0;
	l->path = w->set->path.n;
	l->old_count = old_count;
	for (size_t i = 0; i < old_count; i++)
		change_cursor_begin(w->set, &l->old[i], old[i]);
	return true;
}

static void pop(struct walk *w)
{
	struct level *l = &w->levels[--w->depth];

	for (size_t i = 0; i < l->old_count; i++)
		change_cursor_end(w->set, &l->old[i]);
	change_tree_let(l->tree);
}

/* One entry that may be new. False: no memory. */
static bool compare(struct walk *w, struct level *l,
	const struct change_entry *e)
{
	const unsigned char *old[CHANGE_PARENTS];
	size_t id_size = w->set->id_size, count = 0;
	bool is_same = false;

	for (size_t i = 0; i < l->old_count; i++) {
		const struct change_entry *o = change_cursor_find(w->set,
			&l->old[i], e->name, e->is_tree);

		if (o == NULL || o->is_commit)
			continue;
		old[count++] = o->id;
		is_same = is_same || memcmp(o->id, e->id, id_size) == 0;
	}
	if (is_same || e->is_commit)
		return true;
	if (!change_path_set(w->set, l->path, e->name)) {
		w->set->too_deep++;
		return true;
	}
	/* push may move the levels: nothing of l is used after it. */
	return e->is_tree ? push(w, e->id, old, count)
			  : change_add(w->set, e->id, old, count);
}

/*
 * What all old trees have just so is not new, and not gone: most of a tree. It
 * is stepped over by comparing bytes, and back to the end of an entry.
 */
static void step_over(struct walk *w, struct level *l)
{
	bytes rest = bytes_take(bytes_drop(bytes_of(l->tree->data,
		l->tree->n), l->at), STEP);
	size_t n = rest.n, done = 0, last = 0;
	struct change_entry entry;

	for (size_t i = 0; i < l->old_count && n; i++) {
		n = change_cursor_common(&l->old[i], bytes_take(rest, n));
	}
	for (size_t at = l->at; l->old_count && n > done &&
			       change_tree_next(w->set, l->tree, &at, &entry) &&
			       at - l->at <= n;
		done = at - l->at)
		last = at - l->at - done;
	if (done == 0)
		return;
	for (size_t i = 0; i < l->old_count; i++)
		change_cursor_skip(w->set, &l->old[i], done, last);
	l->at += done;
}

enum status change_walk(struct change_set *set, const unsigned char *tree,
	const unsigned char *const *old, size_t old_count, struct error *err)
{
	struct walk w = {.set = set};
	struct change_entry entry;

	w.failed = !push(&w, tree, old, old_count);
	while (w.depth) {
		struct level *l = &w.levels[w.depth - 1];

		step_over(&w, l);
		if (w.failed ||
			!change_tree_next(set, l->tree, &l->at, &entry))
			pop(&w);
		else if (!compare(&w, l, &entry))
			w.failed = true;
	}
	free(w.levels);
	return w.failed ? error_set(err, ERR_MEMORY,
				  "compare trees: no memory")
			: OK;
}
