/*
 * record: what a scan hands on, written down so that two scans can be
 * compared byte for byte; and the texts that the rules' examples give.
 */
#ifndef STANCH_TESTS_RECORD_H
#define STANCH_TESTS_RECORD_H

#include "base/buf.h"
#include "detect/detect.h"

#include <stdio.h>
#include <stdlib.h>

static inline void record_die(const char *what, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", what, why);
	exit(2);
}

static inline void record_part(struct buf *b, const struct sighting_part *p)
{
	buf_printf(b, " with %s %llu:%u [", p->rule->id,
		(unsigned long long)p->offset, p->line);
	buf_put(b, p->secret);
	buf_put_text(b, "]");
}

/* A detect_sink: the context is a struct buf. All of a sighting. */
static inline void record_sighting(void *context, const struct sighting *s)
{
	struct buf *b = context;

	buf_printf(b, "%s %llu+%llu %u:%u-%u:%u %s (%s) %.3f", s->rule->id,
		(unsigned long long)s->offset, (unsigned long long)s->length,
		s->line, s->column, s->end_line, s->end_column,
		confidence_name(s->confidence), s->reason ? s->reason : "-",
		(double)s->entropy);
	for (unsigned i = 0; i < s->encoding_count; i++)
		buf_printf(b, " %s",
			encoding_name((enum encoding)s->encodings[i]));
	buf_put_text(b, " [");
	buf_put(b, s->secret);
	buf_put_text(b, "]");
	for (unsigned i = 0; i < s->part_count; i++)
		record_part(b, &s->parts[i]);
	buf_printf(b, " in %u+%u {", s->excerpt_at, s->excerpt_n);
	buf_put(b, s->excerpt);
	buf_put_text(b, "}\n");
}

/* Ends the program when the built-in rules do not load. */
static inline struct ruleset *record_rules(void)
{
	struct ruleset *rules = ruleset_new();
	struct error err = {.code = OK};

	if (rules == NULL || ruleset_add_builtin(rules, &err) ||
		ruleset_freeze(rules, &err))
		record_die("rules", err.text);
	return rules;
}

static inline struct detector *record_detector(const struct ruleset *rules,
	bool no_jit)
{
	const struct detect_options options = {.decode_depth = 3,
		.no_jit = no_jit, .min_confidence = CONFIDENCE_LOW};
	struct error err = {.code = OK};
	struct detector *d = detector_new(rules, &options, &err);

	if (d == NULL)
		record_die("detector", err.text);
	return d;
}

static inline struct scan *record_scan(const struct detector *d)
{
	struct error err = {.code = OK};
	struct scan *s = scan_new(d, &err);

	if (s == NULL)
		record_die("scan", err.text);
	return s;
}

/* Everything in one piece; `out` then holds the sightings. */
static inline void record_whole(struct scan *s, bytes path, bytes data,
	struct buf *out)
{
	const struct detect_text text = {.path = path,
		.sink = record_sighting, .context = out};
	struct error err = {.code = OK};

	buf_clear(out);
	if (scan_buffer(s, &text, data, &err))
		record_die("scan_buffer", err.text);
}

/* In pieces of `size` bytes, the first of `first`. */
static inline void record_pieces(struct scan *s, bytes path, bytes data,
	size_t first, size_t size, struct buf *out)
{
	const struct detect_text text = {.path = path,
		.sink = record_sighting, .context = out};
	struct error err = {.code = OK};
	enum status status;

	buf_clear(out);
	status = scan_begin(s, &text, &err);
	if (status == OK)
		status = scan_feed(s, bytes_take(data, first), &err);
	data = bytes_drop(data, first);
	for (; status == OK && data.n; data = bytes_drop(data, size))
		status = scan_feed(s, bytes_take(data, size), &err);
	if (status == OK)
		status = scan_end(s, &err);
	if (status)
		record_die("scan_feed", err.text);
}

#endif
