/*
 * tree: entries of trees, each looked at where it is new.
 *
 * Names are scanned once each, whatever number of trees has them. Which trees
 * those are is found by the name, when findings are attributed. What does not
 * parse as entries is a text.
 */
#include "history/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* A name shorter than this holds nothing that any rule would match. */
#define NAME_MIN 10

void history_look_at(void *worker, const struct treelog_fresh *fresh)
{
	struct history_worker *w = worker;
	bytes name = fresh->entry.name;
	char *copy;

	if ((name.n < NAME_MIN && !w->owner->has_path_rules) ||
		history_names_has(&w->names, name) ||
		!history_scan_name(w, name, fresh->entry.is_tree ?
			HISTORY_DIRECTORY : HISTORY_FILE))
		return;
	copy = strndup((const char *)name.at, name.n);
	if (copy == NULL)
		w->failed = true;
	history_keep(w, fresh->tree, PACK_TREE, HIT_NAME, copy);
}

void history_scan_rest(struct history_worker *w, const unsigned char *tree,
	bytes rest)
{
	w->ledger.broken_trees++;
	if (history_scan_text(w, rest))
		history_keep(w, tree, PACK_TREE, HIT_MESSAGE, NULL);
}
