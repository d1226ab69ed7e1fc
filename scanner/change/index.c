/*
 * index: entries in their order beside HEAD's trees.
 *
 * Entries below one directory stand together, so a directory is a run of them
 * beside one tree. Where the cache-tree says that a run makes up the very tree
 * that HEAD has there, it is passed over unread; that is what makes a commit
 * of three files among 100,000 cheap. git commits that tree, whatever the
 * entries are: it makes trees only of directories that the cache-tree does not
 * know. So an index that lies about a directory commits nothing new there.
 *
 * A cache-tree whose numbers do not fit the entries is an error of somebody:
 * then all is compared again without it.
 */
#include "change/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define NO_NODE UINT32_MAX

struct level {
	size_t path;		   /* bytes of the directory's path */
	struct change_cursor head; /* HEAD's tree there */
	uint32_t *children;	   /* of its node, in the file's order */
	uint32_t child_count;
};

struct walk {
	struct change_set *set;
	const struct repo_index *index;
	struct repo_index_walk entries;
	struct buf directory; /* of the innermost level; ends in '/' */
	struct level *levels;
	size_t depth, room;
	bool is_misfit; /* the cache-tree and the entries */
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

/* `head` is a tree's name, or NULL; the path of the entry in hand leads to the
 * directory in its first n bytes. */
static bool push(struct walk *w, size_t n, const unsigned char *head,
	uint32_t node)
{
	struct level *levels = w->levels, *l;

	if (w->depth == w->room) {
		w->room = w->room ? w->room * 2 : 16;
		levels = reallocarray(w->levels, w->room, sizeof(*levels));
		if (levels == NULL)
			return false;
		w->levels = levels;
	}
	buf_clear(&w->directory);
	buf_put(&w->directory, bytes_take(w->entries.entry.path, n));
	l = &w->levels[w->depth++];
	*l = (struct level){.path = n};
	change_cursor_begin(w->set, &l->head, head);
	return list_children(w, l, node) && !w->directory.failed;
}

static void pop(struct walk *w)
{
	struct level *l = &w->levels[--w->depth];

	change_cursor_end(w->set, &l->head);
	free(l->children);
	if (w->depth)
		w->directory.n = w->levels[w->depth - 1].path;
}

static bool is_below(const struct walk *w, bytes directory)
{
	return w->entries.has_entry &&
	       bytes_starts(w->entries.entry.path, directory);
}

/* Does the cache-tree know it as the tree that HEAD has? */
static bool is_node_of(const struct walk *w, uint32_t node,
	const unsigned char *tree)
{
	const struct repo_index_tree *t;

	if (node == NO_NODE || tree == NULL)
		return false;
	t = repo_index_tree_at(w->index, node);
	return t->is_known && t->entries &&
	       memcmp(t->id, tree, w->set->id_size) == 0;
}

/* Over all entries of a directory. They ascend: the last one and the next
 * tell whether they are all. */
static bool pass_over(struct walk *w, size_t n, uint32_t node)
{
	uint32_t entries = repo_index_tree_at(w->index, node)->entries;
	bytes path = bytes_take(w->entries.entry.path, n);

	buf_clear(&w->directory);
	buf_put(&w->directory, path);
	if (w->directory.failed)
		return false;
	if (entries > repo_index_left(&w->entries)) {
		w->is_misfit = true;
		return true;
	}
	if (entries > 1)
		repo_index_skip(&w->entries, entries - 1);
	w->is_misfit = !is_below(w, buf_bytes(&w->directory));
	repo_index_next(&w->entries);
	w->is_misfit = w->is_misfit || is_below(w, buf_bytes(&w->directory));
	w->directory.n = w->levels[w->depth - 1].path;
	return true;
}

static bool enter_directory(struct walk *w, struct level *l, size_t slash)
{
	bytes name = bytes_part(w->entries.entry.path, l->path, slash);
	const struct change_entry *head = change_cursor_find(w->set, &l->head,
		name, true);
	const unsigned char *tree = head ? head->id : NULL;
	uint32_t node = find_child(w, l, name);

	if (is_node_of(w, node, tree))
		return pass_over(w, slash + 1, node);
	return push(w, slash + 1, tree, node);
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
	const struct repo_index_entry *e = &w->entries.entry;
	size_t slash;
	bool is_good;

	if (!is_below(w, buf_bytes(&w->directory))) {
		pop(w);
		return true;
	}
	slash = bytes_find_byte(bytes_drop(e->path, l->path), '/');
	if (slash != BYTES_NONE && l->path + slash + 1 < e->path.n)
		return enter_directory(w, l, l->path + slash);
	if (slash != BYTES_NONE &&
		(e->mode & REPO_MODE_TYPE) == REPO_MODE_TREE)
		is_good = compare_sparse(w, l, e, err);
	else
		is_good = compare_entry(w, l, e);
	repo_index_next(&w->entries);
	return is_good;
}

/* `root` is the cache-tree's first node, or NO_NODE to do without it. */
static enum status compare(struct walk *w, const unsigned char *tree,
	uint32_t root, struct error *err)
{
	enum status status;
	bool is_good;

	w->is_misfit = false;
	repo_index_begin(&w->entries, w->index, err);
	is_good = push(w, 0, tree, root);
	while (is_good && w->depth && !w->is_misfit)
		is_good = step(w, err);
	while (w->depth)
		pop(w);
	status = w->entries.status;
	repo_index_end(&w->entries);
	if (status == OK && !is_good)
		status = error_set(err, ERR_MEMORY,
			"compare the index: no memory");
	return status;
}

enum status change_set_add_index(struct change_set *set,
	const struct repo_index *index, const unsigned char *head,
	struct error *err)
{
	struct walk w = {.set = set, .index = index};
	uint32_t root = repo_index_tree_count(index) ? 0 : NO_NODE;
	unsigned char id[PACK_ID_MAX], *tree = head ? id : NULL;
	enum status status;
	size_t unused;

	if (head && !change_commit_read(set, head, id, NULL, 0, &unused))
		return error_set(err, ERR_NOT_FOUND,
			"read HEAD's commit: it is not in the repository");
	if (is_node_of(&w, root, tree) &&
		repo_index_tree_at(index, root)->entries ==
			repo_index_count(index))
		return OK;
	buf_init(&w.directory, LIMIT_PATH);
	change_begin(set, NULL);
	status = compare(&w, tree, root, err);
	if (status == OK && w.is_misfit) {
		change_undo(set);
		status = compare(&w, tree, NO_NODE, err);
	}
	change_end(set);
	free(w.levels);
	buf_release(&w.directory);
	return status;
}
