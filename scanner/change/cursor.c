#include "change/internal.h"

#include "base/banned.h"

static void step(struct change_set *set, struct change_cursor *c)
{
	if (c->has_entry && !c->is_matched && !c->entry.is_commit)
		(void)change_add_gone(set, &c->entry);
	c->is_matched = false;
	c->begin = c->at;
	c->has_entry = change_tree_next(set, c->tree, &c->at, &c->entry);
}

void change_cursor_begin(struct change_set *set, struct change_cursor *c,
	const unsigned char *id)
{
	*c = (struct change_cursor){.at = 0};
	if (id)
		c->tree = change_tree_hold(set, id);
	if (c->tree)
		step(set, c);
}

const struct change_entry *change_cursor_find(struct change_set *set,
	struct change_cursor *c, bytes name, bool is_tree)
{
	int order = -1;

	while (c->has_entry) {
		order = change_entry_order(c->entry.name, c->entry.is_tree,
			name, is_tree);
		if (order >= 0)
			break;
		step(set, c);
	}
	if (!c->has_entry || order != 0)
		return NULL;
	c->is_matched = true;
	return &c->entry;
}

/* Where the entry begins that nothing was compared with yet. */
static size_t front(const struct change_cursor *c)
{
	return c->is_matched ? c->at : c->begin;
}

size_t change_cursor_common(const struct change_cursor *c, bytes data)
{
	bytes own;
	size_t n, i = 0;

	if (!c->has_entry)
		return 0;
	own = bytes_drop(bytes_of(c->tree->data, c->tree->n), front(c));
	n = own.n < data.n ? own.n : data.n;
	while (i + 128 <= n && memcmp(own.at + i, data.at + i, 128) == 0)
		i += 128;
	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;

		memcpy(&x, own.at + i, 8);
		memcpy(&y, data.at + i, 8);
		if (x != y)
			break;
	}
	while (i < n && own.at[i] == data.at[i])
		i++;
	return i;
}

void change_cursor_skip(const struct change_set *set, struct change_cursor *c,
	size_t n, size_t last)
{
	size_t end = front(c) + n;

	c->begin = c->at = end - last;
	c->has_entry = change_tree_next(set, c->tree, &c->at, &c->entry);
	c->is_matched = true;
}

void change_cursor_end(struct change_set *set, struct change_cursor *c)
{
	while (c->has_entry)
		step(set, c);
	change_tree_let(c->tree);
	*c = (struct change_cursor){.at = 0};
}
