/*
 * index_internal: what the files about the index share.
 */
#ifndef STANCH_REPO_INDEX_INTERNAL_H
#define STANCH_REPO_INDEX_INTERNAL_H

#include "base/arena.h"
#include "repo/index.h"

struct repo_index {
	bytes file; /* without the checksum at its end */
	size_t id_size;
	uint32_t version;
	size_t count;
	uint32_t *stops; /* where every 16th does; version 4: NULL */
	bool is_nameless; /* some entries have no name: those of a split one */
	struct repo_index_tree *trees;
	size_t tree_count, tree_room;
	bytes link; /* of a split index: what it changes in the other file */
	bytes maps[2]; /* ours to unmap, when read here */
	/* A split index, put together: all entries, instead of `file`. */
	struct repo_index_entry *entries;
	struct repo_index *shared; /* the other file */
	struct arena names;	   /* of version 4 */
};

/* index.c: as repo_index_parse; a split index stays in two parts. */
enum status repo_index_open(struct repo_index **out, bytes file,
	size_t id_size, struct error *err) MUST_USE;
/* index_tree.c */
void repo_index_read_trees(struct repo_index *index, bytes text);
/* index_split.c: puts `index` together with the file that it names. */
enum status repo_index_join(struct repo_index *index,
	repo_index_other *other, void *context, struct error *err) MUST_USE;
/* index_file.c */
void repo_index_unmap(bytes file);

#endif
