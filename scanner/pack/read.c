/*
 * read: single objects, for walks that touch few.
 *
 * A chain of deltas is followed to its plain entry first, noting the way,
 * then rebuilt forward with two buffers. Nothing is cached: who needs all
 * objects takes the sweep. A chain longer than CHAIN_MAX is refused, which
 * also ends cycles (git writes at most 4095).
 */
#include "pack/internal.h"

#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define CHAIN_MAX 10000

struct pack_worker *pack_worker_new(struct pack_store *store)
{
	struct pack_worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->store = store;
	w->inflate = pack_inflate_new();
	w->pool = pack_pool_new(&store->held);
	if (w->inflate == NULL || w->pool == NULL) {
		pack_worker_free(w);
		return NULL;
	}
	return w;
}

struct pack_times pack_worker_times(const struct pack_worker *w)
{
	return (struct pack_times){
		pack_inflate_spent(w->inflate), w->delta_spent};
}

void pack_worker_free(struct pack_worker *w)
{
	if (w == NULL)
		return;
	if (w->pool) {
		pack_pool_put(w->pool, w->held);
		for (size_t i = 0; w->built && i < PACK_BUILT_SLOTS; i++)
			pack_pool_put(w->pool, w->built[i].data);
	}
	free(w->built);
	pack_pool_free(w->pool);
	pack_inflate_free(w->inflate);
	free(w->delta);
	free(w);
}

unsigned char *pack_worker_scratch(struct pack_worker *w, size_t n)
{
	if (n > w->delta_room) {
		size_t room = n < 65536 ? 65536 : n + n / 4;
		unsigned char *at;

		/* Contents need not survive: free first, hold less. */
		free(w->delta);
		at = malloc(room);
		w->delta = at;
		w->delta_room = at ? room : 0;
	}
	return w->delta;
}

/* One step of a chain: an entry of a pack, or a loose object at its end. */
struct step {
	size_t pack;
	uint64_t offset;
	struct pack_entry entry;
};

struct chain {
	struct step *steps;
	size_t count;
	struct pack_loose loose; /* base of the last step */
	bool is_on_loose;
	const struct pack_built *built; /* base of the last step, or NULL */
};

/* ---- what was built lately ----------------------------------------------- */

/* Bytes of all, and of one. */
#define BUILT_MOST ((size_t)2 << 20)
#define BUILT_ONE (BUILT_MOST / 4)

static struct pack_built *built_slot(const struct pack_worker *w, size_t pack,
	uint64_t offset)
{
	uint64_t mixed = (offset + pack) * 0x9e3779b97f4a7c15u;

	return &w->built[mixed >> 56];
}

static const struct pack_built *built_find(const struct pack_worker *w,
	size_t pack, uint64_t offset)
{
	const struct pack_built *at;

	if (w->built == NULL)
		return NULL;
	at = built_slot(w, pack, offset);
	return at->offset == offset && at->pack == pack && offset ? at : NULL;
}

static void built_drop(struct pack_worker *w, struct pack_built *at)
{
	pack_pool_put(w->pool, at->data);
	w->built_sum -= at->n;
	*at = (struct pack_built){.data = NULL};
}

static void built_empty(struct pack_worker *w)
{
	for (size_t i = 0; w->built && i < PACK_BUILT_SLOTS; i++)
		built_drop(w, &w->built[i]);
}

/* Takes over the data. */
static void built_keep(struct pack_worker *w, struct pack_built what)
{
	struct pack_built *at;

	if (w->built == NULL || what.offset == 0 || what.n > BUILT_ONE) {
		pack_pool_put(w->pool, what.data);
		return;
	}
	if (w->built_sum + what.n > BUILT_MOST)
		built_empty(w);
	at = built_slot(w, what.pack, what.offset);
	built_drop(w, at);
	*at = what;
	w->built_sum += what.n;
}

/* A copy, since the caller keeps it. */
static enum pack_problem built_copy(struct pack_worker *w,
	const struct pack_built *built, unsigned char **data)
{
	*data = pack_pool_get(w->pool, built->n);
	if (*data == NULL)
		return PACK_MEMORY;
	if (built->n)
		memcpy(*data, built->data, built->n);
	return PACK_FINE;
}

/* ---- chains -------------------------------------------------------------- */

static enum pack_problem chain_add(struct chain *c, size_t pack,
	const struct pack_file *f, uint64_t offset)
{
	struct step *steps = c->steps;

	if (c->count == CHAIN_MAX)
		return PACK_CYCLE;
	if ((c->count & (c->count - 1)) == 0)
		steps = reallocarray(c->steps, c->count ? c->count * 2 : 1,
			sizeof(*steps));
	if (steps == NULL)
		return PACK_MEMORY;
	c->steps = steps;
	steps[c->count] = (struct step){.pack = pack, .offset = offset};
	if (!pack_entry_parse(f, offset, &steps[c->count].entry))
		return PACK_CORRUPT;
	c->count++;
	return PACK_FINE;
}

/* Follow bases until a plain entry or a loose object. */
static enum pack_problem chain_follow(struct pack_worker *w, size_t pack,
	uint64_t offset, struct chain *c)
{
	const struct pack_store *store = w->store;
	enum pack_problem problem;
	uint32_t entry;

	for (;;) {
		const struct step *last;

		c->built = built_find(w, pack, offset);
		if (c->built)
			return PACK_FINE;
		problem = chain_add(c, pack, &store->packs[pack], offset);
		if (problem != PACK_FINE)
			return problem;
		last = &c->steps[c->count - 1];
		if (last->entry.type == PACK_OFS_DELTA) {
			offset = last->entry.base_offset;
		} else if (last->entry.type != PACK_REF_DELTA) {
			return PACK_FINE;
		} else if (pack_file_find(&store->packs[pack],
				   last->entry.base_id, &entry) ||
			   pack_store_find(store, last->entry.base_id, 0,
				   &pack, &entry)) {
			offset = pack_file_offset(&store->packs[pack], entry);
		} else {
			c->is_on_loose = pack_store_find_loose(store,
				last->entry.base_id, &c->loose);
			return c->is_on_loose ? PACK_FINE : PACK_NO_BASE;
		}
	}
}

static bytes step_data(const struct pack_worker *w, const struct step *s)
{
	const struct pack_file *f = &w->store->packs[s->pack];

	return bytes_of(f->data.at + s->entry.data_at,
		f->data.n - f->id_size - (size_t)s->entry.data_at);
}

static enum pack_problem plain_read(struct pack_worker *w,
	const struct step *s, unsigned char **data, size_t *n)
{
	unsigned char *out;

	if (s->entry.size > LIMIT_OBJECT)
		return PACK_TOO_LARGE;
	*n = (size_t)s->entry.size;
	out = pack_pool_get(w->pool, *n);
	if (out == NULL)
		return PACK_MEMORY;
	if (!pack_inflate_all(w->inflate, step_data(w, s), out, *n)) {
		pack_pool_put(w->pool, out);
		return PACK_CORRUPT;
	}
	*data = out;
	return PACK_FINE;
}

static bool apply(struct pack_worker *w, bytes delta, bytes base,
	unsigned char *out, size_t n)
{
	uint64_t begun = clock_nanoseconds();
	bool is_good = pack_delta_apply(delta, base, out, n);

	w->delta_spent += clock_nanoseconds() - begun;
	return is_good;
}

enum pack_problem pack_delta_build(struct pack_worker *w, bytes deflated,
	uint64_t delta_size, bytes base, unsigned char **data, size_t *n)
{
	uint64_t base_size, result;
	unsigned char *delta, *out;

	if (delta_size > LIMIT_OBJECT)
		return PACK_TOO_LARGE;
	delta = pack_worker_scratch(w, (size_t)delta_size);
	if (delta == NULL)
		return PACK_MEMORY;
	if (!pack_inflate_all(w->inflate, deflated, delta, (size_t)delta_size))
		return PACK_CORRUPT;
	if (!pack_delta_sizes(bytes_of(delta, (size_t)delta_size), &base_size,
		    &result) ||
		base_size != base.n)
		return PACK_BAD_DELTA;
	if (result > LIMIT_OBJECT)
		return PACK_TOO_LARGE;
	out = pack_pool_get(w->pool, (size_t)result);
	if (out == NULL)
		return PACK_MEMORY;
	if (!apply(w, bytes_of(delta, (size_t)delta_size), base, out,
		    (size_t)result)) {
		pack_pool_put(w->pool, out);
		return PACK_BAD_DELTA;
	}
	*data = out;
	*n = (size_t)result;
	return PACK_FINE;
}

/* What the last step is, or stands on. *left: the steps that remain. */
static enum pack_problem chain_base(struct pack_worker *w,
	const struct chain *c, enum pack_type *type, unsigned char **data,
	size_t *n, size_t *left)
{
	*left = c->count;
	if (c->is_on_loose)
		return pack_loose_read(w, &c->loose, type, data, n);
	if (c->built) {
		*type = c->built->type;
		*n = c->built->n;
		return built_copy(w, c->built, data);
	}
	--*left;
	*type = c->steps[*left].entry.type;
	return plain_read(w, &c->steps[*left], data, n);
}

/* From the chain's end to its start. */
static enum pack_problem chain_rebuild(struct pack_worker *w,
	const struct chain *c, enum pack_type *type, unsigned char **data,
	size_t *n)
{
	size_t left;
	enum pack_problem problem = chain_base(w, c, type, data, n, &left);

	while (problem == PACK_FINE && left-- > 0) {
		struct pack_built base = {
			.type = *type, .data = *data, .n = *n};

		if (left + 1 < c->count) {
			base.pack = c->steps[left + 1].pack;
			base.offset = c->steps[left + 1].offset;
		}
		*data = NULL;
		problem = pack_delta_build(w, step_data(w, &c->steps[left]),
			c->steps[left].entry.size, bytes_of(base.data, *n),
			data, n);
		built_keep(w, base);
	}
	return problem;
}

enum pack_problem pack_entry_read(struct pack_worker *w, size_t pack,
	uint64_t offset, enum pack_type *type, unsigned char **data, size_t *n)
{
	struct chain chain = {.count = 0};
	enum pack_problem problem;

	*data = NULL;
	problem = chain_follow(w, pack, offset, &chain);
	if (problem == PACK_FINE)
		problem = chain_rebuild(w, &chain, type, data, n);
	free(chain.steps);
	return problem;
}

static enum status told(struct error *err, enum pack_problem problem)
{
	switch (problem) {
	case PACK_FINE:
		return OK;
	case PACK_TOO_LARGE:
		return error_set(err, ERR_LIMIT, "read object: too large");
	case PACK_MEMORY:
		return error_set(err, ERR_MEMORY, "read object: no memory");
	default:
		return error_set(err, ERR_FORMAT, "read object: %s",
			pack_problem_name(problem));
	}
}

/* What was given last may be the base of what is asked next. */
static void let_held(struct pack_worker *w)
{
	struct pack_built was = w->held_as;

	was.data = w->held;
	built_keep(w, was);
	w->held = NULL;
	w->held_as = (struct pack_built){.data = NULL};
}

static enum pack_problem read_packed(struct pack_worker *w, size_t pack,
	uint64_t offset, enum pack_type *type, size_t *n)
{
	enum pack_problem problem;

	/* Without memory for it all is built each time. */
	if (w->built == NULL)
		w->built = calloc(PACK_BUILT_SLOTS, sizeof(*w->built));
	problem = pack_entry_read(w, pack, offset, type, &w->held, n);
	if (problem == PACK_FINE)
		w->held_as = (struct pack_built){
			pack, offset, *type, NULL, *n};
	return problem;
}

enum status pack_read(struct pack_worker *w, const unsigned char *id,
	enum pack_type *type, bytes *data, enum pack_problem *problem,
	struct error *err)
{
	struct pack_loose loose;
	size_t pack, n = 0;
	uint32_t entry;

	let_held(w);
	*problem = PACK_FINE;
	if (w->store->id_size == 0)
		return error_set(err, ERR_NOT_FOUND, "read object: no such");
	if (pack_store_find(w->store, id, 0, &pack, &entry)) {
		*problem = read_packed(w, pack,
			pack_file_offset(&w->store->packs[pack], entry), type,
			&n);
	} else {
		if (!pack_store_find_loose(w->store, id, &loose))
			return error_set(err, ERR_NOT_FOUND,
				"read object: no such");
		*problem = pack_loose_read(w, &loose, type, &w->held, &n);
	}
	if (*problem == PACK_FINE)
		*data = bytes_of(w->held, n);
	return told(err, *problem);
}

/* A delta's result size stands in its first bytes; its type at the end of
 * its chain. */
static enum pack_problem packed_header(struct pack_worker *w, size_t pack,
	uint64_t offset, enum pack_type *type, uint64_t *size)
{
	struct chain chain = {.count = 0};
	enum pack_problem problem = chain_follow(w, pack, offset, &chain);
	const struct step *first = chain.steps, *last;
	uint64_t unused;

	if (problem != PACK_FINE)
		goto out;
	if (chain.count == 0) { /* it was built lately itself */
		*type = chain.built->type;
		*size = chain.built->n;
		return PACK_FINE;
	}
	last = &chain.steps[chain.count - 1];
	*type = chain.built ? chain.built->type : last->entry.type;
	if (chain.is_on_loose)
		problem = pack_loose_header(w, &chain.loose, type, &unused);
	*size = first->entry.size;
	if (problem == PACK_FINE && first->entry.type >= PACK_OFS_DELTA) {
		unsigned char *delta;
		size_t n = (size_t)first->entry.size;

		problem = PACK_CORRUPT;
		delta = first->entry.size <= LIMIT_OBJECT
				? pack_worker_scratch(w, n)
				: NULL;
		if (delta &&
			pack_inflate_all(w->inflate, step_data(w, first),
				delta, n) &&
			pack_delta_sizes(bytes_of(delta, n), &unused, size))
			problem = PACK_FINE;
	}
out:
	free(chain.steps);
	return problem;
}

enum status pack_read_header(struct pack_worker *w, const unsigned char *id,
	enum pack_type *type, uint64_t *size, enum pack_problem *problem,
	struct error *err)
{
	struct pack_loose loose;
	size_t pack;
	uint32_t entry;

	*problem = PACK_FINE;
	if (w->store->id_size == 0)
		return error_set(err, ERR_NOT_FOUND, "read object: no such");
	if (pack_store_find(w->store, id, 0, &pack, &entry)) {
		*problem = packed_header(w, pack,
			pack_file_offset(&w->store->packs[pack], entry), type,
			size);
		return told(err, *problem);
	}
	if (!pack_store_find_loose(w->store, id, &loose))
		return error_set(err, ERR_NOT_FOUND, "read object: no such");
	*problem = pack_loose_header(w, &loose, type, size);
	return told(err, *problem);
}

enum status pack_read_pieces(struct pack_worker *w, const unsigned char *id,
	void (*piece)(void *context, bytes piece), void *context,
	enum pack_problem *problem, struct error *err)
{
	struct pack_loose loose;
	struct step step;
	size_t pack;
	uint32_t entry;
	uint64_t size;
	enum pack_type type;

	*problem = PACK_FINE;
	if (w->store->id_size == 0)
		return error_set(err, ERR_NOT_FOUND, "read object: no such");
	if (pack_store_find(w->store, id, 0, &pack, &entry)) {
		const struct pack_file *f = &w->store->packs[pack];

		step.pack = pack;
		if (!pack_entry_parse(f, pack_file_offset(f, entry),
			    &step.entry))
			*problem = PACK_CORRUPT;
		else if (step.entry.type >= PACK_OFS_DELTA)
			*problem = PACK_TOO_LARGE;
		else if (!pack_inflate_stream(step_data(w, &step), 0,
				 step.entry.size, piece, context))
			*problem = PACK_CORRUPT;
		return told(err, *problem);
	}
	if (!pack_store_find_loose(w->store, id, &loose))
		return error_set(err, ERR_NOT_FOUND, "read object: no such");
	*problem = pack_loose_header(w, &loose, &type, &size);
	if (*problem == PACK_FINE)
		*problem = pack_loose_stream(w, &loose, size, piece, context);
	return told(err, *problem);
}
