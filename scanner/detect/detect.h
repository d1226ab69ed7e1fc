/*
 * detect: text -> sightings.
 *
 * struct detector is built once from a frozen ruleset and then shared by all
 * threads: literals of all anchors in all encodings, in one table; compiled
 * patterns, made when first needed (the only thing in it that changes; under
 * its own lock, read without). struct scan holds all that one thread writes:
 * PCRE2 match data, JIT stack, decoding buffers, counters.
 *
 * A text may come whole or in windows; any cutting finds the same.
 */
#ifndef STANCH_DETECT_DETECT_H
#define STANCH_DETECT_DETECT_H

#include "base/error.h"
#include "flow/sighting.h"
#include "flow/trace.h"
#include "ruleset/ruleset.h"

struct detector;
struct scan;

struct detect_options {
	unsigned decode_depth; /* encodings to follow; 0..LIMIT_DECODE_DEPTH */
	bool no_jit;	       /* interpret patterns; for tests */
	enum confidence min_confidence; /* surer or equal is handed on */
};

struct detector *detector_new(const struct ruleset *rules,
	const struct detect_options *options, struct error *err);
void detector_free(struct detector *d);

/*
 * A key that two paths share when no rule's path pattern and no allowlist of
 * paths can tell them apart; 0 for all paths when no rule looks at paths. The
 * engine scans equal content once for each such key. Any thread.
 */
uint64_t detector_path_key(const struct detector *d, bytes path);
/* Does a rule that looks at content, or an allowlist, look at paths too? */
bool detector_looks_at_paths(const struct detector *d);
/* Is there a rule that looks at the path alone? */
bool detector_finds_by_path(const struct detector *d);

/*
 * A sink takes sightings of one text, in order of offset, then rule id. What
 * it points to is gone when it returns.
 */
typedef void detect_sink(void *context, const struct sighting *s);

/* What a text is, for rules that look at paths. Borrowed for the scan. */
struct detect_text {
	bytes path;		/* as reported; may be empty */
	/* It has one that is found out later: then all is told that some path
	 * would allow, overlaps too, and the text is to be scanned again. */
	bool path_is_unknown;
	detect_sink *sink;
	void *context;
};

/* What could not be looked at; all zero means everything was. */
struct detect_ledger {
	uint64_t bytes;		  /* scanned, decoded ones not counted */
	uint64_t unscanned;	  /* regions where PCRE2 gave up */
	uint64_t decode_cut;	  /* regions over the decoding budget */
	uint64_t unlisted;	  /* sightings over a cap, counted only */
	uint64_t sightings;	  /* before any is dropped */
	uint64_t candidates;	  /* regex runs */
	uint64_t hits;		  /* literals seen */
};

struct scan *scan_new(const struct detector *d, struct error *err);
void scan_free(struct scan *s);

/*
 * From now on remember what literals pieces of text hold: for texts that
 * resemble each other, as versions of a file do. The findings are the same;
 * ledger.hits may count a literal twice. Without memory it does nothing.
 */
void scan_remember(struct scan *s);

/* Tell each step from now on; NULL: no more. Borrowed. */
void scan_trace(struct scan *s, const struct trace *trace);

/* A text that is in memory as a whole. */
enum status scan_buffer(struct scan *s, const struct detect_text *text,
	bytes data, struct error *err) MUST_USE;

/*
 * A text that comes in pieces: begin, then feed each piece, then end. The
 * scan copies what it needs for the overlap; pieces may have any size.
 */
enum status scan_begin(struct scan *s, const struct detect_text *text,
	struct error *err) MUST_USE;
enum status scan_feed(struct scan *s, bytes piece, struct error *err) MUST_USE;
enum status scan_end(struct scan *s, struct error *err) MUST_USE;

/* Does a rule that looks at the path alone match this one? */
bool scan_finds_path(struct scan *s, bytes path);

/* Totals since scan_new. */
const struct detect_ledger *scan_ledger(const struct scan *s);

#endif
