/*
 * A pack and its index, both of any bytes: "<length of the index, 2 bytes>",
 * index, pack. It is opened, swept, and every name in it read and looked for;
 * the pack is also walked as one that has no index.
 */
#include "pack/visitor.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct sum {
	struct pack_worker *reader;
	size_t objects, problems, read;
};

static void on_object(void *context, const struct pack_object *o)
{
	struct sum *sum = context;
	enum pack_problem problem;
	enum pack_type type;
	uint64_t n;
	bytes text;

	sum->objects++;
	/* Where names are not in order, some are not found by name. */
	if (pack_read_header(sum->reader, o->id, &type, &n, &problem, NULL) ==
		OK)
		assert(type >= PACK_COMMIT && type <= PACK_TAG);
	if (pack_read(sum->reader, o->id, &type, &text, &problem, NULL) == OK)
		sum->read++;
}

static void on_large(void *context, const struct pack_object *o)
{
	(void)context;
	(void)o;
}

static void on_piece(void *context, bytes piece)
{
	(void)context;
	(void)piece;
}

static void on_end(void *context, enum pack_problem problem)
{
	(void)problem;
	((struct sum *)context)->objects++;
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)id;
	(void)is_copy;
	assert(problem != PACK_FINE);
	((struct sum *)context)->problems++;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static void sweep(struct pack_store *store)
{
	struct sum sum = {.reader = pack_worker_new(store)};
	const struct pack_visitor visitor = {
		.object = on_object,
		.large_begin = on_large,
		.large_piece = on_piece,
		.large_end = on_end,
		.problem = on_problem,
		.is_stopped = never,
		.context = &sum,
	};
	struct pack_worker *w = pack_worker_new(store);
	unsigned char id[PACK_ID_MAX], none[PACK_ID_MAX] = {0x5a};
	struct pack_sweep *plan = NULL;

	if (sum.reader && w && pack_sweep_new(&plan, store, PACK_SWEEP_ALL,
				       NULL) == OK) {
		for (size_t u = 0; u < pack_sweep_units(plan); u++)
			pack_sweep_run(plan, u, w, &visitor);
		/* Nothing is passed over in silence. */
		assert(sum.objects + sum.problems >= pack_store_count(store));
	}
	if (pack_store_find_prefix(store, none, 4, id, NULL) == OK)
		assert(pack_store_has(store, id));
	pack_sweep_free(plan);
	pack_worker_free(w);
	pack_worker_free(sum.reader);
}

static bool each(void *context, uint64_t offset)
{
	size_t *count = context;

	assert(offset >= 12);
	return ++*count < 1000;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct pack_store *store = NULL;
	size_t n, count = 0;

	if (size < 2)
		return 0;
	n = (size_t)data[0] << 8 | data[1];
	if (n > size - 2)
		return 0;
	pack_walk(bytes_of(data + 2 + n, size - 2 - n), 20, each, &count);
	if (pack_store_open_memory(&store, bytes_of(data + 2 + n,
			size - 2 - n), bytes_of(data + 2, n), NULL) == OK)
		sweep(store);
	pack_store_close(store);
	return 0;
}
