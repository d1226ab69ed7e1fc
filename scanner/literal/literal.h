/*
 * literal: where any of some thousand literals stand in a text.
 *
 * A set is made once from a list and then read by any thread. Making it takes
 * a fraction of a millisecond, since every start of the program pays for it.
 * The text is read once, at about the speed of memory; nothing is allocated.
 */
#ifndef STANCH_LITERAL_LITERAL_H
#define STANCH_LITERAL_LITERAL_H

#include "base/bytes.h"

#include <stdint.h>
#include <stdio.h>

/* Shorter ones would be everywhere; longer ones are cut by the caller. */
#define LITERAL_MIN 3
#define LITERAL_MAX 512

struct literal {
	bytes text;   /* LITERAL_MIN to LITERAL_MAX bytes; copied */
	uint32_t tag; /* handed back with each hit */
	bool fold;    /* ASCII case does not matter */
	bool is_rare; /* all of it is rare in text: need not be weighed */
};

struct literal_hit {
	size_t at;    /* of bytes in it that gave it away */
	size_t start; /* of the literal; at - start <= its reach */
	size_t n;     /* the literal's length */
	uint32_t tag;
};

typedef void literal_sink(void *context, const struct literal_hit *hit);

struct literal_set;

/*
 * NULL without memory. Equal literals with equal tags are kept once. `reach`
 * (count entries, or NULL) receives for each literal the distance from its
 * start to `at` of its hits.
 */
struct literal_set *literal_set_new(const struct literal *list, size_t count,
	uint16_t *reach);
void literal_set_free(struct literal_set *set);

/*
 * The tables of a set as constants of a C program, and a set over such
 * constants: for literals that are known when the program is built. NAME is
 * that of a `const struct literal_tables`.
 */
struct literal_tables;
void literal_set_write(const struct literal_set *set, const char *name,
	FILE *out);
struct literal_set *literal_set_over(const struct literal_tables *tables);
/* How many different ones it holds. */
size_t literal_set_count(const struct literal_set *set);

/*
 * Tell of every literal in text that is given away in [from, to): those parts
 * of a text that adjoin, with even bounds in the whole, tell of each literal
 * once. `at` ascends, but for one byte that a hit may lie before the last;
 * it is in [from, to]. The literal may stand partly outside of [from, to),
 * never of text. The sink may scan other texts with the same set.
 */
void literal_scan(const struct literal_set *set, bytes text, size_t from,
	size_t to, literal_sink *sink, void *context);

#endif
