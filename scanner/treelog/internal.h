/* What the files of treelog/ share. */
#ifndef STANCH_TREELOG_INTERNAL_H
#define STANCH_TREELOG_INTERNAL_H

#include "base/column.h"
#include "base/keymap.h"
#include "treelog/treelog.h"

#include <stdatomic.h>

/* Of an entry that is not written down. */
#define SPAN_NONE UINT32_MAX

/* A tree, to compare the next one with. */
struct log_tree {
	unsigned char *data;
	size_t n, room;
	uint32_t *ends;	 /* of its entries */
	uint32_t *spans; /* the one that each entry is in, or SPAN_NONE */
	size_t count, count_room;
};

/*
 * A place at which the new tree differs from the last one: before entry
 * number `at` of the last tree one is put in, or that entry is left out, or
 * both.
 */
struct log_edit {
	uint32_t at;
	bool is_out, is_in;
	uint32_t span, begin, end; /* of the new one; offsets in the new tree */
};

/* Entries met lately, by the low bits of their keys: they come again and
 * again, and the map of all is larger than any cache. */
#define LOG_RECENT ((size_t)4096)
struct log_recent {
	uint64_t key; /* 0: none */
	uint32_t entry;
};

struct treelog {
	struct treelog_options options;
	struct log_recent recent[LOG_RECENT];
	struct log_tree last, spare;
	struct column edits;   /* log_edit: of the tree in work */
	struct column trees;   /* uint64_t */
	struct column entries; /* treelog_entry */
	struct column spans;   /* treelog_span */
	struct column names;   /* char, terminated */
	struct column name_at; /* uint32_t: offset by number */
	struct keymap entry_of; /* hash of an entry's bytes -> its number */
	struct keymap name_of;	/* hash of a name -> its number */
	size_t cost; /* bytes that are counted in *held */
	bool is_full, has_failed;
};

/* treelog.c: the span of an entry that begins in the tree in work; raw is its
 * bytes. */
uint32_t treelog_enter(struct treelog *log, const unsigned char *id, bytes raw,
	const struct pack_tree_entry *entry);

/* compare.c: gathers the edits that make `last` into this tree; returns what
 * does not parse. */
bytes treelog_compare(struct treelog *log, const unsigned char *id, bytes tree);

/* last.c: carry the edits out. False: `last` is not kept, and empty. */
bool treelog_follow(struct log_tree *last, struct log_tree *spare, bytes tree,
	const struct log_edit *edits, size_t count);
void treelog_release(struct log_tree *t);

#endif
