/*
 * gauge: the line on standard error that says how far something is. On a
 * terminal it is redrawn in place, never wraps, and is cleared at the end; in
 * a log it is a line now and then. Numbers only: nothing of what is scanned
 * reaches it. When to draw is its owner's to say. One thread at a time.
 */
#ifndef STANCH_GAUGE_GAUGE_H
#define STANCH_GAUGE_GAUGE_H

#include "base/buf.h"

#include <stdint.h>

enum gauge_when {
	GAUGE_AUTO, /* on a terminal */
	GAUGE_ALWAYS,
	GAUGE_NEVER,
};
struct gauge {
	uint64_t started, shown; /* clock readings; shown 0: never */
	bool is_terminal, is_on;
};

void gauge_init(struct gauge *g, enum gauge_when when);
/* Seconds since it was begun, or drawn. */
double gauge_age(const struct gauge *g);
double gauge_shown_age(const struct gauge *g);

typedef void gauge_compose(void *context, struct buf *out);
void gauge_draw(struct gauge *g, gauge_compose *compose, void *context);
/* Takes the line away from a terminal. */
void gauge_clear(struct gauge *g);

/* "1.5 MB": powers of 1000. */
void gauge_put_size(struct buf *out, double n);
/* ", about 5 min left"; nothing for less than a second. */
void gauge_put_left(struct buf *out, double seconds);

#endif
