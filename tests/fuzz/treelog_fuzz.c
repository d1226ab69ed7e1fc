/*
 * Trees one after another, each a change of the one before or any bytes: what
 * the log says stands in each of them is what its entries are. A tree is
 * "<start, a byte> <end, a byte> <length, a byte>" and so many bytes: they stand
 * between the first and the last 8 * start and 8 * end bytes of the one before.
 */
#include "treelog/treelog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ID ((size_t)20)
#define TREES 64
#define ROOM 4096

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct made {
	unsigned char at[ROOM];
	size_t n, whole; /* bytes, and those that parse */
};

static unsigned on_fresh(void *context, const struct treelog_fresh *fresh)
{
	size_t *told = context;

	assert(fresh->entry.name.at != NULL);
	++*told;
	return 0;
}

/* The next tree from the last one and the input. */
static void make(struct made *t, const struct made *last,
	const unsigned char **data, size_t *size)
{
	size_t keep = (*data)[0], tail = (*data)[1], n = (*data)[2];

	*data += 3;
	*size -= 3;
	n = n < *size ? n : *size;
	keep = keep * 8 < last->n ? keep * 8 : last->n;
	tail = tail * 8 < last->n ? tail * 8 : last->n;
	t->n = 0;
	memcpy(t->at, last->at, keep);
	t->n = keep;
	if (t->n + n <= ROOM) {
		memcpy(t->at + t->n, *data, n);
		t->n += n;
	}
	if (t->n + tail <= ROOM) {
		memcpy(t->at + t->n, last->at + last->n - tail, tail);
		t->n += tail;
	}
	*data += n;
	*size -= n;
}

/* Entries of the tree that are this one: by raw bytes of the tree itself. */
static size_t count_own(const struct made *t,
	const struct pack_tree_entry *want)
{
	bytes rest = bytes_of(t->at, t->n);
	struct pack_tree_entry e;
	size_t n = 0;

	while (pack_tree_next(&rest, ID, &e))
		n += bytes_equal(e.name, want->name) &&
		     memcmp(e.id, want->id, ID) == 0;
	return n;
}

static size_t count_spans(const struct treelog *log, uint32_t tree,
	const struct pack_tree_entry *want, uint64_t seed)
{
	size_t spans, entries, n = 0;
	const struct treelog_span *span = treelog_spans(log, &spans);
	const struct treelog_entry *entry = treelog_entries(log, &entries);
	uint64_t key = treelog_key(want->id, ID, seed);

	for (size_t i = 0; i < spans; i++) {
		const struct treelog_entry *e = &entry[span[i].entry];

		assert(span[i].entry < entries && span[i].from < span[i].to);
		n += span[i].from <= tree && tree < span[i].to &&
		     e->key == key &&
		     bytes_equal(bytes_text(treelog_name(log, e->name)),
			     want->name);
	}
	return n;
}

static void check(const struct treelog *log, uint32_t tree,
	const struct made *t, uint64_t seed)
{
	bytes rest = bytes_of(t->at, t->n);
	struct pack_tree_entry e;

	while (pack_tree_next(&rest, ID, &e))
		assert(count_spans(log, tree, &e, seed) == count_own(t, &e));
	assert(t->n - rest.n == t->whole);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct made trees[TREES];
	static const struct made none;
	_Atomic size_t held = 0;
	size_t told = 0, count = 0, written;
	struct treelog_options options = {.id_size = ID, .seed = 9,
		.held = &held, .limit = SIZE_MAX, .fresh = on_fresh,
		.context = &told};
	struct treelog *log = treelog_new(&options);
	unsigned char id[ID] = {0};

	if (log == NULL)
		exit(2);
	for (; size >= 3 && count < TREES; count++) {
		struct made *t = &trees[count];

		make(t, count ? &trees[count - 1] : &none, &data, &size);
		id[0] = (unsigned char)count;
		t->whole = t->n - treelog_add(log, id,
					  bytes_of(t->at, t->n)).n;
	}
	treelog_end(log);
	assert(!treelog_is_full(log) && !treelog_has_failed(log));
	(void)treelog_trees(log, &written);
	assert(written == count);
	for (size_t i = 0; i < count; i++)
		check(log, (uint32_t)i, &trees[i], options.seed);
	(void)treelog_entries(log, &written);
	assert(told == written);
	treelog_free(log);
	return 0;
}
