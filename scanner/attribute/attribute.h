/*
 * attribute: which commit brought a blob to which path.
 *
 * No diff is made and no history is walked commit by commit. While a sweep
 * goes over the store, each thread writes down what trees hold (treelog/) and
 * how commits and tags lead to each other. Once it is known which blobs
 * matter, the trees that lead to them are found from what was written down;
 * commits are then put in topological order and only such trees are entered,
 * each once at a path. No object is read twice; without findings nobody asks.
 *
 * Phases: attribute_new; then each thread attribute_worker_new and
 * attribute_visit for the objects of a sweep; then, alone, attribute_finish;
 * then reading, from any thread. Of a store so large that the log would not
 * fit (attribute_is_full), or when the sweep left objects out,
 * attribute_again, a sweep over ATTRIBUTE_TYPES, and then attribute_finish.
 * Sources of formats: git-cat-file(1), gitformat-pack(5), git-commit-tree(1).
 */
#ifndef STANCH_ATTRIBUTE_ATTRIBUTE_H
#define STANCH_ATTRIBUTE_ATTRIBUTE_H

#include "pack/visitor.h"
#include "treelog/treelog.h"

struct attribute;
struct attribute_worker;

struct attribute_options {
	const struct pack_store *store; /* to see what is missing */
	size_t limit; /* bytes of all threads' logs */
};

/* What is asked. Borrowed until the attribute is freed. */
struct attribute_question {
	const unsigned char *wanted; /* names of blobs, one after another */
	size_t wanted_count;
	/* wanted names of entries: terminated; after the blobs, places of the
	 * i-th name are those of wanted_count + i */
	const char *const *names;
	size_t name_count;
	/* commits (or tags of commits) that refs name; zeroes: none */
	const unsigned char *tips;
	size_t tip_count;
	const unsigned char *head; /* HEAD's commit, or NULL */
};

struct attribute *attribute_new(const struct attribute_options *options,
	struct error *err);
void attribute_free(struct attribute *a);

/* Workers belong to the attribute and are freed with it. NULL: no memory.
 * `fresh` is told each entry that this thread sees first; or NULL. */
struct attribute_worker *attribute_worker_new(struct attribute *a,
	void (*fresh)(void *context, const struct treelog_fresh *fresh),
	void *context);
/* Trees, commits and tags matter; others may come. Returns the end of a tree
 * that does not parse as entries: mostly empty. */
bytes attribute_visit(struct attribute_worker *w,
	const struct pack_object *object);

/* Does something that was visited, or a tip, name what is not there? */
bool attribute_lacks(const struct attribute *a,
	const struct attribute_question *question);
bool attribute_is_full(const struct attribute *a);
/* Start anew for a sweep of these, with only what matters written down. */
#define ATTRIBUTE_TYPES                                                      \
	(PACK_SWEEP_TYPE(PACK_TREE) | PACK_SWEEP_TYPE(PACK_COMMIT) |         \
		PACK_SWEEP_TYPE(PACK_TAG))
enum status attribute_again(struct attribute *a,
	const struct attribute_question *question, struct error *err) MUST_USE;
enum status attribute_finish(struct attribute *a,
	const struct attribute_question *question, struct error *err) MUST_USE;

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
/* Commits that commits reached from refs name, and that are not in the store
 * (shallow, partial, broken). */
uint64_t attribute_missing(const struct attribute *a);
/* Other objects that what refs reach names, and tips, each once: as `git
 * rev-list --objects --all --missing=print` counts. */
uint64_t attribute_missing_objects(const struct attribute *a);

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
