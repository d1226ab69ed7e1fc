/*
 * lines: where in the lines of a text something stands. Inside detect/ only.
 */
#ifndef STANCH_DETECT_LINES_H
#define STANCH_DETECT_LINES_H

#include "flow/sighting.h"

struct scan;

/* Line breaks before an offset of the text. */
struct detect_lines {
	uint64_t at, line, start; /* `start` of the line that `at` is in */
};

void scan_lines_to(struct detect_lines *lines, bytes text, uint64_t base,
	uint64_t to);
/* Give lines and outer offsets to what was found since; text[0] is `base`.
 * Nothing found later will lie before `retire`. */
uint64_t scan_outer_offset(const struct scan *s, uint64_t unit);
void scan_locate(struct scan *s, bytes text, uint64_t base, uint64_t retire);
/* Excerpt of the layer 0 text around [begin, end), copied to the arena. */
void scan_excerpt(struct scan *s, struct sighting *out, bytes text,
	size_t begin, size_t end);
/* A comment on the lines of [begin, end) that asks not to report it. */
void scan_allow(struct scan *s, struct sighting *out, bytes text,
	size_t begin, size_t end);

#endif
