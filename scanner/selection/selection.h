/*
 * selection: of a repository only what is new: the blobs that commits or the
 * index bring, the messages of those commits, and names of new files.
 *
 * A new blob is scanned whole, so that companions in unchanged lines count;
 * then what stood in the blob that it replaces (same rule, same secret) is
 * left out, and so is what was only moved from another file that the same
 * commit takes away. The cost follows the change, not the repository.
 *
 *	selection_open -> add commits, tags, or the index -> selection_plan
 *		-> units, on any thread -> selection_tell
 *
 * No thread is started here, as in history/.
 */
#ifndef STANCH_SELECTION_SELECTION_H
#define STANCH_SELECTION_SELECTION_H

#include "detect/detect.h"
#include "leaks/leaks.h"
#include "pack/pack.h"
#include "repo/repo.h"

struct selection;
struct selection_worker;

struct selection_options {
	const struct detector *detector;
	/* What to ask between objects: true stops. Any thread. */
	bool (*is_stopped)(void *context);
	void *context;
	const char *prefix; /* before each path */
};

/* Opens the object store of `repo` (borrowed), objects by name. */
enum status selection_open(struct selection **out, const struct repo *repo,
	const struct selection_options *options, struct error *err) MUST_USE;
void selection_close(struct selection *s);
struct pack_store *selection_store(const struct selection *s);

/* Names one after another, parents before children. */
enum status selection_add_commits(struct selection *s,
	const unsigned char *commits, size_t count,
	struct error *err) MUST_USE;
enum status selection_add_tags(struct selection *s, const unsigned char *tags,
	size_t count, struct error *err) MUST_USE;
/* Blobs and trees that are pushed as such. */
enum status selection_add_objects(struct selection *s,
	const unsigned char *objects, size_t count,
	struct error *err) MUST_USE;
/* The repository's index against HEAD. */
enum status selection_add_index(struct selection *s,
	struct error *err) MUST_USE;
/* After it: while a merge is in progress, leave out what the merged commits
 * have already. */
enum status selection_drop_merged(struct selection *s,
	struct error *err) MUST_USE;
/* After the last addition. */
enum status selection_plan(struct selection *s, struct error *err) MUST_USE;

size_t selection_units(const struct selection *s);
/* One a thread; scan is borrowed. NULL: no memory. */
struct selection_worker *selection_worker_new(struct selection *s,
	struct scan *scan);
void selection_run(struct selection_worker *w, size_t unit);

/* Hand what is new to `leaks`. Alone, after the units. */
enum status selection_tell(struct selection *s, struct leaks *leaks,
	struct error *err) MUST_USE;

/* Objects: total = scanned + missing + interrupted + the sum of problems. */
struct selection_ledger {
	uint64_t total, scanned, missing, interrupted;
	uint64_t problems[PACK_PROBLEM_COUNT];
	uint64_t bytes;
	uint64_t unscanned, decode_cut, unlisted; /* as detect's ledger */
	uint64_t missing_trees; /* or parents: compared with less */
	uint64_t too_deep;	/* directories that were not entered */
	uint64_t lfs_pointers;
	uint64_t refused_alternates, broken_packs;
};
void selection_ledger(const struct selection *s, struct selection_ledger *out);

#endif
