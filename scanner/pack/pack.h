/*
 * pack: git's object store, read as hostile input.
 *
 * Packs (index v1, v2, 64-bit offsets), loose objects, alternates; SHA-1 and
 * SHA-256. Everything in it is a claim: counts, offsets, sizes, bases and
 * names are checked before use, and what does not hold is a problem of one
 * object, told to the caller, never of the run. Nothing is executed, written,
 * fetched, or followed out of the roots that the caller allows. Formats:
 * gitformat-pack(5), gitrepository-layout(5).
 *
 * A store is frozen after pack_store_open; all threads read it. A worker
 * holds what one thread writes.
 */
#ifndef STANCH_PACK_PACK_H
#define STANCH_PACK_PACK_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

#define PACK_ID_MAX 32 /* bytes of a SHA-256 name */

/* Values of the pack format. */
enum pack_type {
	PACK_NONE = 0,
	PACK_COMMIT = 1,
	PACK_TREE = 2,
	PACK_BLOB = 3,
	PACK_TAG = 4,
	PACK_OFS_DELTA = 6,
	PACK_REF_DELTA = 7,
};

/* Why an object, or what holds it, could not be read. */
enum pack_problem {
	PACK_FINE,
	PACK_CORRUPT,	  /* does not inflate, or a size does not hold */
	PACK_BAD_DELTA,	  /* a delta reaches outside its base or result */
	PACK_NO_BASE,	  /* the base is in no pack and not loose */
	PACK_CYCLE,	  /* deltas based on each other */
	PACK_TOO_LARGE,	  /* over LIMIT_OBJECT, and not to be streamed */
	PACK_UNREADABLE,  /* the file cannot be read */
	PACK_MEMORY,	  /* no memory for it now */
	PACK_PROBLEM_COUNT,
};
/* A key for the ledger: "corrupt", "no_base", ... */
const char *pack_problem_name(enum pack_problem p);

struct pack_store;
struct pack_worker;

struct pack_store_options {
	/*
	 * Directories whose object stores alternates may name: terminated
	 * real paths. Others are refused and counted.
	 */
	const char *const *allowed;
	size_t allowed_count;
	size_t id_size; /* as the config says; 0: what the store shows */
	/*
	 * Loose objects are not listed but looked for by name, so that opening
	 * costs nothing; then no sweep and no count. Needs id_size.
	 */
	bool is_by_name;
};

/* What opening found that cannot be used. */
struct pack_store_report {
	uint64_t packs, loose;	       /* usable packs; loose object files */
	uint64_t broken_packs;	       /* index, pack, directory not usable */
	uint64_t broken_objects;       /* objects that a broken pack claims */
	uint64_t refused_alternates;   /* out of the allowed directories */
	uint64_t strange_files;	       /* not regular, in objects/xx */
};

/* `objects` is the path of an objects directory. */
enum status pack_store_open(struct pack_store **out, const char *objects,
	const struct pack_store_options *options, struct error *err) MUST_USE;
/* One pack with its index, both in memory (a bundle's), borrowed until the
 * store is closed. ERR_FORMAT: they do not fit each other. */
enum status pack_store_open_memory(struct pack_store **out, bytes pack,
	bytes index, struct error *err) MUST_USE;
/*
 * The entries of a pack that has no index, by inflating one after another;
 * until one does not hold, or `each` returns false.
 */
void pack_walk(bytes pack, size_t id_size,
	bool (*each)(void *context, uint64_t offset), void *context);
/* One more objects directory (a quarantine, an alternate from the
 * environment), before any reading. */
enum status pack_store_add(struct pack_store *store, const char *objects,
	struct error *err) MUST_USE;
void pack_store_close(struct pack_store *store);
const struct pack_store_report *pack_store_report(
	const struct pack_store *store);
/* Bytes of an object's name: 20 or 32. 20 for an empty store. */
size_t pack_store_id_size(const struct pack_store *store);

/* Distinct names in the store. O(objects) the first time. */
uint64_t pack_store_count(struct pack_store *store);
bool pack_store_has(const struct pack_store *store, const unsigned char *id);
/*
 * The one object whose name starts with `digits` hex digits (at least 4), as
 * in `prefix`, high digit first. ERR_NOT_FOUND; ERR_USAGE: more than one.
 */
enum status pack_store_find_prefix(const struct pack_store *store,
	const unsigned char *prefix, size_t digits,
	unsigned char id[PACK_ID_MAX], struct error *err) MUST_USE;

struct pack_worker *pack_worker_new(struct pack_store *store);
void pack_worker_free(struct pack_worker *w);
/* Where a worker's time went, in nanoseconds on the wall: inflating objects and
 * deltas, and building what deltas make of their bases. */
struct pack_times {
	uint64_t inflate, delta;
};
struct pack_times pack_worker_times(const struct pack_worker *w);

/*
 * Read one object. *data stays valid until the next call with this worker.
 * ERR_NOT_FOUND: not in the store; ERR_FORMAT or ERR_LIMIT with *problem.
 */
enum status pack_read(struct pack_worker *w, const unsigned char *id,
	enum pack_type *type, bytes *data, enum pack_problem *problem,
	struct error *err) MUST_USE;
/*
 * A blob over LIMIT_OBJECT, in pieces; it must be stored whole, not as a
 * delta. Statuses as pack_read.
 */
enum status pack_read_pieces(struct pack_worker *w, const unsigned char *id,
	void (*piece)(void *context, bytes piece), void *context,
	enum pack_problem *problem, struct error *err) MUST_USE;
/* Its type and size only; cheaper for large ones. */
enum status pack_read_header(struct pack_worker *w, const unsigned char *id,
	enum pack_type *type, uint64_t *size, enum pack_problem *problem,
	struct error *err) MUST_USE;

/* The versions of libraries that run here. */
const char *pack_library_deflate(void);
const char *pack_library_zlib(void);
#endif
