/*
 * name: an index for a pack that comes without one.
 *
 * The entries are told apart by inflating them one after another. Then the
 * pack is swept as any: what is rebuilt is hashed, which gives its name. A
 * delta may name its base instead of saying where it is, and that name is
 * only known once the base was rebuilt: so it goes in rounds, each with an
 * index of the names known so far; the others have stand-ins, numbers, that
 * are no names. git writes bundles that need one round, and one more to see
 * that what is left is thin.
 */
#include "bundle/internal.h"

#include "base/hash.h"
#include "pack/visitor.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* Deltas by name on deltas by name; git's packs are at most 4095 deep, and
 * those that it writes name bases by place. */
#define ROUNDS 64
/* More of one name would pass for a file with holes (pack/file.c). */
#define COPIES 500
#define INDEX_HEAD ((size_t)8 + 1024)

struct entry {
	uint64_t offset;
	unsigned char id[PACK_ID_MAX];
	bool is_named;
};

struct namer {
	struct bundle *b;
	const struct bundle_options *options;
	struct entry *entries;
	size_t count, named;
	size_t left_out; /* of the index made last */
	uint32_t *order; /* by id */
	struct hash_digest *digest;
	struct entry *large; /* whose content comes in pieces */
	bool has_memory;
};

static void put_be32(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static bool is_stopped(void *context)
{
	const struct bundle_options *o = ((struct namer *)context)->options;

	return o->is_stopped && o->is_stopped(o->context);
}

static bool add_entry(void *context, uint64_t offset)
{
	struct namer *n = context;
	struct entry *entries = n->entries;

	if ((n->count & (n->count - 1)) == 0)
		entries = reallocarray(entries,
			n->count ? n->count * 2 : 1, sizeof(*entries));
	n->has_memory = entries != NULL && n->count < INT32_MAX;
	if (entries == NULL)
		return false;
	n->entries = entries;
	entries[n->count] = (struct entry){.offset = offset};
	put_be32(entries[n->count].id, (uint32_t)n->count);
	n->count++;
	return n->has_memory && !is_stopped(n);
}

/* ---- the index ---------------------------------------------------------- */

static int by_id(const void *a, const void *b, void *context)
{
	const struct entry *entries = context;
	const struct entry *x = &entries[*(const uint32_t *)a];
	const struct entry *y = &entries[*(const uint32_t *)b];
	int order = memcmp(x->id, y->id, PACK_ID_MAX);

	return order ? order
		     : (x->offset > y->offset) - (x->offset < y->offset);
}

/* In order of names; what repeats one too often is left out, and lost. */
static size_t put_in_order(struct namer *n)
{
	size_t kept = 0, same = 0;

	for (size_t i = 0; i < n->count; i++)
		n->order[i] = (uint32_t)i;
	if (n->count)
		qsort_r(n->order, n->count, sizeof(*n->order), by_id,
			n->entries);
	for (size_t i = 0; i < n->count; i++) {
		bool is_repeated = kept &&
			memcmp(n->entries[n->order[i]].id,
				n->entries[n->order[kept - 1]].id,
				PACK_ID_MAX) == 0;

		same += is_repeated;
		if (!is_repeated || same <= COPIES)
			n->order[kept++] = n->order[i];
	}
	n->left_out = n->count - kept;
	return kept;
}

static void put_fanout(const struct namer *n, size_t count,
	unsigned char *fanout)
{
	size_t i = 0;

	for (unsigned byte = 0; byte < 256; byte++) {
		while (i < count && n->entries[n->order[i]].id[0] <= byte)
			i++;
		put_be32(fanout + 4 * byte, (uint32_t)i);
	}
}

/* 64-bit offsets stand behind the others, which then say where. */
static size_t put_offsets(const struct namer *n, size_t count,
	unsigned char *offsets)
{
	unsigned char *large = offsets + 4 * count;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t offset = n->entries[n->order[i]].offset;

		if (offset < 0x80000000u) {
			put_be32(offsets + 4 * i, (uint32_t)offset);
			continue;
		}
		put_be32(offsets + 4 * i, 0x80000000u | (uint32_t)used);
		put_be32(large + 8 * used, (uint32_t)(offset >> 32));
		put_be32(large + 8 * used + 4, (uint32_t)offset);
		used++;
	}
	return 8 * used;
}

/* See gitformat-pack(5); checksums of entries and of the index are not
 * looked at by us, and stay zero. */
static enum status make_index(struct namer *n, struct error *err)
{
	struct bundle *b = n->b;
	size_t id_size = b->repo->id_size, count = put_in_order(n), at;
	unsigned char *index = calloc(1, INDEX_HEAD +
		n->count * (id_size + 16) + 2 * id_size);

	if (index == NULL)
		return error_set(err, ERR_MEMORY, "read bundle");
	pack_store_close(b->store);
	b->store = NULL;
	free(b->index);
	b->index = index;
	memcpy(index, "\377tOc", 4);
	put_be32(index + 4, 2);
	put_fanout(n, count, index + 8);
	for (size_t i = 0; i < count; i++)
		memcpy(index + INDEX_HEAD + i * id_size,
			n->entries[n->order[i]].id, id_size);
	at = INDEX_HEAD + count * (id_size + 4);
	at += 4 * count + put_offsets(n, count, index + at);
	memcpy(index + at, b->pack.at + b->pack.n - id_size, id_size);
	b->index_n = at + 2 * id_size;
	return pack_store_open_memory(&b->store, b->pack,
		bytes_of(index, b->index_n), err);
}

/* ---- names -------------------------------------------------------------- */

/* The entry that the sweep's name stands for: NULL when it has its own. */
static struct entry *unnamed(struct namer *n, const unsigned char *id)
{
	uint32_t number = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
			  (uint32_t)id[2] << 8 | id[3];
	struct entry *e = number < n->count ? &n->entries[number] : NULL;

	return e && !e->is_named && memcmp(e->id, id,
			n->b->repo->id_size) == 0 ? e : NULL;
}

static void begin(struct namer *n, enum pack_type type, uint64_t size)
{
	static const char *const names[] = {"", "commit", "tree", "blob",
		"tag"};
	char head[40];
	int length = snprintf(head, sizeof(head), "%s %llu", names[type],
		(unsigned long long)size);

	hash_digest_begin(n->digest, n->b->repo->id_size);
	hash_digest_add(n->digest, bytes_of(head, (size_t)length + 1));
}

static void end(struct namer *n, struct entry *e)
{
	memset(e->id, 0, sizeof(e->id));
	hash_digest_end(n->digest, e->id);
	e->is_named = true;
	n->named++;
}

static void on_object(void *context, const struct pack_object *object)
{
	struct namer *n = context;
	struct entry *e = unnamed(n, object->id);

	if (e == NULL)
		return;
	begin(n, object->type, object->data.n);
	hash_digest_add(n->digest, object->data);
	end(n, e);
}

/* Pieces come before it is known that they are all: the size is the entry's,
 * and what does not fit it is a problem at the end. */
static void on_large_begin(void *context, const struct pack_object *object)
{
	struct namer *n = context;

	n->large = unnamed(n, object->id);
	if (n->large)
		begin(n, PACK_BLOB, object->large_size);
}

static void on_large_piece(void *context, bytes piece)
{
	hash_digest_add(((struct namer *)context)->digest, piece);
}

static void on_large_end(void *context, enum pack_problem problem)
{
	struct namer *n = context;

	if (n->large && problem == PACK_FINE)
		end(n, n->large);
	n->large = NULL;
}

/* Told again, and counted, when the bundle is scanned. */
static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)context;
	(void)id;
	(void)is_copy;
	(void)problem;
}

static enum status name_round(struct namer *n, struct error *err)
{
	const struct pack_visitor visitor = {
		.object = on_object,
		.large_begin = on_large_begin,
		.large_piece = on_large_piece,
		.large_end = on_large_end,
		.problem = on_problem,
		.is_stopped = is_stopped,
		.context = n,
	};
	struct pack_sweep *sweep = NULL;
	struct pack_worker *worker = NULL;
	enum status status = make_index(n, err);

	if (status == OK)
		status = pack_sweep_new(&sweep, n->b->store, PACK_SWEEP_ALL,
			err);
	if (status == OK) {
		worker = pack_worker_new(n->b->store);
		if (worker == NULL)
			status = error_set(err, ERR_MEMORY, "read bundle");
	}
	for (size_t u = 0; status == OK && u < pack_sweep_units(sweep); u++)
		pack_sweep_run(sweep, u, worker, &visitor);
	pack_worker_free(worker);
	pack_sweep_free(sweep);
	if (status == OK && is_stopped(n))
		status = error_set(err, ERR_INTERRUPTED, "read bundle");
	return status;
}

static enum status name_all(struct namer *n, struct error *err)
{
	enum status status = OK;
	size_t before = SIZE_MAX;

	for (int round = 0; status == OK && round < ROUNDS &&
		n->named < n->count && n->named != before; round++) {
		before = n->named;
		status = name_round(n, err);
	}
	return status == OK ? make_index(n, err) : status;
}

static uint64_t claimed(bytes pack)
{
	return pack.n < 12 ? 0
			   : (uint64_t)pack.at[8] << 24 | pack.at[9] << 16 |
				     pack.at[10] << 8 | pack.at[11];
}

enum status bundle_index(struct bundle *b, const struct bundle_options *options,
	struct error *err)
{
	struct namer n = {.b = b, .options = options, .has_memory = true};
	enum status status;

	if (b->pack.n < 12 + b->repo->id_size)
		return error_set(err, ERR_FORMAT, "read bundle: it is cut "
			"off before its pack");
	pack_walk(b->pack, b->repo->id_size, add_entry, &n);
	n.order = calloc(n.count + 1, sizeof(*n.order));
	n.digest = hash_digest_new();
	if (!n.has_memory || !n.order || !n.digest)
		status = error_set(err, ERR_MEMORY, "read bundle");
	else if (is_stopped(&n))
		status = error_set(err, ERR_INTERRUPTED, "read bundle");
	else
		status = name_all(&n, err);
	b->lost = n.left_out;
	if (claimed(b->pack) > n.count)
		b->lost += claimed(b->pack) - n.count;
	hash_digest_free(n.digest);
	free(n.order);
	free(n.entries);
	return status;
}
