/*
 * column: an array that grows. Zero it to begin with; free `at` at the end.
 */
#ifndef STANCH_BASE_COLUMN_H
#define STANCH_BASE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct column {
	void *at;
	size_t n, room; /* elements */
};

/* Room for so many more elements of this size; false without memory. */
static inline bool column_grow(struct column *c, size_t more, size_t size)
{
	size_t room = c->room ? c->room : 64;
	void *at;

	if (more <= c->room - c->n)
		return true;
	while (room - c->n < more) {
		if (room > SIZE_MAX / 2)
			return false;
		room *= 2;
	}
	at = reallocarray(c->at, room, size);
	if (at == NULL)
		return false;
	c->at = at;
	c->room = room;
	return true;
}

#endif
