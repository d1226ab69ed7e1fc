/*
 * change: what a commit, or the index, brings that was not there before.
 *
 * Trees are compared name by name and only those that differ are read, so the
 * cost follows the change, not the repository. A path counts as changed when
 * no parent has the same object there. Trees are hostile: what cannot be read
 * is counted, what is not in order is taken for new, depth is capped.
 *
 * One thread fills a set; then it is frozen.
 */
#ifndef STANCH_CHANGE_CHANGE_H
#define STANCH_CHANGE_CHANGE_H

#include "pack/pack.h"
#include "repo/index.h"

/* One blob at one path. */
struct change {
	bytes path;
	const unsigned char *id;
	const unsigned char *commit; /* NULL: of the index */
	/* the blobs that stood at this path before: names, one after another */
	const unsigned char *old;
	size_t old_count;
	/* what the same commit takes away elsewhere: see change_gone_at */
	size_t gone_first, gone_count;
};

/* A blob or tree that stood at a path which is there no more. */
struct change_gone {
	const unsigned char *id;
	bool is_tree;
};

struct change_set;

struct change_set *change_set_new(struct pack_store *store,
	struct error *err);
void change_set_free(struct change_set *set);

/* Against its parents. ERR_NOT_FOUND: the commit is not in the store. */
enum status change_set_add_commit(struct change_set *set,
	const unsigned char *commit, struct error *err) MUST_USE;
/*
 * The index against a commit's tree (NULL: there is no commit yet). It may
 * be freed afterwards.
 */
enum status change_set_add_index(struct change_set *set,
	const struct repo_index *index, const unsigned char *head,
	struct error *err) MUST_USE;
/*
 * After it, while a merge is in progress: the index against what is merged,
 * too. What this commit has at the same path is no change.
 */
enum status change_set_drop_merged(struct change_set *set,
	const unsigned char *commit, struct error *err) MUST_USE;
/* An object that a ref or tag names itself: a blob, or a tree. */
enum status change_set_add_object(struct change_set *set,
	const unsigned char *id, struct error *err) MUST_USE;

size_t change_count(const struct change_set *set);
const struct change *change_at(const struct change_set *set, size_t i);
const struct change_gone *change_gone_at(const struct change_set *set,
	size_t i);
/* Trees and parents that are not in the store or cannot be read. Their
 * content counts as new where the new side is readable. */
uint64_t change_missing(const struct change_set *set);
/* Directories that were not entered because they are too deep. */
uint64_t change_too_deep(const struct change_set *set);

/* The blobs of a tree and all below it, `most` at most; one thread. */
typedef void change_blob(void *context, const unsigned char *id);
void change_each_blob(struct change_set *set, const unsigned char *tree,
	size_t most, change_blob *each, void *context);
/* The blob at a path of a commit's tree, or NULL; one thread. The name stays
 * until the next call. */
const unsigned char *change_find(struct change_set *set,
	const unsigned char *commit, bytes path);

#endif
