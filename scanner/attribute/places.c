/*
 * places: paths of wanted blobs, with the commit that first has them.
 *
 * Commits are taken parents first. A root tree is entered only at marked
 * trees, and a tree only once at each path, so the whole of history costs as
 * much as its distinct marked trees. A tree is entered at PATHS_OF_TREE
 * different paths at most: after that every blob in it has its full list,
 * which is also what bounds a "git bomb" (10 trees of 10 entries, 10^10
 * paths).
 */
#include "attribute/internal.h"

#include "base/hash.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define PATHS_OF_TREE 64

struct level {
	uint32_t tree;
	uint32_t edge; /* next to look at */
	size_t path;   /* length of the path up to here */
};

struct walk {
	struct attribute *a;
	const struct graph_commit *commit;
	struct keymap entered; /* (tree, path) */
	struct keymap found;   /* (blob, path) -> place number + 1 */
	uint8_t *visits;       /* by tree */
	struct level *levels;
	size_t depth, room;
	char *path;
	size_t path_room;
	bool is_head; /* marking HEAD's places, not looking for new ones */
	bool failed;
};

static uint64_t mix(const struct walk *w, uint64_t what, size_t path_length)
{
	uint64_t key = hash_64(bytes_of(w->path, path_length),
		w->a->seed ^ (what * 0x9e3779b97f4a7c15u));

	return key ? key : 1;
}

static const char *edge_name(const struct attribute *a,
	const struct graph_tree *t, const struct graph_edge *e)
{
	const struct attribute_worker *w = a->workers[t->worker];

	return (const char *)w->names.at +
	       ((const uint32_t *)w->name_at.at)[e->name];
}

/* Append a name to the path; its new length, or 0 when it is too long. */
static size_t path_extend(struct walk *w, size_t length, const char *name)
{
	size_t n = strlen(name), need = length + n + 2;

	if (need > LIMIT_PATH)
		return 0;
	if (need > w->path_room) {
		char *path = realloc(w->path, need * 2);

		if (path == NULL) {
			w->failed = true;
			return 0;
		}
		w->path = path;
		w->path_room = need * 2;
	}
	if (length)
		w->path[length++] = '/';
	memcpy(w->path + length, name, n + 1);
	return length + n;
}

static void enter(struct walk *w, uint32_t tree, size_t path_length)
{
	uint64_t key;

	if (tree == GRAPH_NONE || !w->a->trees[tree].mark)
		return;
	key = mix(w, (uint64_t)tree << 1, path_length);
	if (attribute_keymap_get(&w->entered, key) != GRAPH_NONE)
		return;
	if (w->visits[tree] >= PATHS_OF_TREE || w->depth > LIMIT_TREE_DEPTH) {
		w->a->dropped++;
		return;
	}
	if (w->depth == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		struct level *levels =
			reallocarray(w->levels, room, sizeof(*levels));

		if (levels == NULL) {
			w->failed = true;
			return;
		}
		w->levels = levels;
		w->room = room;
	}
	if (!attribute_keymap_put(&w->entered, key, 0))
		w->failed = true;
	w->visits[tree]++;
	w->levels[w->depth++] = (struct level){tree, 0, path_length};
}

static bool place_add(struct walk *w, uint32_t blob, size_t path_length)
{
	struct attribute *a = w->a;
	struct place_list *list = &a->places[blob];
	struct attribute_place *at = list->at;
	const unsigned char *ids = a->workers[w->commit->worker]->ids.at;
	char *path;

	if ((list->n & (list->n - 1)) == 0)
		at = reallocarray(list->at, list->n ? list->n * 2 : 1,
			sizeof(*at));
	if (at == NULL)
		return false;
	list->at = at;
	path = arena_copy_text(&a->paths, bytes_of(w->path, path_length));
	if (path == NULL)
		return false;
	at[list->n++] = (struct attribute_place){
		.path = path,
		.path_length = path_length,
		.commit = ids + (size_t)w->commit->id * a->options.id_size,
		.unreachable = !w->commit->reachable,
	};
	return true;
}

static void meet(struct walk *w, uint32_t blob, size_t path_length)
{
	struct place_list *list = &w->a->places[blob];
	uint64_t key = mix(w, ((uint64_t)blob << 1) | 1, path_length);
	uint32_t number = attribute_keymap_get(&w->found, key);

	if (w->is_head) {
		if (number != GRAPH_NONE)
			list->at[number].in_head = true;
		return;
	}
	if (number != GRAPH_NONE)
		return;
	if (list->n >= ATTRIBUTE_PATHS) {
		w->a->dropped++;
		return;
	}
	if (!attribute_keymap_put(&w->found, key, (uint32_t)list->n) ||
		!place_add(w, blob, path_length))
		w->failed = true;
}

static void walk_tree(struct walk *w, uint32_t root)
{
	const struct attribute *a = w->a;

	w->depth = 0;
	enter(w, root, 0);
	while (w->depth && !w->failed) {
		struct level *top = &w->levels[w->depth - 1];
		const struct graph_tree *t = &a->trees[top->tree];
		const struct graph_edge *e;
		size_t length;

		if (top->edge == t->edge_count) {
			w->depth--;
			continue;
		}
		e = (const struct graph_edge *)a->workers[t->worker]->edges.at +
		    t->edges + top->edge++;
		if (!e->is_blob &&
			(e->to == GRAPH_NONE || !a->trees[e->to].mark))
			continue;
		length = path_extend(w, top->path, edge_name(a, t, e));
		if (length == 0)
			w->a->dropped++;
		else if (e->is_blob)
			meet(w, e->to, length);
		else
			enter(w, e->to, length);
	}
}

static void walk_commits(struct walk *w, const uint32_t *order, bool reachable)
{
	struct attribute *a = w->a;

	for (size_t i = 0; i < a->commit_count && !w->failed; i++) {
		w->commit = &a->commits[order[i]];
		if ((bool)w->commit->reachable == reachable)
			walk_tree(w, attribute_keymap_get(&a->tree_of,
					     w->commit->tree));
	}
}

/* Afresh: paths entered by history must be entered again. */
static void walk_head(struct walk *w)
{
	struct attribute *a = w->a;
	uint32_t c;

	if (a->options.head == NULL)
		return;
	c = attribute_keymap_get(&a->commit_of,
		attribute_graph_key(a, a->options.head));
	if (c == GRAPH_NONE)
		return;
	attribute_keymap_free(&w->entered);
	memset(w->visits, 0, a->tree_count);
	w->is_head = true;
	walk_tree(w, attribute_keymap_get(&a->tree_of, a->commits[c].tree));
}

static int by_path(const void *x, const void *y)
{
	const struct attribute_place *p = x, *q = y;

	return bytes_compare(bytes_of(p->path, p->path_length),
		bytes_of(q->path, q->path_length));
}

enum status attribute_graph_places(struct attribute *a, const uint32_t *order,
	struct error *err)
{
	struct walk w = {.a = a};

	w.visits = calloc(a->tree_count + 1, 1);
	w.failed = w.visits == NULL;
	walk_commits(&w, order, true);
	walk_commits(&w, order, false);
	if (!w.failed)
		walk_head(&w);
	for (size_t i = 0; i < attribute_place_lists(a); i++)
		if (a->places[i].n)
			qsort(a->places[i].at, a->places[i].n,
				sizeof(*a->places[i].at), by_path);
	attribute_keymap_free(&w.entered);
	attribute_keymap_free(&w.found);
	free(w.visits);
	free(w.levels);
	free(w.path);
	return w.failed ? error_set(err, ERR_MEMORY,
				  "attribute findings to commits")
			: OK;
}

enum status attribute_finish(struct attribute *a, struct error *err)
{
	enum status status = attribute_graph_link(a, err);
	uint32_t *order;

	if (status != OK)
		return status;
	order = attribute_graph_order(a);
	if (order == NULL || !attribute_graph_reach(a))
		status = error_set(err, ERR_MEMORY,
			"attribute findings to commits");
	else if (a->options.all_trees && !attribute_graph_reach_trees(a))
		status = error_set(err, ERR_MEMORY,
			"attribute findings to commits");
	else
		status = attribute_graph_places(a, order, err);
	free(order);
	return status;
}

size_t attribute_place_count(const struct attribute *a, size_t wanted)
{
	return a->places[wanted].n;
}

const struct attribute_place *attribute_place_at(const struct attribute *a,
	size_t wanted, size_t i)
{
	return &a->places[wanted].at[i];
}

uint64_t attribute_dropped(const struct attribute *a)
{
	return a->dropped;
}

uint64_t attribute_missing(const struct attribute *a)
{
	return a->missing;
}

bool attribute_reaches_commit(const struct attribute *a,
	const unsigned char *id)
{
	uint32_t c = attribute_keymap_get(&a->commit_of,
		attribute_graph_key(a, id));

	return c != GRAPH_NONE && a->commits[c].reachable;
}

bool attribute_reaches_tree(const struct attribute *a,
	const unsigned char *id)
{
	uint32_t t = attribute_keymap_get(&a->tree_of,
		attribute_graph_key(a, id));

	return t != GRAPH_NONE && a->trees[t].reachable;
}
