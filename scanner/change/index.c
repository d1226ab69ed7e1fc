/*
 * index: entries in their order beside HEAD's trees.
 *
 * Entries below one directory stand together, so a directory is a run of them
 * beside one tree. Where the cache-tree says that a run makes up the very tree
 * that HEAD has there, it is passed over unread; that is what makes a commit
 * of three files among 100,000 cheap.
 */
#include "change/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define NO_NODE UINT32_MAX

struct level {
	size_t at, end;		   /* entries of this directory */
	size_t path;		   /* bytes of their path up to here */
	struct change_cursor head; /* HEAD's tree there */
	uint32_t *children;	   /* of its node, in the file's order */
	uint32_t child_count;
};

struct walk {
	struct change_set *set;
	const struct repo_index *index;
	struct level *levels;
	size_t depth, room;
};

/* cache-tree's order of siblings: by length, then bytes. */
static int node_order(bytes a, bytes b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return bytes_compare(a, b);
}

static uint32_t find_child(const struct walk *w, const struct level *l,
	bytes name)
{
	uint32_t low = 0, high = l->child_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = node_order(repo_index_tree_at(w->index,
			l->children[middle])->name, name);

		if (order == 0)
			return l->children[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_NODE;
}

static bool list_children(const struct walk *w, struct level *l,
	uint32_t node)
{
	const struct repo_index_tree *t;
	uint32_t child = node + 1;

	if (node == NO_NODE)
		return true;
	t = repo_index_tree_at(w->index, node);
	l->children = calloc((size_t)t->subtrees + 1, sizeof(*l->children));
	if (l->children == NULL)
		return false;
	for (; l->child_count < t->subtrees; l->child_count++) {
		l->children[l->child_count] = child;
		child = repo_index_tree_at(w->index, child)->next;
	}
	return true;
}

/* `head` is a tree's name, or NULL. */
static bool push(struct walk *w, size_t at, size_t end, size_t path,
	const unsigned char *head, uint32_t node)
{
	struct level *levels = w->levels, *l;

	if (w->depth == w->room) {
		w->room = w->room ? w->room * 2 : 16;
		levels = reallocarray(w->levels, w->room, sizeof(*levels));
		if (levels == NULL)
			return false;
		w->levels = levels;
	}
	l = &w->levels[w->depth++];
	*l = (struct level){.at = at, .end = end, .path = path};
	change_cursor_begin(w->set, &l->head, head);
	return list_children(w, l, node);
}

static void pop(struct walk *w)
{
	struct level *l = &w->levels[--w->depth];

	change_cursor_end(w->set, &l->head);
	free(l->children);
}

/* Entries from `at` on that begin with the first n bytes of the one there. */
static size_t run_end(const struct walk *w, const struct level *l, size_t n,
	uint32_t node)
{
	bytes prefix = bytes_take(repo_index_at(w->index, l->at)->path, n);
	size_t low = l->at + 1, high = l->end;

	if (node != NO_NODE) {
		const struct repo_index_tree *t =
			repo_index_tree_at(w->index, node);
		size_t end = l->at + t->entries;

		/* They ascend: the last one and the next tell. */
		if (t->is_known && t->entries && end <= l->end &&
			bytes_starts(repo_index_at(w->index, end - 1)->path,
				prefix) &&
			(end == l->end ||
				!bytes_starts(repo_index_at(w->index, end)
						      ->path, prefix)))
			return end;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bytes_starts(repo_index_at(w->index, middle)->path,
			    prefix))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_node_of(const struct walk *w, uint32_t node, size_t entries,
	const unsigned char *tree)
{
	const struct repo_index_tree *t;

	if (node == NO_NODE || tree == NULL)
		return false;
	t = repo_index_tree_at(w->index, node);
	return t->is_known && t->entries == entries &&
	       memcmp(t->id, tree, w->set->id_size) == 0;
}

static bool enter_directory(struct walk *w, struct level *l, size_t slash)
{
	bytes path = repo_index_at(w->index, l->at)->path;
	bytes name = bytes_part(path, l->path, slash);
	const struct change_entry *head = change_cursor_find(w->set, &l->head,
		name, true);
	uint32_t node = find_child(w, l, name);
	size_t end = run_end(w, l, slash + 1, node), from = l->at;
	const unsigned char *tree = head ? head->id : NULL;

	l->at = end;
	if (is_node_of(w, node, end - from, tree))
		return true;
	return push(w, from, end, slash + 1, tree, node);
}

/* A directory outside a sparse checkout: one entry stands for its tree. */
static bool compare_sparse(struct walk *w, struct level *l,
	const struct repo_index_entry *e, struct error *err)
{
	bytes name = bytes_part(e->path, l->path, e->path.n - 1);
	const struct change_entry *head = change_cursor_find(w->set, &l->head,
		name, true);
	const unsigned char *old = head ? head->id : NULL;

	if (old && memcmp(old, e->id, w->set->id_size) == 0)
		return true;
	buf_clear(&w->set->path);
	buf_put(&w->set->path, bytes_take(e->path, e->path.n - 1));
	return change_walk(w->set, e->id, &old, old != NULL, err) == OK;
}

static bool compare_entry(struct walk *w, struct level *l,
	const struct repo_index_entry *e)
{
	bytes name = bytes_drop(e->path, l->path);
	const struct change_entry *head = change_cursor_find(w->set, &l->head,
		name, false);
	const unsigned char *old = head && !head->is_commit ? head->id : NULL;

	if ((e->mode & REPO_MODE_TYPE) == REPO_MODE_COMMIT || e->is_intended ||
		(old && memcmp(old, e->id, w->set->id_size) == 0))
		return true;
	buf_clear(&w->set->path);
	buf_put(&w->set->path, e->path);
	return change_add(w->set, e->id, &old, old != NULL);
}

static bool step(struct walk *w, struct error *err)
{
	struct level *l = &w->levels[w->depth - 1];
	const struct repo_index_entry *e;
	size_t slash;

	if (l->at == l->end) {
		pop(w);
		return true;
	}
	e = repo_index_at(w->index, l->at);
	slash = bytes_find_byte(bytes_drop(e->path, l->path), '/');
	if (slash != BYTES_NONE && l->path + slash + 1 < e->path.n)
		return enter_directory(w, l, l->path + slash);
	l->at++;
	if (slash != BYTES_NONE &&
		(e->mode & REPO_MODE_TYPE) == REPO_MODE_TREE)
		return compare_sparse(w, l, e, err);
	return compare_entry(w, l, e);
}

enum status change_set_add_index(struct change_set *set,
	const struct repo_index *index, const unsigned char *head,
	struct error *err)
{
	struct walk w = {.set = set, .index = index};
	size_t count = repo_index_count(index), unused;
	uint32_t root = repo_index_tree_count(index) ? 0 : NO_NODE;
	unsigned char tree[PACK_ID_MAX];
	bool is_good;

	if (head && !change_commit_read(set, head, tree, NULL, 0, &unused))
		return error_set(err, ERR_NOT_FOUND,
			"read HEAD's commit: it is not in the repository");
	if (is_node_of(&w, root, count, head ? tree : NULL))
		return OK;
	change_begin(set, NULL);
	is_good = push(&w, 0, count, 0, head ? tree : NULL, root);
	while (is_good && w.depth)
		is_good = step(&w, err);
	while (w.depth)
		pop(&w);
	free(w.levels);
	change_end(set);
	return is_good ? OK : error_set(err, ERR_MEMORY,
				      "compare the index: no memory");
}
