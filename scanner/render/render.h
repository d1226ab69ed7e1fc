/*
 * render: what the formats of reports have in common: escaping, redaction, a
 * JSON writer, and the words for a place. A format is one function that writes
 * to r->to and does not look at errors: the stream keeps its own, and
 * r->no_memory keeps the other; report_write asks at the end.
 */
#ifndef STANCH_RENDER_RENDER_H
#define STANCH_RENDER_RENDER_H

#include "leaks/leaks.h"
#include "render/json_writer.h"
#include "render/options.h"
#include "render/summary.h"

#include <stdio.h>

struct report_tally {
	uint64_t leaks, places; /* suppressed ones not counted */
	uint64_t suppressed;	/* places */
	uint64_t by_baseline, by_settings, by_comment; /* of those */
	uint64_t by_confidence[CONFIDENCE_CERTAIN + 1]; /* leaks */
};

struct report {
	FILE *to;
	const struct report_options *options;
	const struct leaks *leaks;
	const struct report_summary *summary;
	struct report_tally tally;
	struct buf text, path, raw, mask; /* scratch; see their users */
	const struct leak_place **index;  /* by position; text only */
	size_t index_count;
	bool no_memory;
};

/* place.c: what several formats say in the same way. */
void report_put(struct report *r, bytes data);
void report_say(struct report *r, const char *text);
void report_printf(struct report *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The content of a scratch buffer; a failure of it is remembered. */
bytes report_take(struct report *r, const struct buf *b);
/* "plain", or encodings joined by '+', outermost first. */
void report_encoding(const struct leak_place *place, struct buf *out);
/* "error", "warning", "note": from confidence and severity. */
enum report_level { REPORT_NOTE, REPORT_WARNING, REPORT_ERROR };
enum report_level report_level(const struct leak *leak,
	const struct leak_place *place);
const char *report_severity(const struct rule *rule);
/* Never NULL. */
const char *report_or(const char *text, const char *otherwise);
/* In r->path; a secret that stands in its own path is masked there. */
bytes report_path(struct report *r, const struct leak *leak,
	const struct leak_place *place);
/* In r->raw: the secret as the options allow it. */
bytes report_secret(struct report *r, const struct leak *leak);
/* In r->raw: by what it is suppressed and why; empty when it is not. A person
 * wrote that on a line with secrets, so they are hidden in it. */
bytes report_suppressed(struct report *r, const struct leak *leak,
	const struct leak_place *place);
/* In r->raw: a commit's text, cut, without what looks like a secret. */
bytes report_commit_text(struct report *r, const struct leak *leak,
	bytes text);
/* In r->path: the refs that lead to a place, short, ", " between; empty when
 * none do, or that was not asked. */
bytes report_refs(struct report *r, const struct leak *leak,
	const struct leak_place *place);
/*
 * Columns in characters, from 1, the end exclusive; false when the excerpt
 * does not reach back to the line's start, so that they are not known.
 */
bool report_columns(const struct leak *leak, const struct leak_place *place,
	uint64_t *start, uint64_t *end);

/* escape.c */
/* Length of the UTF-8 sequence that b starts with, 0 when it is none. */
size_t report_utf8(bytes b, uint32_t *character);
bool report_is_utf8(bytes b);
size_t report_characters(bytes b);
/* Columns of a terminal that printable text takes. */
size_t report_width(bytes b);
/* The longest start, or end, of b that takes at most n columns. */
bytes report_take_columns(bytes b, size_t n);
bytes report_last_columns(bytes b, size_t n);
/* Not to be shown as itself: controls, bidi, invisible, no character. */
bool report_is_hidden(uint32_t character);
/* For XML text and attributes; input is terminal-escaped inside. */
void report_escape_xml(bytes text, struct buf *out);
/* The same for text that is terminal-escaped already. */
void report_quote_xml(bytes text, struct buf *out);
/* One CSV cell, quoted when needed, never a formula. */
void report_escape_csv(bytes text, struct buf *out);
enum report_command { REPORT_PROPERTY, REPORT_MESSAGE };
/* For GitHub's workflow commands. */
void report_escape_command(bytes text, enum report_command where,
	struct buf *out);
/* Text of a SARIF message: no links, no placeholders. */
void report_escape_sarif(bytes text, struct buf *out);
/* A path as a relative reference, or as a file: URI when absolute. */
void report_escape_uri(bytes path, struct buf *out);

/* redact.c */
#define REPORT_MASK "********"
/* What must not be seen in texts near this place. */
struct report_known {
	const struct leak *leak;
	const struct leak_place *place; /* for its companions; may be NULL */
	bool cut;			/* the text may be cut at its ends */
};
/*
 * Set mask[i] where text[i] must be hidden, leave it else: known secrets,
 * and runs that could be tokens that no rule knows.
 */
void report_mask(const struct report_known *known, bytes text,
	unsigned char *mask);
/* text without the bytes that a mask hides, each run of them one REPORT_MASK,
 * in out; false without memory. `mask` is scratch. */
bool report_put_masked(const struct report_known *known, bytes text,
	struct buf *mask, struct buf *out);
/* Sort all places by position, for the next; r->index is malloc'd. */
void report_index_build(struct report *r);
/* Set mask[i] where any listed leak stands in this place's excerpt. */
void report_mask_places(const struct report *r, const struct leak_place *place,
	unsigned char *mask);
/* The shown line: before the secret, the secret, after it; for a terminal,
 * with masks in place. */
struct report_piece {
	struct buf text; /* owned: release it */
	bytes shown;	 /* the part of text that fits */
};
void report_pieces(struct report *r, const struct leak *leak,
	const struct leak_place *place, struct report_piece piece[3]);
/* place.c: "refs" and, when there are, "refs_more". */
void report_refs_field(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place);

#endif
