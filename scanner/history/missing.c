/*
 * missing: objects that others name and that are not in the store.
 *
 * The first phase sees that there are some; most repositories have none, and
 * are done. Else, once it is known what refs reach (attribute/), trees and
 * commits are gone through once more, and what those name that are reached
 * is counted, each name once: as `git rev-list --objects --all
 * --missing=print` counts. Objects that nobody reaches may lack what they
 * like; git prunes that way.
 */
#include "history/internal.h"

#include "base/hash.h"
#include "pack/tree.h"

#include <stdlib.h>

#include "base/banned.h"

static bool keep_missing(struct history_worker *w, const unsigned char *id)
{
	struct history_missing *m = &w->missing;
	uint64_t *keys = m->keys;

	if (m->n == m->room) {
		m->room = m->room ? m->room * 2 : 256;
		keys = reallocarray(m->keys, m->room, sizeof(*keys));
		if (keys == NULL)
			return false;
		m->keys = keys;
	}
	keys[m->n++] = hash_64(bytes_of(id,
		pack_store_id_size(w->owner->store)), 0);
	return true;
}

static void miss(struct history_worker *w, const unsigned char *id)
{
	if (pack_store_has(w->owner->store, id))
		return;
	/* Equal names come again and again: most at once. */
	if (w->missing.n && memcmp(w->missing.last, id,
			pack_store_id_size(w->owner->store)) == 0)
		return;
	memcpy(w->missing.last, id, pack_store_id_size(w->owner->store));
	if (!keep_missing(w, id))
		w->failed = true;
}

static void check_tree(struct history_worker *w,
	const struct pack_object *object)
{
	size_t id_size = pack_store_id_size(w->owner->store);
	bytes rest = object->data;
	struct pack_tree_entry entry;
	const unsigned char *mode = rest.at;

	if (!attribute_reaches_tree(w->owner->attribute, object->id))
		return;
	for (; pack_tree_next(&rest, id_size, &entry); mode = rest.at)
		if (mode[0] != '1' || mode[1] != '6')
			miss(w, entry.id);
}

/* A line "<word> <hex>" at the start of *text. */
static bool take_link(const struct history_worker *w, bytes *text,
	const char *word, unsigned char id[PACK_ID_MAX])
{
	bytes line, rest;

	if (!bytes_cut(*text, '\n', &line, &rest) ||
		!bytes_starts(line, bytes_text(word)))
		return false;
	line = bytes_drop(line, strlen(word));
	if (line.n != 2 * pack_store_id_size(w->owner->store) ||
		!repo_parse_name(line, id))
		return false;
	*text = rest;
	return true;
}

void history_look_for_links(struct history_worker *w,
	const struct pack_object *object)
{
	unsigned char id[PACK_ID_MAX];
	bytes text = object->data;

	while (!w->has_missing && (take_link(w, &text, "tree ", id) ||
			take_link(w, &text, "parent ", id) ||
			take_link(w, &text, "object ", id)))
		w->has_missing = !pack_store_has(w->owner->store, id);
}

/* Parents that are missing are counted by attribute/, as commits. */
static void check_commit(struct history_worker *w,
	const struct pack_object *object)
{
	unsigned char id[PACK_ID_MAX];
	bytes text = object->data;

	if (attribute_reaches_commit(w->owner->attribute, object->id) &&
		take_link(w, &text, "tree ", id))
		miss(w, id);
}

static void check_tag(struct history_worker *w,
	const struct pack_object *object)
{
	unsigned char id[PACK_ID_MAX];
	bytes text = object->data;

	if (take_link(w, &text, "object ", id))
		miss(w, id);
}

void history_check_missing(struct history_worker *w,
	const struct pack_object *object)
{
	if (object->type == PACK_TREE)
		check_tree(w, object);
	else if (object->type == PACK_COMMIT)
		check_commit(w, object);
	else if (object->type == PACK_TAG)
		check_tag(w, object);
	/* Sorted out now and then, so that a name costs its bytes once. */
	if (w->missing.n >= w->missing.sorted * 2 + 65536)
		history_missing_settle(&w->missing);
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void history_missing_settle(struct history_missing *m)
{
	size_t kept = 0;

	if (m->n == 0)
		return;
	qsort(m->keys, m->n, sizeof(*m->keys), by_key);
	for (size_t i = 0; i < m->n; i++)
		if (i == 0 || m->keys[i] != m->keys[i - 1])
			m->keys[kept++] = m->keys[i];
	m->n = m->sorted = kept;
}

/* Refs that name what is not there. */
static bool is_tip_missing(const struct history *h, size_t i)
{
	static const unsigned char none[REPO_ID_MAX];
	const unsigned char *id = h->repo->refs[i].id;

	return memcmp(id, none, sizeof(none)) != 0 &&
	       !pack_store_has(h->store, id);
}

bool history_has_missing(const struct history *h)
{
	for (size_t i = 0; i < h->worker_count; i++)
		if (h->workers[i]->has_missing)
			return true;
	for (size_t i = 0; i < h->repo->ref_count; i++)
		if (is_tip_missing(h, i))
			return true;
	return false;
}

/* All workers' names, each once. */
bool history_count_missing(struct history *h)
{
	struct history_worker *all;

	if (h->worker_count == 0)
		return true;
	all = h->workers[0];
	for (size_t i = 0; i < h->repo->ref_count; i++)
		if (is_tip_missing(h, i) &&
			!keep_missing(all, h->repo->refs[i].id))
			return false;
	for (size_t i = 1; i < h->worker_count; i++) {
		struct history_missing *from = &h->workers[i]->missing;
		struct history_missing *to = &all->missing;
		uint64_t *keys = reallocarray(to->keys, to->n + from->n + 1,
			sizeof(*keys));

		if (keys == NULL)
			return false;
		if (from->n)
			memcpy(keys + to->n, from->keys,
				from->n * sizeof(*keys));
		to->keys = keys;
		to->n = to->room = to->n + from->n;
	}
	history_missing_settle(&all->missing);
	h->ledger.missing = all->missing.n;
	return true;
}
