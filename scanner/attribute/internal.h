/*
 * internal: the graph that attribute/'s files share.
 *
 * Names of objects are treelog's keys. Trees are numbered over all threads'
 * logs: those of the first thread, then the next one's.
 */
#ifndef STANCH_ATTRIBUTE_INTERNAL_H
#define STANCH_ATTRIBUTE_INTERNAL_H

#include "attribute/order.h"
#include "base/arena.h"
#include "base/column.h"
#include "base/keymap.h"

#include <stdatomic.h>

#define GRAPH_NONE KEYMAP_NONE

struct graph_commit {
	uint64_t key, tree;
	int64_t time; /* the committer's: git's own order */
	uint32_t parents, parent_count; /* in the worker's parent keys */
	uint32_t id;  /* in the worker's ids */
	uint16_t worker;
	bool reachable;
	bool lacks_tree;
};
/* A tag object and what it points to. */
struct graph_tag {
	uint64_t key, target;
	bool lacks_target;
};

/* An entry that matters: a wanted blob, or a tree that leads to one. */
struct graph_link {
	uint32_t worker, entry;
	uint32_t tree;	 /* that it is, or GRAPH_NONE */
	uint32_t wanted; /* index of the blob, or GRAPH_NONE */
	uint32_t named;	 /* index of the name, or GRAPH_NONE */
	bool is_cut;	 /* in too many trees to list them */
};

struct attribute_worker {
	struct attribute *owner;
	uint16_t number;
	struct treelog *log;
	uint32_t first;		/* number of its first tree */
	struct column commits;	/* graph_commit */
	struct column parents;	/* uint64_t */
	struct column ids;	/* id_size bytes each: of commits */
	struct column tags;	/* graph_tag */
	void (*fresh)(void *context, const struct treelog_fresh *fresh);
	void *context;
	bool lacks;  /* an object that something names */
	struct column lacked; /* names of such, ATTRIBUTE_LACKED at most */
	bool failed; /* no memory: told at finish */
};

struct place_list {
	struct attribute_place *at;
	size_t n;
};

struct attribute {
	struct attribute_options options;
	struct attribute_question question;
	size_t id_size;
	uint64_t seed;
	_Atomic size_t held; /* bytes of all logs */
	/* what is asked, from attribute_again or attribute_finish on */
	struct keymap wanted_of, named_of;
	size_t name_min, name_max; /* lengths of names */
	uint64_t filter[1024]; /* 2^16 bits by the first two bytes of ids */
	bool is_filtering;     /* the second sweep */
	struct attribute_worker **workers;
	size_t worker_count;
	_Atomic int lock; /* guards `workers` while they register */
	struct graph_commit *commits;
	size_t commit_count;
	struct keymap commit_of;
	uint32_t *order; /* of commits: see attribute_graph_order */
	uint32_t *rank;	 /* by commit: its place in it; NULL: not asked for */
	uint32_t *tip_commits; /* what each tip leads to; or GRAPH_NONE */
	bool *is_tip; /* by wanted blob */
	size_t tree_count;
	struct keymap tree_of;
	struct graph_link *links;
	uint32_t *edges;   /* numbers of links, tree by tree */
	uint32_t *edge_at; /* by tree, and one more: its first */
	struct place_list *places;
	struct arena paths;
	size_t edge_total; /* of all trees */
	uint64_t dropped, missing, missing_objects;
};

static inline size_t attribute_place_lists(const struct attribute *a)
{
	return a->question.wanted_count + a->question.name_count;
}
static inline uint64_t attribute_key(const struct attribute *a,
	const unsigned char *id)
{
	return treelog_key(id, a->id_size, a->seed);
}
static inline const unsigned char *attribute_commit_id(
	const struct attribute *a, const struct graph_commit *c)
{
	return (const unsigned char *)a->workers[c->worker]->ids.at +
	       (size_t)c->id * a->id_size;
}
static inline const struct treelog_entry *attribute_entry(
	const struct attribute *a, const struct graph_link *link)
{
	size_t count;

	return treelog_entries(a->workers[link->worker]->log, &count) +
	       link->entry;
}

/* attribute.c: the indices of an entry that is asked for, or GRAPH_NONE. */
uint32_t attribute_wanted(const struct attribute *a, uint64_t key);
uint32_t attribute_named(const struct attribute *a, bytes name);
/* visit.c: a log of its own, empty; `keeps` as in treelog_options. */
bool attribute_worker_log(struct attribute_worker *w,
	bool (*keeps)(void *context, const struct pack_tree_entry *entry));
/* graph.c: gather the workers' rows into one graph. */
bool attribute_graph_gather(struct attribute *a);
/* mark.c: the links and edges to what is asked for. */
bool attribute_graph_mark(struct attribute *a);
/* order.c: commits of the graph, parents first, by time where free;
 * malloc'd. */
uint32_t *attribute_graph_order(struct attribute *a);
/* By commit, its place in that order. */
bool attribute_graph_rank(struct attribute *a);
/* Mark what the tips reach. */
bool attribute_graph_reach(struct attribute *a);
/* places.c: find the places, given all of it. */
bool attribute_graph_places(struct attribute *a);
/* missing.c: count what is named and missing. */
bool attribute_graph_missing(struct attribute *a);

#endif
