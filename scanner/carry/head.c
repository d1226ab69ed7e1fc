/*
 * head: which places stand in HEAD's tree. The tree is entered only where
 * some place's path leads; a directory is read once.
 */
#include "carry/internal.h"

#include "base/limits.h"
#include "header/header.h"
#include "pack/tree.h"

#include <stdlib.h>

#include "base/banned.h"

/* A place by its path. */
struct spot {
	bytes path;
	const unsigned char *id; /* of the blob */
	struct attribute_place *place;
};

/* A directory in work: spots [from, to) are below it. */
struct level {
	unsigned char *data; /* owned */
	bytes rest;
	size_t path; /* length of its path with the slash */
	size_t from, to;
};

struct marker {
	struct carry *r;
	struct spot *spots; /* by path */
	size_t spot_count;
	struct level *levels;
	size_t depth, room;
};

static int by_path(const void *a, const void *b)
{
	return bytes_compare(((const struct spot *)a)->path,
		((const struct spot *)b)->path);
}

static bool list_spots(struct marker *m)
{
	const struct carry *r = m->r;
	size_t total = 0;

	for (size_t i = 0; i < r->question.wanted_count; i++)
		total += r->places[i].n;
	m->spots = calloc(total + 1, sizeof(*m->spots));
	for (size_t i = 0; m->spots && i < r->question.wanted_count; i++)
		for (size_t p = 0; p < r->places[i].n; p++) {
			struct attribute_place *at = &r->places[i].at[p];

			m->spots[m->spot_count++] = (struct spot){
				bytes_of(at->path, at->path_length),
				r->question.wanted + i * r->id_size, at};
		}
	if (m->spot_count)
		qsort(m->spots, m->spot_count, sizeof(*m->spots), by_path);
	return m->spots != NULL;
}

/* What of a level's spots begins with this name; those that go on below it,
 * when it is a directory. */
static int compare_name(bytes path, bytes name, unsigned char end)
{
	size_t n = path.n < name.n ? path.n : name.n;
	int order = n ? memcmp(path.at, name.at, n) : 0;
	int next = path.n > name.n ? path.at[name.n] : -1;

	if (order || path.n < name.n)
		return order ? order : -1;
	return next - (end ? end : -1);
}

/* The first spot that does not come before the name, or not up to it. */
static size_t bound(const struct marker *m, const struct level *l, bytes name,
	unsigned char end, int least)
{
	size_t low = l->from, high = l->to;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_name(bytes_drop(m->spots[middle].path, l->path),
			    name, end) < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool push(struct marker *m, const unsigned char *tree,
	struct level level)
{
	enum pack_problem problem;
	enum pack_type type;
	bytes data;

	if (m->depth == m->room) {
		size_t room = m->room ? m->room * 2 : 16;
		struct level *levels =
			reallocarray(m->levels, room, sizeof(*levels));

		if (levels == NULL)
			return false;
		m->levels = levels;
		m->room = room;
	}
	if (m->depth > LIMIT_TREE_DEPTH ||
		pack_read(m->r->reader, tree, &type, &data, &problem, NULL) !=
			OK ||
		type != PACK_TREE)
		return false;
	level.data = malloc(data.n + 1);
	if (level.data == NULL)
		return false;
	if (data.n)
		memcpy(level.data, data.at, data.n);
	level.rest = bytes_of(level.data, data.n);
	m->levels[m->depth++] = level;
	return true;
}

static bool look_at(struct marker *m, const struct pack_tree_entry *e)
{
	const struct level *l = &m->levels[m->depth - 1];
	unsigned char end = e->is_tree ? '/' : 0;
	struct level below = {.path = l->path + e->name.n + 1};

	below.from = bound(m, l, e->name, end, 0);
	below.to = bound(m, l, e->name, end, 1);
	if (e->is_tree)
		return below.from == below.to || push(m, e->id, below);
	for (size_t i = below.from; i < below.to; i++)
		if (memcmp(m->spots[i].id, e->id, m->r->id_size) == 0)
			m->spots[i].place->in_head = true;
	return true;
}

static bool walk(struct marker *m, const unsigned char *root)
{
	size_t id_size = m->r->id_size;
	bool is_good = push(m, root, (struct level){.to = m->spot_count});

	while (m->depth && is_good) {
		struct level *l = &m->levels[m->depth - 1];
		const unsigned char *raw = l->rest.at;
		struct pack_tree_entry e;

		if (!pack_tree_next(&l->rest, id_size, &e)) {
			free(l->data);
			m->depth--;
		} else if (raw[0] != '1' || raw[1] != '6') {
			is_good = look_at(m, &e);
		}
	}
	while (m->depth)
		free(m->levels[--m->depth].data);
	free(m->levels);
	return is_good;
}

bool carry_mark_head(struct carry *r)
{
	struct marker m = {.r = r};
	unsigned char tree[PACK_ID_MAX];
	enum pack_problem problem;
	enum pack_type type;
	bytes text;
	bool is_good = list_spots(&m);

	if (!is_good || m.spot_count == 0 || r->question.head == NULL) {
		free(m.spots);
		return is_good;
	}
	is_good = pack_read(r->reader, r->question.head, &type, &text,
			  &problem, NULL) == OK &&
		  type == PACK_COMMIT &&
		  header_take_link(&text, r->id_size, "tree ", tree) &&
		  walk(&m, tree);
	free(m.spots);
	return is_good;
}
