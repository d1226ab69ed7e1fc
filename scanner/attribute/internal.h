/*
 * internal: the graph that attribute/'s files share.
 *
 * Names of objects are kept as 64-bit keys: XXH3 under a seed of the run, so
 * that nobody can prepare two names with one key. A collision by chance (one
 * in 10^7 for a million trees) gives a wrong path to a finding, no more.
 */
#ifndef STANCH_ATTRIBUTE_INTERNAL_H
#define STANCH_ATTRIBUTE_INTERNAL_H

#include "attribute/attribute.h"
#include "base/arena.h"

#define GRAPH_NONE UINT32_MAX

/* key -> value, open addressing; 0 is no key. */
struct keymap {
	uint64_t *keys;
	uint32_t *values;
	size_t room, count; /* room: a power of two, or 0 */
};
bool attribute_keymap_put(struct keymap *map, uint64_t key, uint32_t value);
/* GRAPH_NONE when it is not there. */
uint32_t attribute_keymap_get(const struct keymap *map, uint64_t key);
void attribute_keymap_free(struct keymap *map);

/* A growing array; false without memory. */
struct column {
	void *at;
	size_t n, room;
};
bool attribute_column_grow(struct column *c, size_t more, size_t size);

/* An entry of a tree that matters: a subtree, or a wanted blob. */
struct graph_edge {
	uint64_t key;  /* of the subtree, before linking */
	uint32_t to;   /* wanted index, or tree after linking */
	uint32_t name : 31;
	uint32_t is_blob : 1;
};
struct graph_tree {
	uint64_t key;
	uint32_t edges; /* first of them in the worker's column */
	uint32_t edge_count;
	uint16_t worker;
	uint8_t mark; /* has a wanted blob somewhere below */
	uint8_t reachable; /* with all_trees */
};
struct graph_commit {
	uint64_t key, tree;
	int64_t time; /* the committer's: git's own order */
	uint32_t parents, parent_count; /* in the worker's parent keys */
	uint32_t id;  /* in the worker's ids */
	uint16_t worker;
	uint8_t reachable;
};
/* A tag object and what it points to. */
struct graph_tag {
	uint64_t key, target;
};

struct attribute_worker {
	struct attribute *owner;
	uint16_t number;
	struct column edges;	/* graph_edge */
	struct column trees;	/* graph_tree */
	struct column commits;	/* graph_commit */
	struct column parents;	/* uint64_t */
	struct column ids;	/* id_size bytes each: of commits */
	struct column tags;	/* graph_tag */
	struct column names;	/* char, terminated */
	struct column name_at;	/* uint32_t: offset by name number */
	struct keymap name_of;	/* key of a name -> its number */
	bool failed;		/* no memory: told at finish */
};

struct place_list {
	struct attribute_place *at;
	size_t n;
};

struct attribute {
	struct attribute_options options;
	unsigned char *wanted;
	uint64_t seed;
	struct keymap wanted_of;
	struct keymap name_of; /* key of a wanted name -> its index */
	size_t name_min, name_max; /* their lengths */
	uint64_t filter[1024]; /* 2^16 bits by the first two bytes of ids */
	struct attribute_worker **workers;
	size_t worker_count;
	_Atomic int lock; /* guards `workers` while they register */
	struct graph_tree *trees;
	size_t tree_count;
	struct keymap tree_of;
	struct graph_commit *commits;
	size_t commit_count;
	struct keymap commit_of;
	uint32_t *order; /* of commits: see attribute_graph_order */
	uint32_t *tip_commits; /* what each tip leads to; or GRAPH_NONE */
	bool *is_tip; /* by wanted blob */
	struct place_list *places;
	struct arena paths;
	uint64_t dropped, missing;
};

static inline size_t attribute_place_lists(const struct attribute *a)
{
	return a->options.wanted_count + a->options.name_count;
}

uint64_t attribute_graph_key(const struct attribute *a,
	const unsigned char *id);
/* Gather the workers' rows into one graph and link it. */
enum status attribute_graph_link(struct attribute *a, struct error *err);
/* Commits of the graph, parents first, by time where free; malloc'd. */
uint32_t *attribute_graph_order(struct attribute *a);
/* Mark what the tips reach. */
bool attribute_graph_reach(struct attribute *a);
/* Carry that on to their trees. */
bool attribute_graph_reach_trees(struct attribute *a);
/* Find the places, given the order. */
enum status attribute_graph_places(struct attribute *a, const uint32_t *order,
	struct error *err);

#endif
