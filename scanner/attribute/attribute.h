/*
 * attribute: which commit brought a blob to which path.
 *
 * No diff is made and no history is walked commit by commit. One sweep over
 * trees and commits records, for every tree, its subtrees and those of its
 * entries that are wanted blobs; commits are then put in topological order
 * and only trees not seen before at their path are entered. The cost is one
 * sweep of trees, whatever the number of findings; without findings nobody
 * calls this.
 *
 * Phases: attribute_new; then each thread attribute_worker_new and
 * attribute_visit for the objects of a sweep; then, alone, attribute_finish;
 * then reading, from any thread. Sources of formats: git-cat-file(1),
 * gitformat-pack(5), git-commit-tree(1).
 */
#ifndef STANCH_ATTRIBUTE_ATTRIBUTE_H
#define STANCH_ATTRIBUTE_ATTRIBUTE_H

#include "pack/visitor.h"

struct attribute;
struct attribute_worker;

struct attribute_options {
	size_t id_size; /* 20 or 32 */
	/* the wanted blobs: count names, id_size bytes each; copied */
	const unsigned char *wanted;
	size_t wanted_count;
	/* wanted names of entries: terminated; after the blobs, places of the
	 * i-th name are those of wanted_count + i; borrowed */
	const char *const *names;
	size_t name_count;
	/* commits (or tags of commits) that refs name; borrowed until finish */
	const unsigned char *tips;
	size_t tip_count;
	const unsigned char *head; /* HEAD's commit, or NULL */
	bool all_trees; /* so that attribute_reaches_tree can be asked */
};

struct attribute *attribute_new(const struct attribute_options *options,
	struct error *err);
void attribute_free(struct attribute *a);

/* What the sweep must give: trees, commits and tags. */
#define ATTRIBUTE_TYPES                                                      \
	(PACK_SWEEP_TYPE(PACK_TREE) | PACK_SWEEP_TYPE(PACK_COMMIT) |         \
		PACK_SWEEP_TYPE(PACK_TAG))

/* Workers belong to the attribute and are freed with it. NULL: no memory. */
struct attribute_worker *attribute_worker_new(struct attribute *a);
void attribute_visit(struct attribute_worker *w,
	const struct pack_object *object);

enum status attribute_finish(struct attribute *a, struct error *err) MUST_USE;

/* Do refs lead to it? Trees: with all_trees only. */
bool attribute_reaches_commit(const struct attribute *a,
	const unsigned char *id);
bool attribute_reaches_tree(const struct attribute *a,
	const unsigned char *id);

/* Does a ref, or a tag that one names, name the i-th wanted blob itself? */
bool attribute_is_tip(const struct attribute *a, size_t wanted);

/* One path at which a blob stood. */
struct attribute_place {
	const char *path; /* terminated; any bytes but NUL */
	size_t path_length;
	const unsigned char *commit; /* the first that has it there */
	bool in_head;	  /* HEAD's tree has this blob at this path */
	bool unreachable; /* only commits that no ref reaches have it */
};
/* Places of the i-th wanted blob or name, in order of path; at most
 * ATTRIBUTE_PATHS. None: no commit reaches it. */
#define ATTRIBUTE_PATHS 32
size_t attribute_place_count(const struct attribute *a, size_t wanted);
const struct attribute_place *attribute_place_at(const struct attribute *a,
	size_t wanted, size_t i);
/* Paths over the cap, counted. */
uint64_t attribute_dropped(const struct attribute *a);
/* Trees or commits named but not in the store (shallow, partial, broken). */
uint64_t attribute_missing(const struct attribute *a);

/*
 * Which tips lead to a commit that has the i-th place of a wanted blob, or,
 * with `commit`, to that one. Up to 64 questions at once: bit q of by_tip[t] is
 * set when tip t holds query q. O(commits) a call, not for threads.
 */
#define ATTRIBUTE_QUERIES 64
struct attribute_query {
	size_t wanted, place;
	const unsigned char *commit; /* or NULL */
};
enum status attribute_tips(struct attribute *a,
	const struct attribute_query *queries, size_t count, uint64_t *by_tip,
	struct error *err) MUST_USE;

/* A commit's lines, cut from its raw text; all may hold any bytes. */
struct attribute_commit {
	bytes tree, author, email, subject;
	int64_t time; /* author's, seconds; clamped to 64 bits */
	int zone;     /* author's, minutes east */
	bytes message;
};
/* False when the text is no commit; fields that are absent are empty. */
bool attribute_parse_commit(bytes text, struct attribute_commit *out);
/* "2024-08-01T10:00:00+02:00"; out has room for 40 bytes. Times that the
 * calendar cannot hold become the epoch. */
void attribute_format_time(int64_t time, int zone, char out[40]);

#endif
