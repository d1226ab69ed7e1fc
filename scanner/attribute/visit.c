/*
 * visit: what one tree, commit or tag adds to the graph. Runs for every tree
 * of the store, so a tree's entries are stepped over with memchr and looked
 * up only when their first two bytes could be a wanted blob's.
 */
#include "attribute/internal.h"

#include "base/hash.h"
#include "pack/tree.h"

#include "base/banned.h"

static uint32_t intern(struct attribute_worker *w, bytes name)
{
	uint64_t key = hash_64(name, w->owner->seed);
	uint32_t number;

	key = key ? key : 1;
	number = attribute_keymap_get(&w->name_of, key);
	if (number != GRAPH_NONE)
		return number;
	number = (uint32_t)w->name_at.n;
	if (w->names.n > UINT32_MAX - name.n - 1 || number > INT32_MAX ||
		!attribute_column_grow(&w->names, name.n + 1, 1) ||
		!attribute_column_grow(&w->name_at, 1, sizeof(uint32_t)) ||
		!attribute_keymap_put(&w->name_of, key, number)) {
		w->failed = true;
		return 0;
	}
	((uint32_t *)w->name_at.at)[w->name_at.n++] = (uint32_t)w->names.n;
	memcpy((char *)w->names.at + w->names.n, name.at, name.n);
	((char *)w->names.at)[w->names.n + name.n] = '\0';
	w->names.n += name.n + 1;
	return number;
}

static void add_edge(struct attribute_worker *w, bytes name, uint64_t key,
	uint32_t wanted)
{
	struct graph_edge *edge;

	if (!attribute_column_grow(&w->edges, 1, sizeof(*edge))) {
		w->failed = true;
		return;
	}
	edge = (struct graph_edge *)w->edges.at + w->edges.n++;
	edge->key = key;
	edge->to = wanted;
	edge->name = intern(w, name) & INT32_MAX;
	edge->is_blob = wanted != GRAPH_NONE;
}

static bool may_be_wanted(const struct attribute *a, const unsigned char *id)
{
	unsigned bit = (unsigned)id[0] << 8 | id[1];

	return (a->filter[bit >> 6] >> (bit & 63)) & 1;
}

/* A name that was found to hold something, wherever it stands. */
static uint32_t wanted_name(const struct attribute *a, bytes name)
{
	uint64_t key;

	if (a->options.name_count == 0 || name.n < a->name_min ||
		name.n > a->name_max)
		return GRAPH_NONE;
	key = hash_64(name, a->seed);
	return attribute_keymap_get(&a->name_of, key ? key : 1);
}

static void visit_tree(struct attribute_worker *w, const unsigned char *id,
	bytes text)
{
	const struct attribute *a = w->owner;
	size_t first = w->edges.n;
	struct pack_tree_entry entry;
	struct graph_tree *row;
	uint32_t wanted;

	while (pack_tree_next(&text, a->options.id_size, &entry)) {
		wanted = wanted_name(a, entry.name);
		if (wanted != GRAPH_NONE)
			add_edge(w, entry.name, 0, wanted);
		if (entry.is_tree) {
			add_edge(w, entry.name,
				attribute_graph_key(a, entry.id), GRAPH_NONE);
		} else if (may_be_wanted(a, entry.id)) {
			uint64_t key = attribute_graph_key(a, entry.id);

			wanted = attribute_keymap_get(&a->wanted_of, key);
			if (wanted != GRAPH_NONE)
				add_edge(w, entry.name, key, wanted);
		}
	}
	if (w->edges.n == first && !a->options.all_trees)
		return;
	if (w->edges.n > UINT32_MAX ||
		!attribute_column_grow(&w->trees, 1, sizeof(*row))) {
		w->failed = true;
		return;
	}
	row = (struct graph_tree *)w->trees.at + w->trees.n++;
	*row = (struct graph_tree){
		.key = attribute_graph_key(a, id),
		.edges = (uint32_t)first,
		.edge_count = (uint32_t)(w->edges.n - first),
		.worker = w->number,
	};
}

static int hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* A line "<word> <hex>" at the start of *text: its name's key, or 0. */
static uint64_t take_link(const struct attribute *a, bytes *text,
	const char *word)
{
	unsigned char id[PACK_ID_MAX];
	size_t id_size = a->options.id_size;
	bytes line, rest;

	if (!bytes_cut(*text, '\n', &line, &rest) ||
		!bytes_starts(line, bytes_text(word)))
		return 0;
	line = bytes_drop(line, strlen(word));
	if (line.n != id_size * 2)
		return 0;
	for (size_t i = 0; i < id_size; i++) {
		int high = hex_value(line.at[2 * i]);
		int low = hex_value(line.at[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		id[i] = (unsigned char)(high << 4 | low);
	}
	*text = rest;
	return attribute_graph_key(a, id);
}

/* The seconds after the last '>' of the committer line. */
static int64_t committer_time(bytes text)
{
	size_t at = bytes_find(text, bytes_text("\ncommitter "));
	bytes line, rest;
	int64_t time = 0;

	if (at == BYTES_NONE)
		return 0;
	bytes_cut(bytes_drop(text, at + 1), '\n', &line, &rest);
	for (size_t i = line.n; i-- > 0;)
		if (line.at[i] == '>') {
			line = bytes_drop(line, i + 2);
			break;
		}
	for (size_t i = 0; i < line.n && line.at[i] >= '0' &&
			   line.at[i] <= '9' && time < INT64_MAX / 20; i++)
		time = time * 10 + (line.at[i] - '0');
	return time;
}

static void visit_commit(struct attribute_worker *w, const unsigned char *id,
	bytes text)
{
	const struct attribute *a = w->owner;
	size_t id_size = a->options.id_size;
	struct graph_commit row = {.worker = w->number};
	uint64_t parent;
	bytes rest = text;

	row.key = attribute_graph_key(a, id);
	row.tree = take_link(a, &rest, "tree ");
	row.parents = (uint32_t)w->parents.n;
	while ((parent = take_link(a, &rest, "parent ")) != 0) {
		if (!attribute_column_grow(&w->parents, 1, sizeof(parent))) {
			w->failed = true;
			return;
		}
		((uint64_t *)w->parents.at)[w->parents.n++] = parent;
		row.parent_count++;
	}
	row.time = committer_time(text);
	row.id = (uint32_t)(w->ids.n / id_size);
	if (!attribute_column_grow(&w->ids, id_size, 1) ||
		!attribute_column_grow(&w->commits, 1, sizeof(row))) {
		w->failed = true;
		return;
	}
	memcpy((unsigned char *)w->ids.at + w->ids.n, id, id_size);
	w->ids.n += id_size;
	((struct graph_commit *)w->commits.at)[w->commits.n++] = row;
}

static void visit_tag(struct attribute_worker *w, const unsigned char *id,
	bytes text)
{
	struct graph_tag row = {attribute_graph_key(w->owner, id), 0};

	row.target = take_link(w->owner, &text, "object ");
	if (!attribute_column_grow(&w->tags, 1, sizeof(row))) {
		w->failed = true;
		return;
	}
	((struct graph_tag *)w->tags.at)[w->tags.n++] = row;
}

void attribute_visit(struct attribute_worker *w,
	const struct pack_object *object)
{
	if (object->type == PACK_TREE)
		visit_tree(w, object->id, object->data);
	else if (object->type == PACK_COMMIT)
		visit_commit(w, object->id, object->data);
	else if (object->type == PACK_TAG)
		visit_tag(w, object->id, object->data);
}
