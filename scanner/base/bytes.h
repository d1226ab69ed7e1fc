/*
 * bytes: a by-value slice of memory that it neither owns nor terminates.
 *
 * Everything that comes from a scanned file is a slice; a terminated string
 * exists only at the edge to libc and to libraries.  A slice is valid as long
 * as the storage behind it; functions that return slices return parts of
 * their argument.  All functions are pure and may be called from any thread.
 */
#ifndef STANCH_BASE_BYTES_H
#define STANCH_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct bytes {
	const unsigned char *at;
	size_t n;
} bytes;

/* Returned by the find functions when nothing was found. */
#define BYTES_NONE ((size_t)-1)

static inline bytes bytes_of(const void *at, size_t n)
{
	return (bytes){(const unsigned char *)at, n};
}

/* The bytes of a terminated string, its terminator not included. */
static inline bytes bytes_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

/* The first n bytes, or all when there are fewer. */
static inline bytes bytes_take(bytes b, size_t n)
{
	return bytes_of(b.at, n < b.n ? n : b.n);
}

/* What follows the first n bytes; empty when there are not more than n. */
static inline bytes bytes_drop(bytes b, size_t n)
{
	return n < b.n ? bytes_of(b.at + n, b.n - n) : bytes_of(b.at, 0);
}

/* The part [from, to), both cut to the slice. */
static inline bytes bytes_part(bytes b, size_t from, size_t to)
{
	return bytes_drop(bytes_take(b, to), from);
}

bool bytes_equal(bytes a, bytes b);
/* ASCII case is ignored; other bytes must be equal. */
bool bytes_equal_nocase(bytes a, bytes b);
bool bytes_starts(bytes b, bytes prefix);
bool bytes_ends(bytes b, bytes suffix);
/* <0, 0, >0 as memcmp, a prefix before the longer one. */
int bytes_compare(bytes a, bytes b);

/* Offset of the first occurrence, or BYTES_NONE. An empty needle is at 0. */
size_t bytes_find(bytes b, bytes needle);
size_t bytes_find_nocase(bytes b, bytes needle);
size_t bytes_find_byte(bytes b, unsigned char c);

/*
 * In `count` rows of `width` bytes each, which ascend by their first name.n
 * bytes: the row that begins with the name, or BYTES_NONE.
 */
size_t bytes_find_row(const unsigned char *rows, size_t count, size_t width,
	bytes name);

/* The bytes that lower-case digits spell, hex.n / 2 of them. False, with some
 * of them written, where one is no digit or the last stands alone. */
bool bytes_from_hex(bytes hex, unsigned char *out);

/* Without the ASCII white space at both ends. */
bytes bytes_trim(bytes b);

/*
 * Cut at the first `at`: *head is what stands before it, *tail what follows.
 * Without one, false, *head is all and *tail empty.
 */
bool bytes_cut(bytes b, unsigned char at, bytes *head, bytes *tail);

#endif
