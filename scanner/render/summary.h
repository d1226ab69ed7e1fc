/*
 * summary: what a run covered, for the end of every report.
 */
#ifndef STANCH_RENDER_SUMMARY_H
#define STANCH_RENDER_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One reason of the ledger and its count. */
struct report_skip {
	const char *reason;
	uint64_t count;
};
#define REPORT_SKIPS 24
/* total = scanned + sum of skips + failed, always. */
struct report_ledger {
	uint64_t total, scanned, failed;
	struct report_skip skips[REPORT_SKIPS];
	size_t skip_count;
};

/* The `summary` record, and what text says at its end. */
/* An entry of a baseline or of settings. */
struct report_entry {
	const char *file;
	uint32_t line;
	const char *what;    /* its fingerprint, or its key */
	const char *expires; /* or NULL */
};

struct report_summary {
	bool complete;
	struct report_ledger objects, files;
	uint64_t ignored; /* left out by .gitignore: asked for, no skip */
	/* met in directories: their files were scanned, their histories not */
	uint64_t repositories_below;
	uint64_t missing; /* objects named by others and not there */
	uint64_t lfs_pointers;
	uint64_t bytes;
	uint64_t unlisted;  /* places counted, not listed */
	uint64_t dropped_paths; /* at which contents with findings stood, too */
	uint64_t unscanned; /* regions where matching gave up */
	double seconds;
	/* of repositories, for people */
	double seconds_plan, seconds_scan, seconds_attribute;
	/* summed over threads: what the scan's time was for, and all of it */
	double seconds_inflate, seconds_delta, seconds_trees, seconds_units;
	size_t rules;
	const char *rules_digest;
	const char *version;
	const char *interrupted; /* "SIGINT", "timeout", or NULL */
	/* The first few paths that could not be scanned, for people. */
	const char *const *problems;
	size_t problem_count;
	/* Of suppressed places those that count for the exit code, and places
	 * that stay open although something speaks for them. */
	uint64_t held, refused;
	/* Entries that nothing answers to (of a whole scan), or are over. */
	const struct report_entry *stale, *expired;
	size_t stale_count, expired_count;
	/* Settings and baselines of the judged repository that cannot be
	 * read, so that nothing is suppressed by them. */
	const char *const *broken;
	size_t broken_count;
};

#endif
