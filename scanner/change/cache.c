/*
 * cache: trees that were read, by name. A commit's tree is its child's parent
 * tree, so a walk over a range reads most trees twice; a small table, one
 * tree a slot, spares the second time.
 */
#include "change/internal.h"

#include "header/header.h"
#include "pack/tree.h"

#include <stdlib.h>

#include "base/banned.h"

/* Larger trees are not kept; when the sum is over, all slots are emptied. */
#define TREE_KEPT ((size_t)4 << 20)
#define CACHE_MAX ((size_t)64 << 20)

void change_tree_let(struct change_tree *tree)
{
	if (tree && --tree->holders == 0)
		free(tree);
}

void change_cache_release(struct change_set *set)
{
	for (size_t i = 0; i < CHANGE_SLOTS; i++) {
		change_tree_let(set->slots[i]);
		set->slots[i] = NULL;
	}
	set->cached = 0;
}

static struct change_tree *read_tree(struct change_set *set,
	const unsigned char *id)
{
	struct change_tree *tree;
	enum pack_problem problem;
	enum pack_type type;
	bytes data;

	if (pack_read(set->reader, id, &type, &data, &problem, NULL) != OK ||
		type != PACK_TREE)
		return NULL;
	tree = malloc(sizeof(*tree) + data.n);
	if (tree == NULL)
		return NULL;
	memcpy(tree->id, id, set->id_size);
	tree->holders = 1;
	tree->n = data.n;
	if (data.n)
		memcpy(tree->data, data.at, data.n);
	return tree;
}

struct change_tree *change_tree_hold(struct change_set *set,
	const unsigned char *id)
{
	struct change_tree **slot =
		&set->slots[(id[0] | (size_t)id[1] << 8) % CHANGE_SLOTS];
	struct change_tree *tree = *slot;

	if (tree && memcmp(tree->id, id, set->id_size) == 0) {
		tree->holders++;
		return tree;
	}
	tree = read_tree(set, id);
	if (tree == NULL) {
		set->missing++;
		return NULL;
	}
	if (tree->n > TREE_KEPT)
		return tree;
	if (set->cached + tree->n > CACHE_MAX)
		change_cache_release(set);
	if (*slot) {
		set->cached -= (*slot)->n;
		change_tree_let(*slot);
	}
	*slot = tree;
	set->cached += tree->n;
	tree->holders++;
	return tree;
}

bool change_tree_next(const struct change_set *set,
	const struct change_tree *tree, size_t *at,
	struct change_entry *entry)
{
	bytes rest = bytes_drop(bytes_of(tree->data, tree->n), *at);
	const unsigned char *mode = rest.at;
	struct pack_tree_entry e;

	if (!pack_tree_next(&rest, set->id_size, &e))
		return false;
	*entry = (struct change_entry){.name = e.name, .id = e.id,
		.is_tree = e.is_tree,
		.is_commit = mode[0] == '1' && mode[1] == '6'};
	*at = tree->n - rest.n;
	return true;
}

int change_entry_order(bytes a, bool a_is_tree, bytes b, bool b_is_tree)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.at, b.at, n) : 0;
	unsigned char x, y;

	if (order)
		return order;
	x = a.n > n ? a.at[n] : a_is_tree ? '/' : '\0';
	y = b.n > n ? b.at[n] : b_is_tree ? '/' : '\0';
	return (int)x - (int)y;
}

bool change_commit_read(struct change_set *set, const unsigned char *commit,
	unsigned char tree[PACK_ID_MAX], unsigned char *parents, size_t room,
	size_t *count)
{
	enum pack_problem problem;
	enum pack_type type;
	bytes text;

	*count = 0;
	if (pack_read(set->reader, commit, &type, &text, &problem, NULL) !=
			OK ||
		type != PACK_COMMIT ||
		!header_take_link(&text, set->id_size, "tree ", tree))
		return false;
	while (*count < room && header_take_link(&text, set->id_size, "parent ",
		parents + *count * set->id_size))
		++*count;
	return true;
}
