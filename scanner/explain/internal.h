/* The innards of explain/. */
#ifndef STANCH_EXPLAIN_INTERNAL_H
#define STANCH_EXPLAIN_INTERNAL_H

#include "base/arena.h"
#include "flow/trace.h"
#include "leaks/leaks.h"

#include <stdio.h>

/* One step that was told, with what came of it; texts are copies. */
struct explained {
	struct trace_event event; /* of the last step */
	uint32_t line, column, end_line; /* from 1; 0: the path alone */
	bytes anchor; /* of a candidate: the literal nearest to it */
	uint32_t anchor_column, anchor_line;
	uint8_t anchor_encodings[SIGHTING_ENCODINGS];
	uint8_t anchor_encoding_count;
	const struct leak_place *place; /* where it is a finding, or NULL */
	const struct leak *leak;
	bool is_answered; /* an anchor that led to a candidate */
};

struct explanation {
	struct arena arena; /* wiped and released at the end */
	struct explained *at;
	size_t n, room;
	uint64_t lost; /* steps over the cap */
	bool has_no_memory;
};

/* A trace: context is the explanation. */
void explain_hear(void *context, const struct trace_event *event);
/* When all was heard: lines, anchors of candidates, findings; in order. */
void explain_settle(struct explanation *e, bytes data,
	const struct leaks *leaks);
void explain_release(struct explanation *e);

/* What is wanted of it. */
struct explain_view {
	const char *path;
	uint32_t line; /* 0: all */
	enum confidence min_confidence; /* of a scan: less is not reported */
	bool all;	/* also anchors whose pattern matched nothing */
};
bool explain_is_shown(const struct explain_view *v, const struct explained *x);
/* Both return whether anything was shown. */
bool explain_text(FILE *to, const struct explanation *e,
	const struct explain_view *v);
bool explain_json(FILE *to, const struct explanation *e,
	const struct explain_view *v);
/* Words for an end, in a sentence about a candidate. */
const char *explain_end(enum trace_end end);

#endif
