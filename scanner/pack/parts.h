/*
 * parts: what a store is made of, for who remembers what a run has seen, and
 * which of it a sweep is to visit.
 *
 * A part is a pack, or one loose object. A stamp says whether a part is the
 * one that was seen: any change to a file gives it another, and only the
 * system can give it the same. Names and checksums are claims of the files.
 */
#ifndef STANCH_PACK_PARTS_H
#define STANCH_PACK_PARTS_H

#include "pack/pack.h"

struct pack_sweep;

/* Of a file, or of two: device, inode, size, times of change. */
struct pack_stamp {
	uint64_t hash;	  /* of all of them; 0: not to be had */
	uint64_t changed; /* the latest change, nanoseconds since 1970 */
};

struct pack_part {
	struct pack_stamp stamp; /* of index and pack */
	const unsigned char *checksum; /* as the pack claims; id_size bytes */
	uint32_t count;		 /* entries */
	bool is_sorted; /* its names ascend, so that all of them are found */
};

/* Packs, in an order that may differ from run to run. */
size_t pack_parts(const struct pack_store *store);
/* False: it cannot be read. Reads all names. */
bool pack_part_at(const struct pack_store *store, size_t pack,
	struct pack_part *out);
const unsigned char *pack_part_id(const struct pack_store *store, size_t pack,
	uint32_t entry);
/* The entries that have this name: [*first, *first + count). */
uint32_t pack_part_find(const struct pack_store *store, size_t pack,
	const unsigned char *id, uint32_t *first);

/* Are all objects of this name, in whatever part, the same type and bytes? Not
 * when one cannot be read. */
bool pack_part_agree(struct pack_worker *w, const unsigned char *id);

size_t pack_loose_parts(const struct pack_store *store);
/* In order of name; stamp: or NULL. */
const unsigned char *pack_loose_part(const struct pack_store *store,
	size_t i, struct pack_stamp *stamp);

/* What a sweep visits of one pack. */
struct pack_entries {
	bool is_some; /* only those listed; else all */
	uint32_t *at; /* ascending */
	size_t n;
};
struct pack_choice {
	const struct pack_entries *packs; /* one a pack */
	const bool *is_loose_left_out;	  /* one a loose object */
};

/* As pack_sweep_new, for a part of the store. */
enum status pack_sweep_new_chosen(struct pack_sweep **out,
	struct pack_store *store, unsigned types,
	const struct pack_choice *choice, struct error *err) MUST_USE;
/* Distinct names that the plan visits, when it is for all types. */
uint64_t pack_sweep_distinct(const struct pack_sweep *sweep);
/* Does an entry of this pack stand on a base outside of it? Then what it
 * holds is not the pack's alone. Of a pack that is planned wholly. */
bool pack_sweep_leans(const struct pack_sweep *sweep, size_t pack);

#endif
