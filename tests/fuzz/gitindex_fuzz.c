/* A .git/index as --staged reads it: first byte odd for SHA-256. */
#include "repo/index.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_entry(const struct repo_index_entry *e)
{
	assert(e->path.n > 0 && e->stage <= 3);
	assert(bytes_find_byte(e->path, 0) == BYTES_NONE);
	assert(e->id[0] <= 0xff);
}

/* One by one: how many there are before the end, or what is broken. */
static size_t walk(const struct repo_index *index)
{
	struct repo_index_walk w;
	size_t n = 0;

	repo_index_begin(&w, index, NULL);
	for (; w.has_entry; repo_index_next(&w), n++) {
		check_entry(&w.entry);
		assert(repo_index_left(&w) == repo_index_count(index) - n);
	}
	assert(w.status != OK || n == repo_index_count(index));
	repo_index_end(&w);
	return n;
}

/* Passing over some leads to the same entry as reading them. */
static void compare(const struct repo_index *index, size_t good, size_t n)
{
	struct repo_index_walk a, b;

	repo_index_begin(&a, index, NULL);
	repo_index_begin(&b, index, NULL);
	for (size_t at = 0; at + n < good; at += n) {
		repo_index_skip(&a, n);
		for (size_t i = 0; i < n; i++)
			repo_index_next(&b);
		assert(a.has_entry && b.has_entry);
		assert(bytes_equal(a.entry.path, b.entry.path));
		assert(a.entry.id == b.entry.id);
		assert(a.entry.stage == b.entry.stage);
	}
	if (a.status == OK)
		repo_index_skip(&a, repo_index_left(&a) + 1);
	assert(!a.has_entry && a.status != OK);
	repo_index_end(&a);
	repo_index_end(&b);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct repo_index *index = NULL;
	size_t good;

	if (size == 0 ||
		repo_index_parse(&index, bytes_of(data + 1, size - 1),
			data[0] & 1 ? 32 : 20, NULL, NULL, NULL) != OK)
		return 0;
	good = walk(index);
	for (size_t n = 1; n < 40; n += 6)
		compare(index, good, n);
	for (size_t i = 0; i < repo_index_tree_count(index); i++) {
		const struct repo_index_tree *t = repo_index_tree_at(index, i);

		assert(t->next > i && t->next <= repo_index_tree_count(index));
	}
	repo_index_free(index);
	return 0;
}
