/*
 * charset: a set of byte values, written as in a regular expression's class
 * without its brackets: "A-Za-z0-9_-" (a '-' first or last is itself, and a
 * backslash quotes the next byte). Pure functions, any thread.
 */
#ifndef STANCH_BASE_CHARSET_H
#define STANCH_BASE_CHARSET_H

#include "base/bytes.h"

#include <stdint.h>

struct charset {
	uint64_t word[4]; /* bit c % 64 of word[c / 64] */
};

/* False on a reversed range or a trailing backslash; set is then empty. */
bool charset_parse(struct charset *set, bytes text);
static inline bool charset_has(const struct charset *set, unsigned char c)
{
	return (set->word[c >> 6] >> (c & 63)) & 1;
}
bool charset_is_empty(const struct charset *set);
/* How many bytes of data are in the set. */
size_t charset_count(const struct charset *set, bytes data);

#endif
