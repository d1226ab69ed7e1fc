/*
 * report: findings -> bytes for people and machines.
 *
 * The only room that prints a secret, and only when asked (--show-secrets).
 * One file per format. Every format escapes what it prints for where it is
 * going: terminals, JSON, XML, CSV, workflow commands. Not for threads:
 * reports are written when the scan is over.
 */
#ifndef STANCH_REPORT_REPORT_H
#define STANCH_REPORT_REPORT_H

#include "base/buf.h"
#include "leaks/leaks.h"

#include <stdio.h>

enum report_format {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_JSONL,
	REPORT_SARIF,
	REPORT_CSV,
	REPORT_JUNIT,
	REPORT_GITHUB,
	REPORT_FORMAT_COUNT,
};
const char *report_format_name(enum report_format f);
bool report_format_parse(const char *name, enum report_format *out);

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

struct report_options {
	enum report_format format;
	bool show_secrets;
	bool color;	 /* text only */
	unsigned width;	 /* columns of the terminal; 0: unknown */
	bool quiet;	 /* text: findings only, no summary */
	bool verbose;	 /* text: every place and the ledger */
	const struct rule *const *rules; /* for SARIF's rule table */
	size_t rule_count;
};

/*
 * Write the whole report. Findings that the confidence asked for leaves out
 * are not in `leaks`. ERR_IO when the stream refuses (full disk, closed).
 */
enum status report_write(FILE *to, const struct report_options *options,
	const struct leaks *leaks, const struct report_summary *summary,
	struct error *err) MUST_USE;

/* Redacted form of a secret: enough to recognise it, not to use it. */
void report_redact(bytes secret, const struct rule *rule, struct buf *out);
/*
 * Hostile text for a terminal: C0, C1, DEL, bidi, invisible characters and
 * invalid UTF-8 become visible escapes: \n \r \t \xNN \uNNNN \UNNNNNNNN. A
 * backslash is doubled where it would else read as one of these, so that the
 * text can be had back. Also for error texts and the progress line.
 */
void report_escape_terminal(bytes text, struct buf *out);

#endif
