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
struct report_summary {
	bool complete;
	struct report_ledger objects, files;
	uint64_t ignored; /* left out by .gitignore: asked for, no skip */
	uint64_t missing; /* objects named by others and not there */
	uint64_t lfs_pointers;
	uint64_t bytes;
	uint64_t unlisted;  /* places counted, not listed */
	uint64_t unscanned; /* regions where matching gave up */
	double seconds;
	/* of repositories, for people */
	double seconds_plan, seconds_scan, seconds_attribute;
	size_t rules;
	const char *rules_digest;
	const char *version;
	const char *interrupted; /* "SIGINT", "timeout", or NULL */
	/* The first few paths that could not be scanned, for people. */
	const char *const *problems;
	size_t problem_count;
};

#endif
