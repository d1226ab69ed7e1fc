/*
 * clock: monotonic time. Wall-clock jumps never matter to it. Any thread.
 */
#ifndef STANCH_BASE_CLOCK_H
#define STANCH_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since an arbitrary start. */
uint64_t clock_nanoseconds(void);
/* Seconds between two readings. */
static inline double clock_seconds(uint64_t from, uint64_t to)
{
	return (double)(to - from) / 1e9;
}

#endif
