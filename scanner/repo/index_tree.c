/*
 * index_tree: the cache-tree extension. One that does not parse is dropped,
 * since it only saves work; that its numbers fit the entries is seen where
 * they are used.
 */
#include "repo/index_internal.h"

#include <stdlib.h>

#include "base/banned.h"

struct tree_reader {
	struct repo_index *index;
	bytes rest;
};

/* Digits up to `end`; -1 stands for a directory that changed. */
static bool read_decimal(bytes *rest, unsigned char end, int64_t *out)
{
	bytes digits;
	bool is_negative;
	int64_t value = 0;

	if (!bytes_cut(*rest, end, &digits, rest))
		return false;
	is_negative = digits.n && digits.at[0] == '-';
	digits = bytes_drop(digits, is_negative);
	if (digits.n == 0 || digits.n > 10)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		value = value * 10 + (digits.at[i] - '0');
	}
	*out = is_negative ? -value : value;
	return true;
}

static bool read_tree(struct tree_reader *r)
{
	struct repo_index *index = r->index;
	struct repo_index_tree *trees = index->trees, *t;
	int64_t entries, subtrees;
	bytes name;

	if (index->tree_count == index->tree_room) {
		index->tree_room = index->tree_room ? index->tree_room * 2 : 64;
		trees = reallocarray(index->trees, index->tree_room,
			sizeof(*trees));
		if (trees == NULL)
			return false;
		index->trees = trees;
	}
	if (!bytes_cut(r->rest, '\0', &name, &r->rest) ||
		!read_decimal(&r->rest, ' ', &entries) ||
		!read_decimal(&r->rest, '\n', &subtrees) ||
		entries > UINT32_MAX || subtrees < 0 ||
		subtrees > (int64_t)r->rest.n)
		return false;
	t = &trees[index->tree_count++];
	*t = (struct repo_index_tree){
		.name = name, .subtrees = (uint32_t)subtrees};
	if (entries < 0)
		return true;
	if (r->rest.n < index->id_size)
		return false;
	t->is_known = true;
	t->entries = (uint32_t)entries;
	t->id = r->rest.at;
	r->rest = bytes_drop(r->rest, index->id_size);
	return true;
}

/* Where each directory's own part ends, from the last one back. */
static bool link_trees(struct repo_index *index)
{
	for (size_t i = index->tree_count; i-- > 0;) {
		size_t next = i + 1;

		for (uint32_t k = 0; k < index->trees[i].subtrees; k++) {
			if (next >= index->tree_count)
				return false;
			next = index->trees[next].next;
		}
		index->trees[i].next = (uint32_t)next;
	}
	return index->tree_count == 0 ||
	       index->trees[0].next == index->tree_count;
}

void repo_index_read_trees(struct repo_index *index, bytes text)
{
	struct tree_reader r = {index, text};
	bool is_good = true;

	index->tree_count = 0;
	while (is_good && r.rest.n)
		is_good = read_tree(&r);
	if (!is_good || !link_trees(index))
		index->tree_count = 0;
}

size_t repo_index_tree_count(const struct repo_index *index)
{
	return index->tree_count;
}

const struct repo_index_tree *repo_index_tree_at(
	const struct repo_index *index, size_t i)
{
	return &index->trees[i];
}
