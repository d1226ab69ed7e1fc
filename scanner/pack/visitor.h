/*
 * visitor: the sweep over a store.
 *
 * Every object of the store once, each delta base inflated once: entries
 * are linked to trees of deltas and each tree is walked depth first. A unit
 * of work is one or more whole trees. Units may run in any order on any
 * thread, each with the thread's own worker.
 */
#ifndef STANCH_PACK_VISITOR_H
#define STANCH_PACK_VISITOR_H

#include "pack/pack.h"

struct pack_sweep;

struct pack_object {
	const unsigned char *id; /* the name that the store claims for it */
	enum pack_type type;
	bytes data;
	uint64_t large_size; /* of what comes in pieces: as claimed */
	bool is_copy; /* another pack told this name already: scan, not count */
};

/* Told from within a unit, on its thread. */
struct pack_visitor {
	void (*object)(void *context, const struct pack_object *object);
	/* blobs over LIMIT_OBJECT come in pieces instead */
	void (*large_begin)(void *context, const struct pack_object *object);
	void (*large_piece)(void *context, bytes piece);
	/* `problem` is PACK_FINE when all of it came */
	void (*large_end)(void *context, enum pack_problem problem);
	void (*problem)(void *context, const unsigned char *id, bool is_copy,
		enum pack_problem problem);
	/* asked between objects: true ends the unit early */
	bool (*is_stopped)(void *context);
	void *context;
};

#define PACK_SWEEP_TYPE(t) (1u << (t))
#define PACK_SWEEP_ALL 0xffu

/* Plan a sweep over the given types (a set of PACK_SWEEP_TYPE). */
enum status pack_sweep_new(struct pack_sweep **out, struct pack_store *store,
	unsigned types, struct error *err) MUST_USE;
/* Sweep again, over fewer types; cheaper than a new plan. */
enum status pack_sweep_narrow(struct pack_sweep *sweep, unsigned types,
	struct error *err) MUST_USE;
void pack_sweep_free(struct pack_sweep *sweep);
size_t pack_sweep_units(const struct pack_sweep *sweep);
void pack_sweep_run(struct pack_sweep *sweep, size_t unit,
	struct pack_worker *w, const struct pack_visitor *visitor);

#endif
