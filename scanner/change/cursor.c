#include "change/internal.h"

#include "base/banned.h"

static void step(struct change_set *set, struct change_cursor *c)
{
	if (c->has_entry && !c->is_matched && !c->entry.is_commit)
		(void)change_add_gone(set, &c->entry);
	c->is_matched = false;
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

void change_cursor_end(struct change_set *set, struct change_cursor *c)
{
	while (c->has_entry)
		step(set, c);
	change_tree_let(c->tree);
	*c = (struct change_cursor){.at = 0};
}
