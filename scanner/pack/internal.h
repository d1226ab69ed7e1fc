/*
 * internal: what pack/'s own files share. Included by this room only.
 */
#ifndef STANCH_PACK_INTERNAL_H
#define STANCH_PACK_INTERNAL_H

#include "pack/inflate.h"
#include "pack/order.h"
#include "pack/parts.h"
#include "pack/pool.h"

#include <stdatomic.h>

/* A read-only mapping of a whole file; at is NULL when empty. */
struct pack_map {
	const unsigned char *at;
	size_t n;
	struct pack_stamp stamp;
};
struct stat;
struct pack_stamp pack_stamp_of(const struct stat *st);
/* Regular files only, beneath `directory` without links, never waited for. */
enum pack_problem pack_map_open(struct pack_map *map, int directory,
	const char *name);
void pack_map_close(struct pack_map *map);

/* One pack with its index, both checked as far as that costs nothing. */
struct pack_file {
	struct pack_map index, data;
	uint32_t count;
	unsigned id_size;
	const unsigned char *fanout; /* 256 big-endian counts */
	const unsigned char *ids;    /* v2: count names; v1: see id_step */
	size_t id_step;		     /* from one name to the next */
	const unsigned char *offsets; /* v2: 4 bytes each; v1: inside */
	const unsigned char *large;   /* v2: 8 bytes each, large_count */
	size_t large_count;
	bool is_borrowed; /* memory of the caller's, not ours to unmap */
	bool is_broken; /* the index is good, the data is not: all fail */
};
enum pack_problem pack_file_open(struct pack_file *f, int directory,
	const char *index_name, const char *pack_name);
enum pack_problem pack_file_of(struct pack_file *f, bytes pack, bytes index);
void pack_file_close(struct pack_file *f);
const unsigned char *pack_file_id(const struct pack_file *f, uint32_t i);
/* 0 when the index lies. */
uint64_t pack_file_offset(const struct pack_file *f, uint32_t i);
bool pack_file_find(const struct pack_file *f, const unsigned char *id,
	uint32_t *i);
/* Does its index repeat names, thousands of times? Reads all of it. */
bool pack_file_is_hollow(const struct pack_file *f);
/* Do its names ascend, so that each is found? Reads all of it. */
bool pack_file_is_sorted(const struct pack_file *f);

/* The head of one entry. */
struct pack_entry {
	enum pack_type type;
	uint64_t size;	      /* of the inflated data */
	uint64_t base_offset; /* OFS_DELTA */
	const unsigned char *base_id; /* REF_DELTA, inside the mapping */
	uint64_t data_at;     /* where the deflated data starts */
};
/* False when it does not hold: bad type, runs out of the file. */
bool pack_entry_parse(const struct pack_file *f, uint64_t offset,
	struct pack_entry *entry);

/* ---- store -------------------------------------------------------------- */

struct pack_loose {
	unsigned char id[PACK_ID_MAX];
	uint32_t directory; /* which objects directory */
};

struct pack_store {
	struct pack_file *packs;
	size_t pack_count;
	struct pack_loose *loose; /* sorted by name */
	size_t loose_count;
	int *directories; /* handles of objects directories */
	char **real_paths;
	size_t directory_count;
	size_t id_size;
	const struct pack_store_options *options; /* while opening */
	bool is_by_name; /* loose[] is empty: ask the directories */
	struct pack_store_report report;
	_Atomic size_t held; /* bytes in object buffers: see pool */
	bool is_counted;
	uint64_t count; /* distinct names, once they are counted */
};
/* Is the name loose, and where. */
bool pack_store_find_loose(const struct pack_store *store,
	const unsigned char *id, struct pack_loose *found);
/* Two digits of the directory and the rest from the name; size or 0. */
size_t pack_loose_id(unsigned fan, const char *name, unsigned char *id);
int pack_loose_order(const void *a, const void *b); /* by name */
/* "xx/yyyy..." */
void pack_loose_name(const unsigned char *id, size_t id_size,
	char name[PACK_ID_MAX * 2 + 2]);
/* The pack and entry, searching from pack `first` on. */
bool pack_store_find(const struct pack_store *store, const unsigned char *id,
	size_t first, size_t *pack, uint32_t *entry);

/*
 * Of several entries with one name exactly one is the object, the others are
 * copies: the one in the last pack, its first place there; loose only when no
 * pack has it. (An index may lie and name an object twice.)
 */
bool pack_entry_is_copy(const struct pack_store *store, size_t pack,
	uint32_t entry);
bool pack_loose_is_copy(const struct pack_store *store, size_t i);

struct pack_worker {
	struct pack_store *store;
	struct pack_inflate *inflate;
	struct pack_pool *pool;
	unsigned char *held;  /* what pack_read gave last */
	struct pack_built held_as; /* where it came from, with its size */
	struct pack_built *built; /* PACK_BUILT_SLOTS, or NULL: none */
	size_t built_sum; /* bytes */
	unsigned char *delta; /* scratch for delta streams */
	size_t delta_room;
	uint64_t delta_spent; /* nanoseconds, in deltas */
};
/* Scratch of at least n bytes; NULL without memory. */
unsigned char *pack_worker_scratch(struct pack_worker *w, size_t n);
/* A loose object, whole; *data is a pool buffer that the caller puts back. */
enum pack_problem pack_loose_read(struct pack_worker *w,
	const struct pack_loose *loose, enum pack_type *type,
	unsigned char **data, size_t *n);
enum pack_problem pack_loose_header(struct pack_worker *w,
	const struct pack_loose *loose, enum pack_type *type, uint64_t *size);
/* A loose blob too large to hold, in pieces. */
enum pack_problem pack_loose_stream(struct pack_worker *w,
	const struct pack_loose *loose, uint64_t size, pack_piece *piece,
	void *context);
/* One packed object through its chain; *data as above. */
enum pack_problem pack_entry_read(struct pack_worker *w, size_t pack,
	uint64_t offset, enum pack_type *type, unsigned char **data,
	size_t *n);

/* *data as above, NULL on failure. */
enum pack_problem pack_delta_build(struct pack_worker *w, bytes deflated,
	uint64_t delta_size, bytes base, unsigned char **data, size_t *n);

#endif
