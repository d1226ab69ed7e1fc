/*
 * sweep: the plan that sweep_plan.c makes and sweep_run.c walks. Included by
 * those two only.
 */
#ifndef STANCH_PACK_SWEEP_H
#define STANCH_PACK_SWEEP_H

#include "pack/internal.h"
#include "pack/visitor.h"

#define SWEEP_NONE UINT32_MAX

/* One entry of a pack, in order of packs and offsets; links may lead from one
 * pack to another. 32 bytes: there are millions. */
struct sweep_node {
	uint64_t offset;
	uint32_t entry;	  /* its place in the index */
	uint32_t base;	  /* node of its base, or SWEEP_NONE */
	uint32_t child;	  /* first of those based on it; heaviest is last */
	uint32_t sibling; /* next one with the same base */
	uint32_t size;	  /* of the inflated data; UINT32_MAX: or more */
	uint8_t type;	  /* as the entry says: may be a delta */
	uint8_t kind;	  /* of the object, through its bases; 0: unknown */
	bool is_copy;
	bool is_seen : 1; /* reached from a root: not in a cycle */
	bool is_bad : 1;  /* its head does not parse */
	bool is_cut : 1;  /* a root of its own, to share out a heavy tree */
};

/* A tree of deltas by its root, or a loose object. */
struct sweep_root {
	uint64_t weight; /* estimated work: bytes rebuilt */
	uint32_t pack;	 /* SWEEP_NONE: loose */
	uint32_t node;	 /* or the loose object's index */
};

/* Roots [first, first + count). */
struct sweep_unit {
	size_t first, count;
};

struct pack_sweep {
	struct pack_store *store;
	unsigned types;
	const struct pack_choice *choice; /* while planning; NULL: all */
	bool *leans; /* by pack: an entry's base stands elsewhere */
	struct sweep_node *nodes;
	uint32_t node_count;
	uint32_t *first; /* node by pack; one more behind the last */
	struct sweep_root *roots;
	size_t root_count, root_room;
	struct sweep_unit *units;
	size_t unit_count;
};

#endif
