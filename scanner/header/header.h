/*
 * header: the header lines of git's commits and tags, gitformat-commit: names
 * of objects and the time of commit. Pure functions over text that may lie.
 */
#ifndef STANCH_HEADER_HEADER_H
#define STANCH_HEADER_HEADER_H

#include "base/bytes.h"

#include <stdint.h>

/*
 * A line "<word><hex>" of lower-case digits at the start of *text, which then
 * moves behind it; `id` receives id_size bytes (20 or 32), of which some may
 * be written when it is none.
 */
bool header_take_link(bytes *text, size_t id_size, const char *word,
	unsigned char *id);

/* Seconds since 1970 behind the last '>' of the committer line; 0: none. */
int64_t header_committer_time(bytes text);

#endif
