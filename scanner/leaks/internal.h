/*
 * Shared inside leaks/ only: how a place is copied, compared and named.
 */
#ifndef STANCH_LEAKS_INTERNAL_H
#define STANCH_LEAKS_INTERNAL_H

#include "base/hash.h"
#include "leaks/leaks.h"

/*
 * One block of memory for each place, with all that its slices point to, so
 * that dropping a place is one wipe and one free.
 */
struct leak_held {
	const struct rule *rule;
	bytes secret;
	bytes fingerprint;  /* given with it, or empty */
	struct hash128 key; /* of the secret; set by leaks_finish */
	size_t size;	    /* of the block: what is wiped and charged */
};

/* A place that borrows everything from the sighting and `where`. */
struct leak_place leak_place_borrow(const struct sighting *s,
	const struct leak_where *where);
/* Copy what `place` borrows into a block of its own, and the fingerprint that
 * is given with it; false: no memory. */
bool leak_place_hold(struct leak_place *place, const struct sighting *s,
	bytes fingerprint);
void leak_place_drop(struct leak_place *place);
/* What a place counts for against LIMIT_LEAKS_BYTES. */
size_t leak_place_cost(const struct leak_place *place);

/*
 * Two orders, both total over all that a report shows. `keep`: which places
 * are listed when there are too many; their rule and secret stand in `held`.
 * `show`: places of one leak.
 */
int leak_place_order_keep(const struct leak_place *a,
	const struct leak_place *b);
int leak_place_order_show(const struct leak_place *a,
	const struct leak_place *b);
/* Whether they say the same: path, offset, source, commit and object. */
bool leak_place_same(const struct leak_place *a, const struct leak_place *b);

/*
 * Of one leak's places, in the order to show: drop those in an archive's own
 * bytes that a place in a member of it stands for. Returns how many are left.
 */
size_t leak_places_give_way(struct leak_place *places, size_t n);

/* verdict.c: a copy in one block, for free(); NULL: no memory. */
struct verdict_facts *leak_verdict_new(const struct verdict_facts *facts);

/* malloc'd; NULL: no memory. */
char *leak_fingerprint_new(const struct rule *rule, bytes secret, bytes key);

#endif
