/*
 * What the files of detect/ share. A text is scanned in windows at fixed
 * places; a window, and each region decoded inside one, is a layer.
 */
#ifndef STANCH_DETECT_INTERNAL_H
#define STANCH_DETECT_INTERNAL_H

#include "base/limits.h"
#include "decode/decode.h"
#include "detect/detector.h"
#include "detect/lines.h"
#include "detect/runs.h"
#include "literal/pieces.h"

/* Bytes kept before and after a window's core for matches across its edge;
 * the rest over LIMIT_MATCH is for boundaries and grams. */
#define DETECT_MARGIN (LIMIT_MATCH + 1024)
/* Nothing that an anchor leads to may reach further. */
#define DETECT_REACH (LIMIT_MATCH)
/* Encoded bytes decoded at once around an anchor, each side: more than the
 * span an anchor needs, so that the next anchors are covered too. */
#define DETECT_DECODE (LIMIT_DECODE_SPAN + LIMIT_DECODE_SPAN / 2)
/* Bytes of a text by which UTF-16 is told. */
#define DETECT_HEAD ((size_t)8 << 10)
/* Sightings that may wait for their text's end; then the older are settled. */
#define DETECT_PENDING 4096
/* Sightings gathered before a window's end; more are counted as unlisted. */
#define DETECT_GATHER 65536
/* Bytes of secrets and excerpts that wait. */
#define DETECT_ARENA ((size_t)12 << 20)

/* Bytes that are scanned, and how they lie in what is around them. */
struct layer {
	bytes text;
	uint64_t base;		  /* offset of text[0]; 0 in a region */
	size_t from, to;	  /* the part whose hits are ours */
	bool is_first, is_last;	  /* text starts, ends with no cut */
	unsigned depth;
	uint64_t epoch;	      /* tells this layer from all others */
	uint64_t marks_epoch; /* the text's or the region's */
	const struct layer *outer;
	const struct decode_region *region; /* depth > 0 */
	enum encoding encoding; /* depth > 0: of the region */
};

/* Where the sequential search of a rule stands in a layer. */
struct detect_mark {
	uint64_t epoch;	  /* marks_epoch: marks of others are void */
	uint64_t next;	  /* no match starts before; offset in the text */
	uint64_t keyword; /* epoch of a layer with one of its keywords */
	uint64_t barren;  /* epoch of a layer that has none */
};

struct found {
	struct sighting s;
	size_t rule;	/* index */
	bool doubtful;	/* its checks lowered it */
	bool dropped;
	const struct rule *beaten; /* by what it was dropped */
};

struct detect_level {
	struct detect_mark *marks;	/* per rule */
	struct decode_region regions[ENCODING_COUNT]; /* of this layer's text */
	uint64_t epochs[ENCODING_COUNT]; /* layer that it was decoded from */
	bool cut[ENCODING_COUNT]; /* it goes on behind its end */
};

struct scan {
	const struct detector *d;
	struct detect_tools *tools;
	struct detect_ledger ledger;
	struct detect_text text;
	const struct trace *trace; /* NULL: nobody asks */
	struct detect_ranges *ranges; /* of each of d->runs */
	struct literal_pieces *pieces; /* NULL: each text is looked at anew */
	struct detect_level levels[LIMIT_DECODE_DEPTH + 1];
	uint64_t epoch, text_epoch;
	bool naive;

	/* the text, as far as it was given */
	unsigned char *window; /* stream: margin, core, margin */
	size_t window_n;
	unsigned char *head;
	size_t head_n;
	uint64_t base;	  /* stream: offset of window[0] in the units */
	size_t core;	  /* stream: offset of the core in the window */
	enum encoding utf16; /* PLAIN: bytes as they are */
	size_t mark;	  /* length of the byte order mark */
	unsigned char odd;
	bool has_odd, sniffed;
	uint64_t fed;
	size_t decoded;	  /* bytes, in this window */
	size_t poisoned;  /* starts given up, in this window */
	signed char *path_fits; /* per rule: 0 unknown, 1 yes, -1 no */

	/* what was found */
	struct found *found;
	size_t found_count, found_room;
	size_t settled;	  /* found[0..settled) have lines already */
	struct arena arenas[2];
	unsigned arena;
	uint32_t *listed; /* per rule */
	struct detect_lines lines;
};

/* One match on its way to a sighting. */
struct candidate {
	size_t rule;
	const struct layer *layer;
	size_t begin, end;	 /* the match in the layer's text */
	size_t secret, secret_end;
};

/* candidate.c: judge; what holds is added to s->found. */
void scan_judge(struct scan *s, const struct candidate *c);
bool scan_path_fits(struct scan *s, size_t rule);
/* From a layer's text to layer 0, and the encodings on the way, outermost
 * first. */
void scan_place(const struct scan *s, const struct layer *l, size_t *begin,
	size_t *end, uint8_t encodings[SIGHTING_ENCODINGS], uint8_t *count);
/* scan.c: for s->trace: an event about [begin, end) of the layer, and the
 * match around it. */
struct span {
	size_t begin, end;
};
void scan_tell(struct scan *s, const struct layer *l, struct span secret,
	struct span match, struct trace_event *event);
/* layer.c */
void scan_layer(struct scan *s, const struct layer *l);
/* The regex of a rule at starts in [from, limit] of the layer. */
void scan_starts(struct scan *s, const struct layer *l, size_t rule,
	size_t from, size_t limit);
struct detect_mark *scan_mark(struct scan *s, const struct layer *l,
	size_t rule);
/* Does the rule apply to text under the layer's encodings? */
bool scan_applies(const struct scan *s, const struct layer *l, size_t rule);
/* decoded.c */
void scan_encoded(struct scan *s, const struct layer *l,
	const struct literal_hit *hit);
void scan_decoder(struct scan *s, const struct layer *l, size_t index,
	size_t end);
/* naive.c */
void scan_layer_naive(struct scan *s, const struct layer *l);
/* settle.c: hand on what lies before this outer offset. */
void scan_settle(struct scan *s, uint64_t before);
int scan_found_order(const void *a, const void *b);

#endif
