/*
 * walk: root trees entered at their marked trees, each tree once at each path.
 * Included inside attribute/ only.
 *
 * All of history costs as much as its distinct marked trees. A tree is entered
 * at PATHS_OF_TREE different paths at most, which is what bounds a "git bomb"
 * (10 trees of 10 entries, 10^10 paths).
 */
#ifndef STANCH_ATTRIBUTE_WALK_H
#define STANCH_ATTRIBUTE_WALK_H

#include "attribute/internal.h"

struct walk;
/* A wanted blob or name at w->path[0..length). Returns bits: those of all met
 * in a tree and below are what attribute_walk_tree returns. */
typedef uint64_t walk_meet(struct walk *w, uint32_t blob, size_t length);

struct walk_level;
struct walk {
	struct attribute *a;
	walk_meet *meet;
	void *context;
	struct keymap entered; /* (tree, path) -> its place in bits */
	struct column bits;    /* uint64_t, by number of entering */
	uint8_t *visits;       /* by tree */
	struct walk_level *levels;
	size_t depth, room;
	char *path;
	size_t path_room;
	bool failed;
};
/* False without memory. */
bool attribute_walk_init(struct walk *w, struct attribute *a, walk_meet *meet,
	void *context);
/* Everything may be entered again. */
void attribute_walk_restart(struct walk *w);
void attribute_walk_release(struct walk *w);
/* The bits of all below this tree; what was entered before is not walked
 * again, but its bits are had. Sets failed without memory. */
uint64_t attribute_walk_tree(struct walk *w, uint32_t root);
/* Keys of a tree or a wanted blob at a path; never 0. */
uint64_t attribute_walk_tree_key(const struct attribute *a, uint32_t tree,
	bytes path);
uint64_t attribute_walk_blob_key(const struct attribute *a, uint32_t blob,
	bytes path);

#endif
