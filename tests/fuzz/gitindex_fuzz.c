/* A .git/index as --staged reads it: first byte odd for SHA-256. */
#include "repo/index.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct repo_index *index = NULL;

	if (size == 0 ||
		repo_index_parse(&index, bytes_of(data + 1, size - 1),
			data[0] & 1 ? 32 : 20, NULL) != OK)
		return 0;
	for (size_t i = 0; i < repo_index_count(index); i++) {
		const struct repo_index_entry *e = repo_index_at(index, i);

		assert(e->path.n > 0 && e->stage <= 3);
		assert(bytes_find_byte(e->path, 0) == BYTES_NONE);
		assert(e->id[0] <= 0xff);
	}
	for (size_t i = 0; i < repo_index_tree_count(index); i++) {
		const struct repo_index_tree *t = repo_index_tree_at(index, i);

		assert(t->next > i && t->next <= repo_index_tree_count(index));
	}
	repo_index_free(index);
	return 0;
}
