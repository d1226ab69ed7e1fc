/*
 * trace: what detect/ tells of each step on the way to a sighting, for
 * `stanch explain`. Nobody asks in a scan, and then it costs a comparison for
 * each candidate, none for a byte.
 *
 * An event and what it points to are valid during the call. `text` is a
 * secret: who prints it redacts it.
 */
#ifndef STANCH_FLOW_TRACE_H
#define STANCH_FLOW_TRACE_H

#include "flow/sighting.h"

enum trace_kind {
	TRACE_ANCHOR,	 /* a literal that leads to a rule */
	TRACE_CANDIDATE, /* a match, judged by itself */
	TRACE_SETTLED,	 /* a candidate that was kept, judged among others */
};

/* How it ended, each with what it is about. */
enum trace_end {
	TRACE_KEPT,
	/* anchors: the pattern is not tried */
	TRACE_OTHER_PATH,     /* the rule's path pattern */
	TRACE_OTHER_ENCODING, /* the rule is not for text under this one */
	/* candidates */
	TRACE_NO_CONTEXT, /* none of the rule's anchors is near */
	TRACE_NO_KEYWORD, /* foreign rules: none of its keywords */
	TRACE_ALLOWED,	  /* `allowed` */
	TRACE_BYTES,	  /* too few digits, capitals or small letters */
	TRACE_ENTROPY,	  /* `entropy` is not over the rule's */
	TRACE_CHECK,	  /* `check_reason` */
	TRACE_STOPWORD,	  /* `word` */
	/* settled */
	TRACE_OVERLAPPED, /* `other` has its place; NULL: lost for memory */
	TRACE_HELPER,	  /* the rule only stands beside others */
	TRACE_BELOW,	  /* less sure than what was asked for */
	TRACE_UNLISTED,	  /* one too many of its rule */
};

struct trace_event {
	enum trace_kind kind;
	enum trace_end end;
	const struct rule *rule;
	bytes text; /* the literal, or the secret; decoded */
	uint64_t offset, length; /* in the outer text, bytes */
	uint64_t match, match_length; /* of candidates: what holds the secret */
	uint8_t encodings[SIGHTING_ENCODINGS];
	uint8_t encoding_count;
	enum confidence confidence;
	const char *reason; /* why it is not surer, or NULL */
	float entropy;	    /* bits per byte; of candidates */
	const char *check;  /* "passes", ...; NULL: the rule has none */
	const char *check_reason, *check_fact; /* or NULL */
	const char *word;
	const struct rule_allowlist *allowed;
	bool is_global; /* `allowed` is its file's, not the rule's */
	const struct rule *other;
};

struct trace {
	void (*tell)(void *context, const struct trace_event *event);
	void *context;
};

#endif
