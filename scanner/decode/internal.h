/*
 * decode/internal: digit tables and the walk over encoded digits.
 *
 * A walk steps from digit to digit of an encoded run, in both directions,
 * over what wraps it: line ends with the indent after them, and JSON's escapes
 * of them. All pure.
 */
#ifndef STANCH_DECODE_INTERNAL_H
#define STANCH_DECODE_INTERNAL_H

#include "decode/decode.h"

#define DECODE_NOT 0xff /* this byte is no digit */

/* Both base64 alphabets at once; hex in both cases. */
extern const unsigned char decode_base64_values[256];
extern const unsigned char decode_hex_values[256];
extern const char decode_base64_digits[65];

struct decode_walk {
	bytes input;
	size_t low, high; /* digits stand in input[low..high) */
	const unsigned char *values;
};

/* Steps over a gap; see walk.c. */
bool decode_walk_gap(const struct decode_walk *w, size_t at, size_t *digit);
bool decode_walk_left(const struct decode_walk *w, size_t at, size_t *digit);
/* Past at most `most` '=' that follow; `at` when none does. */
size_t decode_walk_padding(const struct decode_walk *w, size_t at,
	unsigned most);

/* The digit at `at`, or the first one after the gap that starts there. */
static inline bool decode_walk_right(const struct decode_walk *w, size_t at,
	size_t *digit)
{
	if (at >= w->high)
		return false;
	if (w->values[w->input.at[at]] == DECODE_NOT)
		return decode_walk_gap(w, at, digit);
	*digit = at;
	return true;
}

#endif
