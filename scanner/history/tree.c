/*
 * tree: entries of trees, each looked at where it is new.
 *
 * Most trees differ from the one before (its base in the pack, or a sibling)
 * in one entry. So the last tree is kept, and what two trees have in common at
 * their starts and ends is stepped over by comparing bytes. Only where entry
 * boundaries agree, too: else a crafted tree could hide entries in another
 * reading of the same bytes.
 *
 * Names are scanned once each, whatever number of trees has them. Which trees
 * those are is found by the name, in the second phase. What does not parse as
 * entries is a text. An entry whose object is not in the store makes the run
 * look for all that is missing, in a phase of its own (missing.c).
 */
#include "history/internal.h"

#include "pack/tree.h"

#include <stdlib.h>

#include "base/banned.h"

/* A name shorter than this holds nothing that any rule would match. */
#define NAME_MIN 10
/* Larger trees are not kept to compare with. */
#define KEPT_MAX ((size_t)16 << 20)

static size_t common_start(bytes a, bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	uint64_t x, y;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a.at + i, 8);
		memcpy(&y, b.at + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a.at[i] == b.at[i])
		i++;
	return i;
}

static size_t common_end(bytes a, bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	uint64_t x, y;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a.at + a.n - i - 8, 8);
		memcpy(&y, b.at + b.n - i - 8, 8);
		if (x != y)
			break;
	}
	while (i < n && a.at[a.n - i - 1] == b.at[b.n - i - 1])
		i++;
	return i;
}

/* How many of the last tree's entries end within its first n bytes. */
static size_t entries_within(const struct history_tree *last, size_t n)
{
	size_t low = 0, high = last->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (last->ends[middle] <= n)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_end_of(const struct history_tree *last, size_t offset)
{
	size_t i = entries_within(last, offset);

	return offset == 0 || (i && last->ends[i - 1] == offset);
}

static bool grow_ends(struct history_tree *t)
{
	size_t room = t->ends_room ? t->ends_room * 2 : 256;
	uint32_t *ends;

	if (t->count < t->ends_room)
		return true;
	ends = reallocarray(t->ends, room, sizeof(*ends));
	if (ends == NULL)
		return false;
	t->ends = ends;
	t->ends_room = room;
	return true;
}

static void look_at(struct history_worker *w, const unsigned char *tree,
	const struct pack_tree_entry *entry, bool is_submodule)
{
	char *copy;

	if (!w->has_missing && !is_submodule &&
		!pack_store_has(w->owner->store, entry->id))
		w->has_missing = true;
	if ((entry->name.n < NAME_MIN && !w->owner->has_path_rules) ||
		history_names_has(&w->names, entry->name) ||
		!history_scan_name(w, entry->name, entry->is_tree ?
			HISTORY_DIRECTORY : HISTORY_FILE))
		return;
	copy = strndup((const char *)entry->name.at, entry->name.n);
	if (copy == NULL)
		w->failed = true;
	history_keep(w, tree, PACK_TREE, HIT_NAME, copy);
}

static bool keep_data(struct history_tree *t, bytes data)
{
	if (data.n > KEPT_MAX)
		return false;
	if (data.n > t->room) {
		unsigned char *at = realloc(t->data, data.n * 2);

		if (at == NULL)
			return false;
		t->data = at;
		t->room = data.n * 2;
	}
	if (data.n)
		memcpy(t->data, data.at, data.n);
	t->n = data.n;
	return true;
}

/* The entries of a tail that the last tree has, too, at the same places from
 * the end: move their ends behind those of the new start. */
static bool keep_tail(struct history_tree *t, size_t count, size_t from,
	size_t old_n, size_t new_n)
{
	size_t first = entries_within(t, from), more = t->count - first;

	/* The list only shrinks, or grows by what was new: make room first. */
	while (t->ends_room < count + more) {
		size_t had = t->count;

		t->count = t->ends_room;
		if (!grow_ends(t))
			return false;
		t->count = had;
	}
	memmove(t->ends + count, t->ends + first, more * sizeof(*t->ends));
	for (size_t i = count; i < count + more; i++)
		t->ends[i] = (uint32_t)(t->ends[i] - old_n + new_n);
	t->count = count + more;
	return true;
}

/*
 * `fresh` gathers the ends of entries between the common start and the common
 * end. Returns where the tail begins in the last tree; BYTES_NONE: no tail,
 * all was read, or what is left does not parse.
 */
static size_t read_middle(struct history_worker *w,
	const struct pack_object *object, size_t at, struct history_tree *fresh,
	bytes *rest)
{
	struct history_tree *last = &w->last;
	bytes data = object->data, old = bytes_of(last->data, last->n);
	size_t tail = common_end(data, old);
	struct pack_tree_entry entry;

	*rest = bytes_drop(data, at);
	while (rest->n) {
		const unsigned char *mode = rest->at;

		if (rest->n <= tail && is_end_of(last, old.n - rest->n))
			return old.n - rest->n;
		if (!pack_tree_next(rest, pack_store_id_size(w->owner->store),
			    &entry))
			break;
		look_at(w, object->id, &entry,
			mode[0] == '1' && mode[1] == '6');
		if (!grow_ends(fresh)) {
			w->failed = true;
			break;
		}
		fresh->ends[fresh->count++] = (uint32_t)(data.n - rest->n);
	}
	return BYTES_NONE;
}

/* The last tree becomes this one. */
static void remember(struct history_tree *last, bytes data, size_t same,
	const struct history_tree *fresh, size_t tail)
{
	size_t old_n = last->n, count = same + fresh->count;
	bool is_kept = true;

	if (tail == BYTES_NONE)
		last->count = same;
	else
		is_kept = keep_tail(last, count, tail, old_n, data.n);
	while (is_kept && last->ends_room < count) {
		size_t had = last->count;

		last->count = last->ends_room;
		is_kept = grow_ends(last);
		last->count = had;
	}
	if (is_kept && fresh->count)
		memcpy(last->ends + same, fresh->ends,
			fresh->count * sizeof(*fresh->ends));
	if (tail == BYTES_NONE)
		last->count = count;
	if (!is_kept || !keep_data(last, data))
		last->n = last->count = 0;
}

void history_scan_tree(struct history_worker *w,
	const struct pack_object *object)
{
	struct history_tree *last = &w->last, *fresh = &w->fresh;
	bytes data = object->data, rest;
	size_t same = entries_within(last, common_start(data,
		bytes_of(last->data, last->n)));
	size_t tail;

	fresh->count = 0;
	tail = read_middle(w, object, same ? last->ends[same - 1] : 0, fresh,
		&rest);
	if (tail == BYTES_NONE && rest.n) {
		w->ledger.broken_trees++;
		if (history_scan_text(w, rest))
			history_keep(w, object->id, PACK_TREE, HIT_MESSAGE,
				NULL);
		data = bytes_take(data, data.n - rest.n);
	}
	/* Ends are 32 bits wide. */
	if (data.n > KEPT_MAX)
		last->n = last->count = 0;
	else
		remember(last, data, same, fresh, tail);
}

void history_tree_release(struct history_tree *t)
{
	free(t->data);
	free(t->ends);
	*t = (struct history_tree){.data = NULL};
}
