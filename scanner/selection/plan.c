/*
 * plan: from changes to texts. A blob that comes at several paths is scanned
 * once for all of those that no rule can tell apart.
 */
#include "selection/internal.h"

#include "base/hash.h"

#include <stdlib.h>

#include "base/banned.h"

/* A name shorter than this holds nothing that any rule would match. */
#define NAME_MIN 10

/* Blobs planned so far: picks by name and path key, open addressing. */
struct table {
	uint32_t *slots; /* pick + 1 */
	uint64_t *keys;
	size_t room;
};

static bool table_make(struct table *t, size_t count)
{
	for (t->room = 16; t->room < count * 2;)
		t->room *= 2;
	t->slots = calloc(t->room, sizeof(*t->slots));
	t->keys = calloc(t->room, sizeof(*t->keys));
	return t->slots && t->keys;
}

static struct pick *add(struct selection *s, enum pick_kind kind,
	const unsigned char *id, size_t change)
{
	struct pick *p = &s->picks[s->pick_count++];

	*p = (struct pick){
		.id = id, .kind = kind, .change = (uint32_t)change};
	return p;
}

/* Appended behind those of the same pick, so that commits stay in order. */
static void add_blob(struct selection *s, struct table *t, uint32_t *last,
	size_t i)
{
	const struct change *c = change_at(s->changes, i);
	size_t id_size = pack_store_id_size(s->store);
	uint64_t key = detector_path_key(s->options.detector, c->path);
	size_t at;

	key ^= hash_64(bytes_of(c->id, id_size), 0);
	for (at = key & (t->room - 1); t->slots[at]; at = (at + 1) &
			(t->room - 1)) {
		uint32_t n = t->slots[at] - 1;

		if (t->keys[at] != key ||
			memcmp(s->picks[n].id, c->id, id_size) != 0)
			continue;
		s->next[last[n]] = (uint32_t)i;
		last[n] = (uint32_t)i;
		return;
	}
	t->keys[at] = key;
	last[s->pick_count] = (uint32_t)i;
	t->slots[at] = (uint32_t)s->pick_count + 1;
	add(s, PICK_BLOB, c->id, i);
}

bool selection_plan_picks(struct selection *s)
{
	size_t n = change_count(s->changes);
	size_t id_size = pack_store_id_size(s->store);
	size_t room = 2 * n + s->commit_count + s->tag_count + 1;
	uint32_t *last = calloc(room, sizeof(*last));
	struct table table = {NULL, NULL, 0};
	bool is_made = n < NO_CHANGE && table_make(&table, n) && last;

	s->picks = calloc(room, sizeof(*s->picks));
	s->next = calloc(n + 1, sizeof(*s->next));
	is_made = is_made && s->picks && s->next;
	if (is_made)
		memset(s->next, 0xff, (n + 1) * sizeof(*s->next));
	for (size_t i = 0; is_made && i < n; i++) {
		const struct change *c = change_at(s->changes, i);

		add_blob(s, &table, last, i);
		if (c->old_count == 0 && c->path.n >= NAME_MIN)
			add(s, PICK_NAME, c->id, i);
	}
	for (size_t i = 0; is_made && i < s->commit_count; i++)
		add(s, PICK_COMMIT, s->commits + i * id_size, NO_CHANGE);
	for (size_t i = 0; is_made && i < s->tag_count; i++)
		add(s, PICK_TAG, s->tags + i * id_size, NO_CHANGE);
	free(table.slots);
	free(table.keys);
	free(last);
	return is_made;
}
