/*
 * history: every object of a repository -> leaks with commit and path.
 *
 * One sweep over the object store scans all blobs (reachable or not), commit
 * and tag messages, author lines, and names in trees, and writes down how trees
 * and commits lead to each other; from that it is told which commit brought a
 * finding where. Only of a store too large for that (attribute_is_full), or
 * when what is known was left out, trees are swept a second time. No thread is
 * started here: the engine runs the units of a phase on its own threads and
 * calls history_next_phase when all are done.
 *
 *	history_open -> units of the sweep -> history_next_phase
 *		     -> units of a second one, mostly none
 *		     -> history_next_phase -> history_tell
 */
#ifndef STANCH_HISTORY_HISTORY_H
#define STANCH_HISTORY_HISTORY_H

#include "detect/detect.h"
#include "known/known.h"
#include "leaks/leaks.h"
#include "pack/pack.h"
#include "repo/repo.h"

struct history;
struct history_worker;

struct history_options {
	const struct detector *detector; /* of the workers' scans */
	/* What to ask between objects: true stops. Any thread. */
	bool (*is_stopped)(void *context);
	void *context;
	const char *prefix; /* before each path: "sub/" of a submodule, or "" */
	struct pack_store *store; /* borrowed; NULL: the repository's own */
	bool with_refs; /* tell which refs lead to each place */
	/* What an earlier run has seen, to be left out; NULL: all is visited
	 * and nothing remembered. Compared with the store by history_open;
	 * when it is KNOWN_ALL, there are no units and nothing is told. */
	struct known *known;
	const struct detector *added; /* rules since then, or NULL */
	bool no_index; /* what is only staged is not asked for */
};

/* Opens the object store of `repo` (borrowed) and plans the first sweep. */
enum status history_open(struct history **out, const struct repo *repo,
	const struct history_options *options, struct error *err) MUST_USE;
void history_close(struct history *h);

/* Units of the phase in work. */
size_t history_units(const struct history *h);
/* Move on; after the last phase history_units is 0. Alone. */
enum status history_next_phase(struct history *h, struct error *err) MUST_USE;

/* One a thread, kept over all phases; scan is borrowed. NULL: no memory.
 * Freed by history_close. */
struct history_worker *history_worker_new(struct history *h,
	struct scan *scan);
void history_run(struct history_worker *w, size_t unit);

/* Hand all that was found to `leaks`. Alone, after the last phase. */
enum status history_tell(struct history *h, struct leaks *leaks,
	struct error *err) MUST_USE;

/* For the next run, with `known`, after the last phase: append the state,
 * if one can be had. */
void history_put_state(struct history *h, struct buf *out);
/* Keys of bare contents that were not known, by worker. */
size_t history_workers(const struct history *h);
size_t history_keys(const struct history *h, size_t worker,
	const struct hash128 **keys);

/* Objects total = scanned + failed + the sum of skipped. Alone. */
struct history_ledger {
	uint64_t total, scanned;
	uint64_t problems[PACK_PROBLEM_COUNT]; /* objects, by reason */
	uint64_t interrupted; /* not looked at */
	uint64_t known;	      /* of the scanned: by an earlier run */
	uint64_t bytes;	      /* rebuilt and scanned */
	uint64_t unscanned, decode_cut, unlisted; /* as detect's ledger */
	uint64_t refused_alternates, broken_packs, broken_refs;
	uint64_t missing_commits; /* shallow, or broken links */
	uint64_t missing; /* objects that reachable ones name */
	/* of a selection: new objects, and directories not entered */
	uint64_t missing_selected, too_deep;
	uint64_t dropped_paths;	  /* places over the cap */
	uint64_t lfs_pointers;
	uint64_t broken_indexes; /* whose paths are not known */
	uint64_t broken_trees; /* whose entries do not parse to the end */
	double seconds_plan, seconds_scan, seconds_attribute;
	/* of the scan, summed over threads; and the whole of it */
	double seconds_inflate, seconds_delta, seconds_trees, seconds_units;
};
void history_ledger(const struct history *h, struct history_ledger *out);

#endif
