/*
 * internal: what known/'s files share.
 */
#ifndef STANCH_KNOWN_INTERNAL_H
#define STANCH_KNOWN_INTERNAL_H

#include "known/known.h"

/* A pack as a state has it. */
struct known_pack {
	uint64_t stamp;
	unsigned char checksum[PACK_ID_MAX];
	uint32_t count;	      /* its entries */
	uint32_t dirty_count; /* of them, those that are not clean */
	const unsigned char *dirty; /* 4 bytes each, ascending */
	bool is_usable; /* its clean entries may be left out */
	bool is_found;	/* in the store, as it was */
};

/* A state taken apart: slices of the options' bytes. */
struct known_state {
	uint64_t rules, refs;
	bool is_closed, has_names;
	size_t id_size;
	const unsigned char *missing; /* names of objects that were not there */
	size_t missing_count;
	struct known_pack *packs;
	size_t pack_count;
	const unsigned char *loose; /* loose_count of KNOWN_LOOSE */
	size_t loose_count;
	bytes carried;
};
/* id, stamp, 1 when it is not clean */
#define KNOWN_LOOSE(id_size) ((id_size) + 9)

/* False: it is none, of another version or store, or damaged. */
bool known_state_read(struct known_state *s, bytes text,
	const unsigned char *secret);
void known_state_release(struct known_state *s);

void known_put_u32(struct buf *out, uint32_t n);
void known_put_u64(struct buf *out, uint64_t n);
uint32_t known_u32(const unsigned char *at);
uint64_t known_u64(const unsigned char *at);
/* "STK2" and what the refs, rules and flags are. */
struct known_head {
	uint64_t rules, refs;
	bool is_closed, has_names;
	size_t id_size, pack_count, loose_count, missing_count, carried_size;
};
void known_put_head(struct buf *out, const struct known_head *head);
/* Over all from `begin` on; the last to be put. */
void known_put_sum(struct buf *out, size_t begin, const unsigned char *secret);

#endif
