/*
 * internal: what change/'s files share.
 */
#ifndef STANCH_CHANGE_INTERNAL_H
#define STANCH_CHANGE_INTERNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "change/change.h"

/* Parents that a commit is compared with; more than these only make more
 * count as new. git merges of this many exist nowhere. */
#define CHANGE_PARENTS 16
#define CHANGE_SLOTS 1024

/* A tree's content, kept while somebody holds it. */
struct change_tree {
	unsigned char id[PACK_ID_MAX];
	unsigned holders;
	size_t n;
	unsigned char data[];
};

struct change_entry {
	bytes name;
	const unsigned char *id;
	bool is_tree, is_commit; /* else a blob */
};

/* Where a walk stands in a tree that is compared with another. */
struct change_cursor {
	struct change_tree *tree; /* held; NULL: there is none */
	size_t begin, at; /* of the entry, and behind it */
	struct change_entry entry;
	bool has_entry, is_matched;
};

struct change_set {
	struct pack_store *store;
	struct pack_worker *reader;
	size_t id_size;
	struct change *changes;
	size_t count;
	struct change_gone *gone;
	size_t gone_count;
	size_t gone_first; /* of the commit in work */
	size_t first;	   /* change of the commit in work */
	const unsigned char *commit; /* in work; in the arena */
	struct arena arena;
	struct change_tree *slots[CHANGE_SLOTS];
	size_t cached; /* bytes in the slots */
	struct buf path;
	uint64_t missing, too_deep;
	unsigned char found[PACK_ID_MAX];
};

/* cache.c: NULL when it cannot be read, which is counted. */
struct change_tree *change_tree_hold(struct change_set *set,
	const unsigned char *id);
void change_tree_let(struct change_tree *tree);
void change_cache_release(struct change_set *set);
/* The entry at *at, which moves on; false at the end, or where it breaks. */
bool change_tree_next(const struct change_set *set,
	const struct change_tree *tree, size_t *at,
	struct change_entry *entry);
/* git's order: a directory sorts as if its name ended in '/'. */
int change_entry_order(bytes a, bool a_is_tree, bytes b, bool b_is_tree);
/* Root tree of a commit; parents' names to `parents`, at most room. */
bool change_commit_read(struct change_set *set, const unsigned char *commit,
	unsigned char tree[PACK_ID_MAX], unsigned char *parents, size_t room,
	size_t *count);

/* cursor.c: the entry of that name and kind, or NULL; entries passed over
 * are gone. `id` may be NULL: no tree. */
void change_cursor_begin(struct change_set *set, struct change_cursor *c,
	const unsigned char *id);
const struct change_entry *change_cursor_find(struct change_set *set,
	struct change_cursor *c, bytes name, bool is_tree);
/* How many of these bytes stand where the cursor is; 0 at its end. */
size_t change_cursor_common(const struct change_cursor *c, bytes data);
/* Over whole entries of n bytes, all of them matched; the last has `last`. */
void change_cursor_skip(const struct change_set *set, struct change_cursor *c,
	size_t n, size_t last);
/* The rest is gone; lets the tree go. */
void change_cursor_end(struct change_set *set, struct change_cursor *c);

/* walk.c: from here on compare trees; `path` of the set is where it stands.
 * old: names of trees. */
enum status change_walk(struct change_set *set, const unsigned char *tree,
	const unsigned char *const *old, size_t old_count, struct error *err);

/* change.c: one change at the set's path. */
bool change_add(struct change_set *set, const unsigned char *id,
	const unsigned char *const *old, size_t old_count);
bool change_add_gone(struct change_set *set, const struct change_entry *e);
void change_begin(struct change_set *set, const unsigned char *commit);
void change_end(struct change_set *set);
/* All since change_begin is forgotten. */
void change_undo(struct change_set *set);
/* The path becomes its first n bytes and the name; false over LIMIT_PATH. */
bool change_path_set(struct change_set *set, size_t n, bytes name);

#endif
