/*
 * options: how a report is to be written, and what other rooms need of the
 * ways in which reports write: a redacted secret, hostile text made harmless.
 */
#ifndef STANCH_RENDER_OPTIONS_H
#define STANCH_RENDER_OPTIONS_H

#include "base/buf.h"
#include "flow/rule.h"

#include <stdint.h>

enum report_format {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_JSONL,
	REPORT_SARIF,
	REPORT_CSV,
	REPORT_JUNIT,
	REPORT_GITHUB,
	REPORT_HTML,
	REPORT_AZURE,
	REPORT_GITLAB,
	REPORT_CODEQUALITY,
	REPORT_MARKDOWN,
	REPORT_FORMAT_COUNT,
};

/* Of HTML: from where lines can be linked to. */
struct report_links {
	const char *remote; /* a repository's URL, hostile; NULL: no links */
	const char *head;   /* commit, in hex, for what is in no commit */
	/* A reported path that begins with `prefix` is `below` and the rest,
	 * from the repository's root. */
	const char *prefix, *below;
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
	struct report_links links; /* HTML only */
	int64_t now; /* seconds since 1970, for ages; 0: the clock's */
};

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
