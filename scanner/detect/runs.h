/*
 * runs: tokens that carry no literal at all, told by their length and class.
 * How they are looked for is in runs.c.
 */
#ifndef STANCH_DETECT_RUNS_H
#define STANCH_DETECT_RUNS_H

#include "base/bytes.h"

struct scan;
struct layer;

/* Bytes of a run that are looked at at once. */
#define DETECT_BLOCK 16
#define DETECT_RANGES 4

/* A run's class as a few ranges, where it is that simple. */
struct detect_ranges {
	unsigned char low[DETECT_RANGES][DETECT_BLOCK]; /* repeated */
	unsigned char span[DETECT_RANGES][DETECT_BLOCK];
	size_t count; /* 0: too many */
};

/* Once for a scan; false without memory. */
bool scan_set_runs(struct scan *s);

/* Judge the runs that have a block in [begin, end): for the parts of a layer,
 * in order; then those that begin in it and have a block only behind it. */
void scan_runs(struct scan *s, const struct layer *l, size_t begin,
	size_t end);
void scan_last_runs(struct scan *s, const struct layer *l);

/* May scan_runs find any there? Reads up to DETECT_BLOCK bytes behind `end`; a
 * literal_eye, whose context is the scan. */
bool scan_sees_run(void *context, bytes text, size_t begin, size_t end);

#endif
