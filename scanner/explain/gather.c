/*
 * Steps as detect/ tells them, put together: an anchor, the candidate that a
 * pattern found near it, what became of that among others, and the finding.
 * What is told twice (windows overlap, regions are decoded again) is kept once.
 */
#include "explain/internal.h"

#include "base/limits.h"
#include "base/secret.h"

#include <stdlib.h>

#include "base/banned.h"

/* Steps that are kept; a file with more is one to be looked at by line. */
#define STEPS_MAX ((size_t)200000)

static bool is_same(const struct trace_event *a, const struct trace_event *b)
{
	return a->rule == b->rule && a->offset == b->offset &&
	       a->length == b->length &&
	       a->encoding_count == b->encoding_count &&
	       memcmp(a->encodings, b->encodings, sizeof(a->encodings)) == 0;
}

static void keep(struct explanation *e, const struct trace_event *event)
{
	struct explained *x;

	if (e->n == STEPS_MAX) {
		e->lost++;
		return;
	}
	if (e->n == e->room) {
		size_t room = e->room ? e->room * 2 : 64;
		struct explained *more = reallocarray(e->at, room,
			sizeof(*more));

		if (more == NULL) {
			e->has_no_memory = true;
			return;
		}
		e->at = more;
		e->room = room;
	}
	x = &e->at[e->n++];
	*x = (struct explained){.event = *event};
	x->event.text = arena_copy(&e->arena,
		bytes_take(event->text, LIMIT_SECRET));
}

void explain_hear(void *context, const struct trace_event *event)
{
	keep(context, event);
}

static int compare(const void *a, const void *b)
{
	const struct explained *x = a, *y = b;
	int order = (x->event.offset > y->event.offset) -
		    (x->event.offset < y->event.offset);

	if (order == 0)
		order = strcmp(x->event.rule->id, y->event.rule->id);
	if (order == 0)
		order = (x->event.kind == TRACE_ANCHOR) -
			(y->event.kind == TRACE_ANCHOR);
	if (order == 0)
		order = (x->event.length > y->event.length) -
			(x->event.length < y->event.length);
	if (order == 0)
		order = memcmp(x->event.encodings, y->event.encodings,
			sizeof(x->event.encodings));
	if (order == 0) /* what was settled, behind the candidate */
		order = (int)x->event.kind - (int)y->event.kind;
	return order;
}

static void wipe(const struct explained *x)
{
	union {
		const unsigned char *read;
		unsigned char *write;
	} own = {.read = x->event.text.at};

	if (x->event.text.n)
		secret_wipe(own.write, x->event.text.n);
}

/* What is told of one place in one way becomes one step. */
static void join_steps(struct explanation *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		struct explained *last = n ? &e->at[n - 1] : NULL;
		const struct trace_event *event = &e->at[i].event;

		if (last == NULL || !is_same(&last->event, event) ||
			(last->event.kind == TRACE_ANCHOR) !=
				(event->kind == TRACE_ANCHOR)) {
			e->at[n++] = e->at[i];
			continue;
		}
		if (event->kind == TRACE_SETTLED) {
			last->event.end = event->end;
			last->event.confidence = event->confidence;
			last->event.reason = event->reason;
			last->event.other = event->other;
		}
		wipe(&e->at[i]);
	}
	e->n = n;
}

static bool is_break(bytes data, size_t i)
{
	return data.at[i] == '\n' || (data.at[i] == '\r' &&
		(i + 1 == data.n || data.at[i + 1] != '\n'));
}

/* Offsets ascend, so the text is gone through once. */
static void set_lines(struct explanation *e, bytes data)
{
	size_t at = 0, start = 0;
	uint32_t line = 1;

	for (size_t i = 0; i < e->n; i++) {
		struct explained *x = &e->at[i];
		const struct trace_event *event = &x->event;
		uint64_t end = event->offset + event->length;

		for (; at < event->offset && at < data.n; at++)
			if (is_break(data, at)) {
				line++;
				start = at + 1;
			}
		if (event->length == 0)
			continue; /* the path alone */
		x->line = x->end_line = line;
		x->column = (uint32_t)(event->offset - start) + 1;
		for (size_t k = at; k + 1 < end && k < data.n; k++)
			x->end_line += is_break(data, k);
	}
}

/* Bytes between a literal and the match that it may have led to. */
static uint64_t distance(const struct trace_event *anchor,
	const struct trace_event *candidate)
{
	uint64_t from = candidate->match;
	uint64_t to = from + candidate->match_length;

	if (anchor->offset + anchor->length < from)
		return from - anchor->offset - anchor->length;
	return anchor->offset > to ? anchor->offset - to : 0;
}

/* As far as it may stand: inside, or near. An encoding makes both longer. */
static uint64_t reach_of(const struct rule *r)
{
	return r->finder == RULE_BY_NEAR ? 6 * (uint64_t)r->near + 16 : 8;
}

static void take_anchor(struct explained *x, struct explained *a,
	uint64_t *best)
{
	uint64_t far = distance(&a->event, &x->event);

	if (a->event.kind != TRACE_ANCHOR || a->event.rule != x->event.rule ||
		far > reach_of(x->event.rule))
		return;
	a->is_answered = true;
	if (far >= *best)
		return;
	*best = far;
	x->anchor = a->event.text;
	x->anchor_line = a->line;
	x->anchor_column = a->column;
	x->anchor_encoding_count = a->event.encoding_count;
	memcpy(x->anchor_encodings, a->event.encodings,
		sizeof(x->anchor_encodings));
}

/* The nearest anchor of each candidate's rule; anchors answered. */
static void find_anchor(struct explanation *e, size_t candidate)
{
	struct explained *x = &e->at[candidate];
	uint64_t best = UINT64_MAX, reach = reach_of(x->event.rule);
	uint64_t end = x->event.match + x->event.match_length + reach;

	/* A literal is far shorter than an excerpt. */
	for (size_t i = candidate; i-- > 0 &&
		e->at[i].event.offset + reach + 8 * SIGHTING_EXCERPT >=
			x->event.match;)
		take_anchor(x, &e->at[i], &best);
	for (size_t i = candidate + 1; i < e->n &&
		e->at[i].event.offset <= end; i++)
		take_anchor(x, &e->at[i], &best);
}

static void find_place(struct explained *x, const struct leaks *leaks)
{
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *leak = leaks_at(leaks, i);

		for (size_t p = 0; leak->rule == x->event.rule &&
				p < leak->place_count; p++)
			if (leak->places[p].offset == x->event.offset &&
				leak->places[p].length == x->event.length) {
				x->leak = leak;
				x->place = &leak->places[p];
				return;
			}
	}
}

void explain_settle(struct explanation *e, bytes data,
	const struct leaks *leaks)
{
	if (e->n)
		qsort(e->at, e->n, sizeof(*e->at), compare);
	join_steps(e);
	set_lines(e, data);
	for (size_t i = 0; i < e->n; i++) {
		if (e->at[i].event.kind == TRACE_ANCHOR)
			continue;
		find_anchor(e, i);
		find_place(&e->at[i], leaks);
	}
}

void explain_release(struct explanation *e)
{
	for (size_t i = 0; i < e->n; i++)
		wipe(&e->at[i]);
	free(e->at);
	arena_release(&e->arena);
}
