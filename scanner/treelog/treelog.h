/*
 * treelog: what trees hold, each entry told once, and in which trees it is.
 *
 * Most trees of a history differ in an entry or two from the tree that the
 * sweep gave before (its base in the pack, or a sibling). So each tree is
 * compared with the last one, byte by byte at the speed of memory, and only
 * what differs is looked at. An entry (mode, name, object) that no tree before
 * had is told to the caller; for every entry it is written down from which
 * tree on and up to which the trees held it, in the order of the sweep: a
 * span. From spans it can be said later, without reading a tree again, which
 * trees hold a given object (attribute/).
 *
 * One thread adds to a log; after treelog_end any thread reads it. Names of
 * objects are kept as 64-bit keys under a seed of the run, so that nobody can
 * prepare two names with one key; a collision by chance (one in 10^7 for a
 * million objects) gives a wrong path to a finding, no more.
 */
#ifndef STANCH_TREELOG_TREELOG_H
#define STANCH_TREELOG_TREELOG_H

#include "base/bytes.h"
#include "pack/tree.h"

#include <stdint.h>

/* What an entry is, and what the caller made of it. */
enum treelog_mark {
	TREELOG_TREE = 1,
	TREELOG_SUBMODULE = 2, /* a commit of another repository */
	TREELOG_MISSING = 4,   /* the caller's: no such object here */
};

struct treelog_entry {
	uint64_t key;  /* of the object */
	uint32_t name; /* number of its name: treelog_name */
	uint32_t marks;
};

/* Trees [from, to) of the log hold the entry. */
struct treelog_span {
	uint32_t entry, from, to;
};

/* An entry that no tree before had. Valid during the call. */
struct treelog_fresh {
	struct pack_tree_entry entry;
	const unsigned char *tree; /* the tree's name */
	unsigned marks;
};

struct treelog_options {
	size_t id_size; /* 20 or 32 */
	uint64_t seed;
	/* Bytes that it and others may take together, and what they do: over
	 * the limit nothing more is written down, and entries are told as
	 * often as they differ: treelog_is_full. */
	_Atomic size_t *held;
	size_t limit;
	/* Is an entry to be written down and told? NULL: each is. */
	bool (*keeps)(void *context, const struct pack_tree_entry *entry);
	/* Returns marks to add. */
	unsigned (*fresh)(void *context, const struct treelog_fresh *fresh);
	void *context;
};

struct treelog;

/* NULL without memory. */
struct treelog *treelog_new(const struct treelog_options *options);
void treelog_free(struct treelog *log);

/*
 * The next tree, by name and content. Returns what does not parse as entries,
 * from some place on to its end: empty for a sound tree.
 */
bytes treelog_add(struct treelog *log, const unsigned char *id, bytes tree);
/* No more trees: spans that are open end. */
void treelog_end(struct treelog *log);

bool treelog_is_full(const struct treelog *log);
/* Memory was lacking: what was written down is not all. */
bool treelog_has_failed(const struct treelog *log);

/* Never 0. */
uint64_t treelog_key(const unsigned char *id, size_t id_size, uint64_t seed);

/* Keys of the trees, in the order of the sweep. */
const uint64_t *treelog_trees(const struct treelog *log, size_t *count);
const struct treelog_entry *treelog_entries(const struct treelog *log,
	size_t *count);
const struct treelog_span *treelog_spans(const struct treelog *log,
	size_t *count);
/* Names by number, terminated. */
const char *treelog_name(const struct treelog *log, uint32_t name);
size_t treelog_name_count(const struct treelog *log);

#endif
