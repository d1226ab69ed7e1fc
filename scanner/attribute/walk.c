#include "attribute/walk.h"

#include "base/hash.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define PATHS_OF_TREE 64

struct walk_level {
	uint32_t tree;
	uint32_t edge; /* next to look at */
	uint32_t number; /* of entering */
	size_t path;   /* length of the path up to here */
	uint64_t bits;
};

bool attribute_walk_init(struct walk *w, struct attribute *a, walk_meet *meet,
	void *context)
{
	*w = (struct walk){.a = a, .meet = meet, .context = context};
	w->visits = calloc(a->tree_count + 1, 1);
	return w->visits != NULL;
}

void attribute_walk_restart(struct walk *w)
{
	keymap_release(&w->entered);
	w->bits.n = 0;
	memset(w->visits, 0, w->a->tree_count);
}

void attribute_walk_release(struct walk *w)
{
	keymap_release(&w->entered);
	free(w->bits.at);
	free(w->visits);
	free(w->levels);
	free(w->path);
}

static uint64_t key_of(const struct attribute *a, uint64_t what, bytes path)
{
	uint64_t key = hash_64(path, a->seed ^ (what * 0x9e3779b97f4a7c15u));

	return key ? key : 1;
}

uint64_t attribute_walk_tree_key(const struct attribute *a, uint32_t tree,
	bytes path)
{
	return key_of(a, (uint64_t)tree << 1, path);
}

uint64_t attribute_walk_blob_key(const struct attribute *a, uint32_t blob,
	bytes path)
{
	return key_of(a, (uint64_t)blob << 1 | 1, path);
}

static const char *link_name(const struct attribute *a,
	const struct graph_link *link)
{
	return treelog_name(a->workers[link->worker]->log,
		attribute_entry(a, link)->name);
}

static bool leads_on(const struct attribute *a, uint32_t tree)
{
	return tree != GRAPH_NONE && a->edge_at[tree] < a->edge_at[tree + 1];
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

static bool push(struct walk *w, uint32_t tree, uint32_t number, size_t path)
{
	if (w->depth == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		struct walk_level *levels =
			reallocarray(w->levels, room, sizeof(*levels));

		if (levels == NULL)
			return false;
		w->levels = levels;
		w->room = room;
	}
	w->levels[w->depth++] = (struct walk_level){
		.tree = tree, .edge = w->a->edge_at[tree], .number = number,
		.path = path};
	return true;
}

/* Its bits, when it was entered at this path before; else it is now, and they
 * come when it is left. */
static uint64_t enter(struct walk *w, uint32_t tree, size_t path_length)
{
	uint32_t number;
	uint64_t key;

	if (!leads_on(w->a, tree))
		return 0;
	key = attribute_walk_tree_key(w->a, tree,
		bytes_of(w->path, path_length));
	number = keymap_get(&w->entered, key);
	if (number != GRAPH_NONE)
		return ((const uint64_t *)w->bits.at)[number];
	if (w->visits[tree] >= PATHS_OF_TREE || w->depth > LIMIT_TREE_DEPTH) {
		w->a->dropped++;
		return 0;
	}
	number = (uint32_t)w->bits.n;
	if (!column_grow(&w->bits, 1, sizeof(uint64_t)) ||
		!keymap_put(&w->entered, key, number) ||
		!push(w, tree, number, path_length)) {
		w->failed = true;
		return 0;
	}
	((uint64_t *)w->bits.at)[w->bits.n++] = 0;
	w->visits[tree]++;
	return 0;
}

/* Hand its bits to the tree above. */
static uint64_t leave(struct walk *w)
{
	const struct walk_level *top = &w->levels[--w->depth];

	((uint64_t *)w->bits.at)[top->number] = top->bits;
	if (w->depth)
		w->levels[w->depth - 1].bits |= top->bits;
	return top->bits;
}

static void look_at(struct walk *w, size_t level,
	const struct graph_link *link)
{
	size_t length = path_extend(w, w->levels[level].path,
		link_name(w->a, link));
	uint64_t bits = 0;

	if (length == 0) {
		w->a->dropped++;
		return;
	}
	if (link->wanted != GRAPH_NONE)
		bits |= w->meet(w, link->wanted, length);
	if (link->named != GRAPH_NONE)
		bits |= w->meet(w, link->named, length);
	bits |= enter(w, link->tree, length);
	w->levels[level].bits |= bits;
}

uint64_t attribute_walk_tree(struct walk *w, uint32_t root)
{
	const struct attribute *a = w->a;
	uint64_t bits;

	w->depth = 0;
	bits = enter(w, root, 0);
	while (w->depth && !w->failed) {
		size_t level = w->depth - 1;
		struct walk_level *top = &w->levels[level];

		if (top->edge == a->edge_at[top->tree + 1])
			bits = leave(w);
		else
			look_at(w, level, &a->links[a->edges[top->edge++]]);
	}
	return bits;
}
