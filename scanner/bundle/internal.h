/*
 * internal: what bundle/'s files share.
 */
#ifndef STANCH_BUNDLE_INTERNAL_H
#define STANCH_BUNDLE_INTERNAL_H

#include "bundle/bundle.h"

struct bundle {
	bytes file; /* mapped */
	bytes pack; /* a part of it */
	struct repo *repo;
	unsigned char *index; /* version 2 of an index, made here */
	size_t index_n;
	struct pack_store *store;
	uint64_t lost;
};

/* head.c: the lines before the pack: fills repo's refs and id_size, pack. */
enum status bundle_read_head(struct bundle *b, struct error *err) MUST_USE;
/* name.c: finds the pack's objects and their names: index, store, lost. */
enum status bundle_index(struct bundle *b, const struct bundle_options *options,
	struct error *err) MUST_USE;

#endif
