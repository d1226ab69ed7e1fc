/*
 * index: what is staged: the entries of a .git/index, versions 2 to 4, names
 * of 20 or 32 bytes, split or not.
 *
 * The file is hostile: every length is checked, entries must ascend, and what
 * is not understood to its last byte is refused, because who skips an entry
 * hides it. Opening looks at where each entry ends, and no more; a walk reads
 * them one by one, or passes over those of a directory that is known. Format:
 * gitformat-index(5). An index is frozen once made; walks are their owners'.
 */
#ifndef STANCH_REPO_INDEX_H
#define STANCH_REPO_INDEX_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

/* The types of a mode's upper bits. */
#define REPO_MODE_TYPE 0170000u
#define REPO_MODE_TREE 0040000u
#define REPO_MODE_LINK 0120000u
#define REPO_MODE_COMMIT 0160000u /* a submodule */

struct repo_index_entry {
	bytes path; /* of a sparse directory: ends in '/' */
	const unsigned char *id;
	uint32_t mode;
	uint8_t stage;	   /* 0, or 1 to 3 of a conflict */
	bool is_intended;  /* `git add -N`: no content yet */
};

/*
 * A directory whose entries are known to make up a tree (the cache-tree
 * extension), in the order of a walk that tells a directory before those in
 * it. Directories that changed are there without a name.
 */
struct repo_index_tree {
	bytes name;	  /* last part; empty for the root */
	uint32_t entries; /* that it holds; 0 when it changed */
	bool is_known;
	const unsigned char *id; /* when known */
	uint32_t subtrees;	 /* told right after it */
	uint32_t next;		 /* the first that is not below it */
};

struct repo_index;

/*
 * Where the other file of a split index is to be had, which lies beside HEAD:
 * `name` is "sharedindex." and a name in hex. Its bytes are borrowed, like the
 * index's own.
 */
typedef enum status repo_index_other(void *context, const char *name,
	bytes *file, struct error *err);
/* `file` is borrowed. ERR_FORMAT; ERR_UNSUPPORTED: an extension that is not
 * known, or a split index where `other` is NULL. */
enum status repo_index_parse(struct repo_index **out, bytes file,
	size_t id_size, repo_index_other *other, void *context,
	struct error *err) MUST_USE;
/*
 * ERR_NOT_FOUND when there is no such file. It is mapped, not copied: git
 * makes an index anew and renames it, and never writes into one. `git_dir`
 * is where the other file of a split index lies.
 */
enum status repo_index_read(struct repo_index **out, const char *path,
	const char *git_dir, size_t id_size, struct error *err) MUST_USE;
void repo_index_free(struct repo_index *index);
size_t repo_index_count(const struct repo_index *index);

/* A walk over the entries. `entry` and its path stay until the next step. */
struct repo_index_walk {
	const struct repo_index *index;
	struct repo_index_entry entry;
	bool has_entry;	    /* false: at the end, or it failed */
	enum status status; /* ERR_FORMAT, ERR_MEMORY: why it failed */
	size_t next;	/* number of the entry after this one */
	size_t at;	/* where that begins in the file */
	struct buf name; /* of version 4: the path */
	struct error *err;
};

/* At the first entry. To be ended whatever happens. */
void repo_index_begin(struct repo_index_walk *walk,
	const struct repo_index *index, struct error *err);
void repo_index_next(struct repo_index_walk *walk);
/* As that n times, n > 0; the entries between are not read, only measured.
 * Fails when there are fewer. */
void repo_index_skip(struct repo_index_walk *walk, size_t n);
/* Entries from the one in hand on. */
size_t repo_index_left(const struct repo_index_walk *walk);
void repo_index_end(struct repo_index_walk *walk);

/* 0 when the extension is not there, or lies. */
size_t repo_index_tree_count(const struct repo_index *index);
const struct repo_index_tree *repo_index_tree_at(
	const struct repo_index *index, size_t i);

#endif
