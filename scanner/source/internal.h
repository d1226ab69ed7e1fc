/*
 * internal: what the files of source/ share. Included by this room and its
 * tests only.
 */
#ifndef STANCH_SOURCE_INTERNAL_H
#define STANCH_SOURCE_INTERNAL_H

#include "base/buf.h"
#include "repo/index.h"
#include "source/ignore.h"
#include "source/source.h"

#include <sys/types.h>

/* ---- beneath.c: opening directories below one handle -------------------- */

/*
 * Open a directory at a '/'-separated path below root ("" is root itself)
 * without passing a symbolic link or leaving it. -1 and errno on failure.
 */
int source_beneath_open(int root, bytes path, int flags);
/* The same for kernels without openat2. */
int source_beneath_walk(int root, bytes path, int flags);
/* Where ".." is allowed as long as it stays below; needs openat2. */
int source_beneath_resolve(int root, const char *path, int flags);
/*
 * Put the content of a regular file into out, at most out->max bytes; no
 * link is followed. errno says why not: EFBIG when it is larger.
 */
bool source_small_file(int dir, const char *name, struct buf *out);

/* ---- index.c: names that git tracks ------------------------------------- */

struct source_index;
/* NULL when it is not an index that is wholly understood. */
struct source_index *source_index_new(bytes file, repo_index_other *other,
	void *context);
/* Of this git directory; *is_absent is set where it has none. */
struct source_index *source_index_open(int gitdir, bool *is_absent);
void source_index_free(struct source_index *index);
size_t source_index_count(const struct source_index *index);
bytes source_index_name(const struct source_index *index, size_t at);
bool source_index_has(const struct source_index *index, bytes path);
/* Is anything tracked below that directory? */
bool source_index_has_below(const struct source_index *index, bytes path);

/* ---- gitdir.c: where a repository keeps its things ---------------------- */

enum source_found { FOUND_NONE, FOUND_GITDIR, FOUND_OUT_OF_REACH };
/*
 * Open the directory that `.git` in dir is or names. place is dir's path
 * below root, NULL above it. Out of reach: there is a repository, but it is
 * not for us to look into.
 */
enum source_found source_gitdir_open(int root, int dir, const char *place,
	int *out);
/* False when there are patterns that cannot be used; NULL when none. */
bool source_gitdir_patterns(int dir, const char *name,
	struct source_ignore **out);
bool source_gitdir_exclude(int gitdir, struct source_ignore **out);

/* ---- repository.c: which rules hold in which directory ------------------ */

struct source_rules;
struct source_repositories;

/* Looks for a repository above the root; NULL: no memory. */
struct source_repositories *source_repositories_new(int root,
	const char *path);
void source_repositories_free(struct source_repositories *all);

/* The rules while one directory is listed. */
struct source_view {
	struct source_repositories *all;
	const struct source_rules *rules; /* NULL: nothing is ignored */
	struct buf path; /* of an entry, relative to its repository */
	size_t prefix;	 /* bytes of path up to the name */
};
/* What the listing of a directory showed. */
struct source_sight {
	int dir;
	bool has_git;
	bool has_ignore;
};
void source_view_begin(struct source_view *view,
	struct source_repositories *all, bytes directory,
	const struct source_sight *sight);
void source_view_end(struct source_view *view);
/* tree_path is the entry's path in the tree, name its last part. */
bool source_view_is_ignored(struct source_view *view, bytes tree_path,
	bytes name, enum source_kind kind);

/* ---- head.c ------------------------------------------------------------- */

/* Bytes of memory that the first layer of compression asks its reader to
 * keep, as far as its head says; else 0. */
uint64_t source_head_window(bytes head);

/* ---- tree.c ------------------------------------------------------------- */

struct source_tree {
	int root;
	dev_t device;
	uint64_t id; /* tells apart trees at the same address */
	struct source_tree_options options;
	struct source_repositories *repositories; /* NULL: with ignored */
};

/* ---- read.c, for archives ----------------------------------------------- */

struct source_archive_api;
/* The library, loaded at the first call; NULL when there is none. */
const struct source_archive_api *source_input_archive_api(
	struct source_input *in);
/* As read(2) and lseek(2), EINTR handled, holes given as zeros. */
ssize_t source_input_read(struct source_input *in, void *at, size_t room);
int64_t source_input_seek(struct source_input *in, int64_t offset, int whence);
bool source_input_is_file(const struct source_input *in);
/* Bytes that a file with holes takes on its device; else UINT64_MAX. The
 * place goes back to the beginning. */
uint64_t source_input_stored(struct source_input *in);

#endif
