/*
 * places: paths of wanted blobs, with the commit that first has them.
 *
 * Commits are taken parents first, and what they bring anew is walked
 * (walk.h). A blob is told at ATTRIBUTE_PATHS paths at most: which those are
 * depends on the order of commits alone.
 */
#include "attribute/walk.h"

#include <stdlib.h>

#include "base/banned.h"

struct finder {
	struct walk walk;
	const struct graph_commit *commit;
	struct keymap found; /* (blob, path) -> its place's number */
	bool is_head; /* marking HEAD's places, not looking for new ones */
};

static bool place_add(struct finder *f, uint32_t blob, size_t path_length)
{
	struct attribute *a = f->walk.a;
	struct place_list *list = &a->places[blob];
	struct attribute_place *at = list->at;
	const unsigned char *ids = a->workers[f->commit->worker]->ids.at;
	char *path;

	if ((list->n & (list->n - 1)) == 0)
		at = reallocarray(list->at, list->n ? list->n * 2 : 1,
			sizeof(*at));
	if (at == NULL)
		return false;
	list->at = at;
	path = arena_copy_text(&a->paths, bytes_of(f->walk.path, path_length));
	if (path == NULL)
		return false;
	at[list->n++] = (struct attribute_place){
		.path = path,
		.path_length = path_length,
		.commit = ids + (size_t)f->commit->id * a->id_size,
		.unreachable = !f->commit->reachable,
	};
	return true;
}

static uint64_t meet(struct walk *w, uint32_t blob, size_t path_length)
{
	struct finder *f = w->context;
	struct place_list *list = &w->a->places[blob];
	uint64_t key = attribute_walk_blob_key(w->a, blob,
		bytes_of(w->path, path_length));
	uint32_t number = keymap_get(&f->found, key);

	if (f->is_head && number != GRAPH_NONE)
		list->at[number].in_head = true;
	if (f->is_head || number != GRAPH_NONE)
		return 0;
	if (list->n >= ATTRIBUTE_PATHS)
		w->a->dropped++;
	else if (!keymap_put(&f->found, key, (uint32_t)list->n) ||
		!place_add(f, blob, path_length))
		w->failed = true;
	return 0;
}

static void walk_commits(struct finder *f, const uint32_t *order,
	bool reachable)
{
	struct attribute *a = f->walk.a;

	for (size_t i = 0; i < a->commit_count && !f->walk.failed; i++) {
		f->commit = &a->commits[order[i]];
		if ((bool)f->commit->reachable == reachable)
			attribute_walk_tree(&f->walk, keymap_get(
				&a->tree_of, f->commit->tree));
	}
}

/* Afresh: paths entered by history must be entered again. */
static void walk_head(struct finder *f)
{
	struct attribute *a = f->walk.a;
	uint32_t c;

	if (a->question.head == NULL)
		return;
	c = keymap_get(&a->commit_of,
		attribute_key(a, a->question.head));
	if (c == GRAPH_NONE)
		return;
	attribute_walk_restart(&f->walk);
	f->is_head = true;
	attribute_walk_tree(&f->walk, keymap_get(&a->tree_of,
		a->commits[c].tree));
}

static int by_path(const void *x, const void *y)
{
	const struct attribute_place *p = x, *q = y;

	return bytes_compare(bytes_of(p->path, p->path_length),
		bytes_of(q->path, q->path_length));
}

bool attribute_graph_places(struct attribute *a)
{
	struct finder f = {.commit = NULL};
	bool found = attribute_walk_init(&f.walk, a, meet, &f);

	if (found) {
		walk_commits(&f, a->order, true);
		walk_commits(&f, a->order, false);
		walk_head(&f);
		found = !f.walk.failed;
	}
	for (size_t i = 0; i < attribute_place_lists(a); i++)
		if (a->places[i].n)
			qsort(a->places[i].at, a->places[i].n,
				sizeof(*a->places[i].at), by_path);
	attribute_walk_release(&f.walk);
	keymap_release(&f.found);
	return found;
}
