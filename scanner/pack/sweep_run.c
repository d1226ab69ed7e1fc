/*
 * sweep_run: walk trees of deltas depth first.
 *
 * A frame is a base with children left to build. When the last child is
 * taken the base is given back before the walk goes on, so a chain of any
 * length holds two buffers. The stack is an array on the heap; its depth is
 * bounded by the plan (see sweep_plan.c). A base that could not be built
 * leaves a frame without buffer: all that is built on it is told as
 * PACK_NO_BASE, nothing is passed over in silence.
 */
#include "pack/sweep.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

struct frame {
	unsigned char *data; /* NULL: could not be built */
	size_t n;
	uint32_t child; /* next to build */
};

/* One unit's run. */
struct run {
	const struct pack_sweep *sweep;
	size_t pack; /* of the node in work */
	const struct pack_file *file;
	const struct sweep_node *end; /* behind the pack's last node */
	struct pack_worker *worker;
	const struct pack_visitor *visitor;
	enum pack_type type; /* of the tree's objects */
	struct frame *stack;
	size_t depth, room;
};

static struct pack_object object_of(const struct run *r,
	const struct sweep_node *n, bytes data)
{
	return (struct pack_object){
		.id = pack_file_id(r->file, n->entry),
		.type = r->type,
		.data = data,
		.is_copy = n->is_copy,
	};
}

/* Deltas of one tree may stand in several packs. */
static const struct sweep_node *take_node(struct run *r, uint32_t node)
{
	const struct pack_sweep *s = r->sweep;
	size_t low = 0, high = s->store->pack_count;

	if (r->file && node >= s->first[r->pack] &&
		node < s->first[r->pack + 1])
		return &s->nodes[node];
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->first[middle] <= node)
			low = middle;
		else
			high = middle;
	}
	r->pack = low;
	r->file = &s->store->packs[low];
	r->end = &s->nodes[s->first[low + 1]];
	return &s->nodes[node];
}

static void tell_problem(const struct run *r, const struct sweep_node *n,
	enum pack_problem problem)
{
	r->visitor->problem(r->visitor->context,
		pack_file_id(r->file, n->entry), n->is_copy, problem);
}

/* Deflated data ends where the next entry begins, at the latest. */
static bytes deflated(const struct run *r, const struct sweep_node *n,
	uint64_t data_at)
{
	const struct sweep_node *next = n + 1;
	uint64_t end = r->file->data.n - r->file->id_size;

	while (next < r->end && next->offset <= data_at)
		next++;
	if (next < r->end && next->offset < end)
		end = next->offset;
	return bytes_of(r->file->data.at + data_at, (size_t)(end - data_at));
}

static bool push(struct run *r, struct frame frame)
{
	if (r->depth == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct frame *stack =
			reallocarray(r->stack, room, sizeof(*stack));

		if (stack == NULL)
			return false;
		r->stack = stack;
		r->room = room;
	}
	r->stack[r->depth++] = frame;
	return true;
}

static void large_piece(void *context, bytes piece)
{
	const struct pack_visitor *v = context;

	v->large_piece(v->context, piece);
}

static void tell_large(const struct run *r, const struct sweep_node *n,
	const struct pack_entry *entry)
{
	const struct pack_visitor *v = r->visitor;
	struct pack_object object = object_of(r, n, bytes_of(NULL, 0));
	bool is_good;

	object.large_size = entry->size;
	v->large_begin(v->context, &object);
	is_good = pack_inflate_stream(deflated(r, n, entry->data_at), 0,
		entry->size, large_piece, (void *)(uintptr_t)v);
	v->large_end(v->context, is_good ? PACK_FINE : PACK_CORRUPT);
}

/* The root's bytes: plain, or a delta whose base stands elsewhere. */
static enum pack_problem build_root(struct run *r, const struct sweep_node *n,
	struct frame *out)
{
	struct pack_entry entry;

	if (n->is_bad || !pack_entry_parse(r->file, n->offset, &entry))
		return PACK_CORRUPT;
	if (n->type >= PACK_OFS_DELTA)
		return pack_entry_read(r->worker, r->pack, n->offset, &r->type,
			&out->data, &out->n);
	r->type = (enum pack_type)n->type;
	if (entry.size > LIMIT_OBJECT)
		return PACK_TOO_LARGE;
	out->n = (size_t)entry.size;
	out->data = pack_pool_get(r->worker->pool, out->n);
	if (out->data == NULL)
		return PACK_MEMORY;
	if (pack_inflate_all(r->worker->inflate, deflated(r, n, entry.data_at),
		    out->data, out->n))
		return PACK_FINE;
	pack_pool_put(r->worker->pool, out->data);
	out->data = NULL;
	return PACK_CORRUPT;
}

static enum pack_problem build_child(struct run *r, const struct sweep_node *n,
	const struct frame *base, struct frame *out)
{
	struct pack_entry entry;

	if (base->data == NULL)
		return PACK_NO_BASE;
	if (n->is_bad || !pack_entry_parse(r->file, n->offset, &entry))
		return PACK_CORRUPT;
	return pack_delta_build(r->worker, deflated(r, n, entry.data_at),
		entry.size, bytes_of(base->data, base->n), &out->data,
		&out->n);
}

/* Tell what was built, or why not; then keep it as a base, or let go. */
static void settle(struct run *r, const struct sweep_node *n,
	struct frame *built, enum pack_problem problem)
{
	struct pack_entry entry;

	if (problem == PACK_FINE) {
		struct pack_object object =
			object_of(r, n, bytes_of(built->data, built->n));

		if (r->sweep->types & PACK_SWEEP_TYPE(r->type))
			r->visitor->object(r->visitor->context, &object);
	} else if (problem == PACK_TOO_LARGE && n->type == PACK_BLOB &&
		   pack_entry_parse(r->file, n->offset, &entry)) {
		tell_large(r, n, &entry);
	} else {
		tell_problem(r, n, problem);
	}
	built->child = n->child;
	if (n->child != SWEEP_NONE) {
		if (push(r, *built))
			return;
		/* No memory for a frame: nothing below is reached. */
		r->visitor->problem(r->visitor->context,
			pack_file_id(r->file, n->entry), true, PACK_MEMORY);
	}
	pack_pool_put(r->worker->pool, built->data);
}

static void step(struct run *r)
{
	struct frame *top = &r->stack[r->depth - 1];
	struct frame base = *top, built = {NULL, 0, SWEEP_NONE};
	const struct sweep_node *n = take_node(r, base.child);
	enum pack_problem problem = build_child(r, n, &base, &built);

	top->child = n->sibling;
	if (top->child == SWEEP_NONE) {
		pack_pool_put(r->worker->pool, base.data);
		r->depth--;
	}
	settle(r, n, &built, problem);
}

static void run_tree(struct run *r, uint32_t root)
{
	const struct pack_visitor *v = r->visitor;
	const struct sweep_node *n = take_node(r, root);
	struct frame built = {NULL, 0, SWEEP_NONE};
	enum pack_problem problem;

	if (!n->is_seen) {
		tell_problem(r, n, PACK_CYCLE);
		return;
	}
	problem = build_root(r, n, &built);
	settle(r, n, &built, problem);
	while (r->depth) {
		if (v->is_stopped(v->context)) {
			pack_pool_put(r->worker->pool,
				r->stack[--r->depth].data);
			continue;
		}
		step(r);
	}
}

static void run_loose(const struct pack_sweep *sweep, size_t i,
	struct pack_worker *w, const struct pack_visitor *v)
{
	const struct pack_loose *loose = &sweep->store->loose[i];
	struct pack_object object = {.id = loose->id,
		.is_copy = pack_loose_is_copy(sweep->store, i)};
	unsigned char *data = NULL;
	uint64_t size;
	size_t n = 0;
	enum pack_problem problem =
		pack_loose_read(w, loose, &object.type, &data, &n);

	if (problem == PACK_FINE) {
		object.data = bytes_of(data, n);
		if (sweep->types & PACK_SWEEP_TYPE(object.type))
			v->object(v->context, &object);
		pack_pool_put(w->pool, data);
		return;
	}
	if (problem == PACK_TOO_LARGE &&
		pack_loose_header(w, loose, &object.type, &size) == PACK_FINE &&
		object.type == PACK_BLOB) {
		if (!(sweep->types & PACK_SWEEP_TYPE(PACK_BLOB)))
			return;
		object.large_size = size;
		v->large_begin(v->context, &object);
		problem = pack_loose_stream(w, loose, size, large_piece,
			(void *)(uintptr_t)v);
		v->large_end(v->context, problem);
		return;
	}
	v->problem(v->context, loose->id, object.is_copy, problem);
}

void pack_sweep_run(struct pack_sweep *sweep, size_t unit,
	struct pack_worker *w, const struct pack_visitor *visitor)
{
	struct run run = {
		.sweep = sweep, .worker = w, .visitor = visitor};
	const struct sweep_unit *u = &sweep->units[unit];

	for (size_t i = u->first; i < u->first + u->count; i++) {
		const struct sweep_root *root = &sweep->roots[i];

		if (visitor->is_stopped(visitor->context))
			break;
		if (root->pack == SWEEP_NONE) {
			run_loose(sweep, root->node, w, visitor);
			continue;
		}
		run_tree(&run, root->node);
	}
	free(run.stack);
}
