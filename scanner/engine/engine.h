/*
 * engine: joins the stages and keeps the coverage ledger. The only room that
 * starts threads; all are joined before engine_scan returns.
 *
 * Every file met has one end: scanned, skipped with a reason, or failed.
 * Contents seen twice are scanned once and told at each path. Findings and
 * counts do not depend on the number of threads.
 */
#ifndef STANCH_ENGINE_ENGINE_H
#define STANCH_ENGINE_ENGINE_H

#include "detect/detect.h"
#include "leaks/leaks.h"
#include "report/report.h"
#include "source/source.h"

#include <stdatomic.h>

struct revision_ends;

enum engine_progress { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* Of a repository: all, or what is new by the index or by commits. */
enum engine_selected {
	SELECT_ALL,
	SELECT_STAGED,
	SELECT_COMMIT, /* staged, and not in what a merge brings in */
	SELECT_RANGE, /* `range` */
	SELECT_SINCE, /* `since` */
	SELECT_NEW,   /* `ends` */
};

struct engine_options {
	unsigned jobs;	       /* threads; 0: one per processor */
	double timeout;	       /* seconds from engine_new; 0: none */
	uint64_t max_file_size; /* bytes; 0: none */
	bool max_file_size_named; /* by the user: a skip by it is complete */
	unsigned archive_depth;	/* 0: archives are scanned as they are */
	bool ignored;
	/* Of a repository; both false: both. */
	bool only_history, only_worktree;
	enum engine_selected selected;
	const char *range; /* "A..B", "A...B"; borrowed */
	int64_t since;	   /* seconds since 1970 */
	const struct revision_ends *ends; /* see revision/; borrowed */
	bool allow_owner, allow_outside; /* see repo/repo.h */
	bool refs; /* of each place in a history: which lead to it */
	enum engine_progress progress;
	/* When not NULL and not 0: a signal came, stop. Set by a handler. */
	const atomic_int *signal;
};

struct engine;

struct engine *engine_new(const struct detector *detector,
	struct leaks *leaks, const struct engine_options *options,
	struct error *err);
void engine_free(struct engine *e);

/*
 * Scan one target: a repository (its history and its working tree), a
 * directory, a file, "-", or the URL of a repository. Findings go to `leaks`,
 * counts to the ledger. A target that is not there is ERR_USAGE; what cannot
 * be read inside one is counted and the scan goes on. Call once a target, from
 * one thread. OK also when it was stopped: the summary says so.
 */
enum status engine_scan(struct engine *e, const char *target,
	struct error *err) MUST_USE;

/* Stop as soon as possible; async-signal-safe. `why` is static text. */
void engine_interrupt(struct engine *e, const char *why);

/*
 * What was covered so far; `seconds` since engine_new. Sets the coverage
 * fields of `out` and leaves the others (rules, version) as they are. Texts
 * are valid until engine_free.
 */
void engine_summary(struct engine *e, struct report_summary *out);

#endif
