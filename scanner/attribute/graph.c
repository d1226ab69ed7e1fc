#include "attribute/internal.h"

#include "base/hash.h"
#include "base/limits.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/banned.h"

uint64_t attribute_graph_key(const struct attribute *a, const unsigned char *id)
{
	uint64_t key = hash_64(bytes_of(id, a->options.id_size), a->seed);

	return key ? key : 1;
}

static void keymap_insert(struct keymap *map, uint64_t key, uint32_t value)
{
	size_t at = key & (map->room - 1);

	while (map->keys[at] && map->keys[at] != key)
		at = (at + 1) & (map->room - 1);
	if (map->keys[at] == key)
		return; /* the first one stays */
	map->keys[at] = key;
	map->values[at] = value;
	map->count++;
}

static bool keymap_widen(struct keymap *map)
{
	struct keymap wide = {.room = map->room ? map->room * 2 : 64};

	wide.keys = calloc(wide.room, sizeof(*wide.keys));
	wide.values = calloc(wide.room, sizeof(*wide.values));
	if (!wide.keys || !wide.values) {
		attribute_keymap_free(&wide);
		return false;
	}
	for (size_t i = 0; i < map->room; i++)
		if (map->keys[i])
			keymap_insert(&wide, map->keys[i], map->values[i]);
	attribute_keymap_free(map);
	*map = wide;
	return true;
}

bool attribute_keymap_put(struct keymap *map, uint64_t key, uint32_t value)
{
	if (map->count * 2 >= map->room && !keymap_widen(map))
		return false;
	keymap_insert(map, key, value);
	return true;
}

uint32_t attribute_keymap_get(const struct keymap *map, uint64_t key)
{
	size_t at;

	if (map->room == 0)
		return GRAPH_NONE;
	for (at = key & (map->room - 1); map->keys[at];
		at = (at + 1) & (map->room - 1))
		if (map->keys[at] == key)
			return map->values[at];
	return GRAPH_NONE;
}

void attribute_keymap_free(struct keymap *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct keymap){0};
}

bool attribute_column_grow(struct column *c, size_t more, size_t size)
{
	size_t room = c->room ? c->room : 64;
	void *at;

	if (c->n + more <= c->room)
		return true;
	while (room < c->n + more)
		room *= 2;
	at = reallocarray(c->at, room, size);
	if (at == NULL)
		return false;
	c->at = at;
	c->room = room;
	return true;
}

static bool add_names(struct attribute *a)
{
	for (size_t i = 0; i < a->options.name_count; i++) {
		bytes name = bytes_text(a->options.names[i]);
		uint64_t key = hash_64(name, a->seed);

		if (!attribute_keymap_put(&a->name_of, key ? key : 1,
			    (uint32_t)(a->options.wanted_count + i)))
			return false;
		if (i == 0 || name.n < a->name_min)
			a->name_min = name.n;
		if (name.n > a->name_max)
			a->name_max = name.n;
	}
	return true;
}

struct attribute *attribute_new(const struct attribute_options *options,
	struct error *err)
{
	struct attribute *a = calloc(1, sizeof(*a));
	size_t n = options->wanted_count * options->id_size;

	if (a == NULL)
		goto fail;
	a->options = *options;
	a->seed = hash_seed();
	arena_init(&a->paths, (size_t)1 << 30);
	a->wanted = malloc(n + 1);
	a->places = calloc(attribute_place_lists(a) + 1, sizeof(*a->places));
	if (a->wanted == NULL || a->places == NULL)
		goto fail;
	memcpy(a->wanted, options->wanted, n);
	for (size_t i = 0; i < options->wanted_count; i++) {
		const unsigned char *id = a->wanted + i * options->id_size;
		unsigned bit = (unsigned)id[0] << 8 | id[1];

		a->filter[bit >> 6] |= (uint64_t)1 << (bit & 63);
		if (!attribute_keymap_put(&a->wanted_of,
			    attribute_graph_key(a, id), (uint32_t)i))
			goto fail;
	}
	if (!add_names(a))
		goto fail;
	return a;
fail:
	error_set(err, ERR_MEMORY, "attribute findings to commits");
	attribute_free(a);
	return NULL;
}

static void worker_free(struct attribute_worker *w)
{
	free(w->edges.at);
	free(w->trees.at);
	free(w->commits.at);
	free(w->parents.at);
	free(w->ids.at);
	free(w->tags.at);
	free(w->names.at);
	free(w->name_at.at);
	attribute_keymap_free(&w->name_of);
	free(w);
}

void attribute_free(struct attribute *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->worker_count; i++)
		worker_free(a->workers[i]);
	for (size_t i = 0; a->places && i < attribute_place_lists(a); i++)
		free(a->places[i].at);
	free(a->workers);
	free(a->wanted);
	free(a->trees);
	free(a->commits);
	free(a->order);
	free(a->tip_commits);
	free(a->is_tip);
	free(a->places);
	attribute_keymap_free(&a->wanted_of);
	attribute_keymap_free(&a->name_of);
	attribute_keymap_free(&a->tree_of);
	attribute_keymap_free(&a->commit_of);
	arena_release(&a->paths);
	free(a);
}

struct attribute_worker *attribute_worker_new(struct attribute *a)
{
	struct attribute_worker *w = calloc(1, sizeof(*w));
	struct attribute_worker **workers;

	if (w == NULL)
		return NULL;
	w->owner = a;
	/* Once a thread: a spin of a few instructions is enough. */
	while (atomic_exchange(&a->lock, 1))
		;
	workers = reallocarray(a->workers, a->worker_count + 1,
		sizeof(*workers));
	if (workers) {
		a->workers = workers;
		w->number = (uint16_t)a->worker_count;
		workers[a->worker_count++] = w;
	}
	atomic_store(&a->lock, 0);
	if (workers == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

/* All workers' trees in one array, each name once. */
static bool gather_trees(struct attribute *a)
{
	size_t total = 0;

	for (size_t i = 0; i < a->worker_count; i++)
		total += a->workers[i]->trees.n;
	a->trees = calloc(total + 1, sizeof(*a->trees));
	if (a->trees == NULL)
		return false;
	for (size_t i = 0; i < a->worker_count; i++) {
		const struct graph_tree *rows = a->workers[i]->trees.at;

		for (size_t t = 0; t < a->workers[i]->trees.n; t++) {
			size_t before = a->tree_of.count;

			if (!attribute_keymap_put(&a->tree_of, rows[t].key,
				    (uint32_t)a->tree_count))
				return false;
			if (a->tree_of.count > before)
				a->trees[a->tree_count++] = rows[t];
		}
	}
	return true;
}

static const unsigned char *commit_id(const struct attribute *a,
	const struct graph_commit *c)
{
	return (const unsigned char *)a->workers[c->worker]->ids.at +
	       (size_t)c->id * a->options.id_size;
}

/* By time, then name: the same at any number of threads. */
static int by_time(const void *x, const void *y, void *context)
{
	const struct graph_commit *c = x, *d = y;
	const struct attribute *a = context;

	if (c->time != d->time)
		return c->time < d->time ? -1 : 1;
	return memcmp(commit_id(a, c), commit_id(a, d), a->options.id_size);
}

static bool gather_commits(struct attribute *a)
{
	size_t total = 0, kept = 0;

	for (size_t i = 0; i < a->worker_count; i++)
		total += a->workers[i]->commits.n;
	a->commits = calloc(total + 1, sizeof(*a->commits));
	if (a->commits == NULL)
		return false;
	total = 0;
	for (size_t i = 0; i < a->worker_count; i++) {
		size_t n = a->workers[i]->commits.n;

		if (n)
			memcpy(a->commits + total, a->workers[i]->commits.at,
				n * sizeof(*a->commits));
		total += n;
	}
	if (total)
		qsort_r(a->commits, total, sizeof(*a->commits), by_time, a);
	for (size_t i = 0; i < total; i++) {
		size_t before = a->commit_of.count;

		if (!attribute_keymap_put(&a->commit_of, a->commits[i].key,
			    (uint32_t)kept))
			return false;
		if (a->commit_of.count > before)
			a->commits[kept++] = a->commits[i];
	}
	a->commit_count = kept;
	return true;
}

static void link_edges(struct attribute *a)
{
	for (size_t i = 0; i < a->worker_count; i++) {
		struct graph_edge *edges = a->workers[i]->edges.at;

		for (size_t e = 0; e < a->workers[i]->edges.n; e++)
			if (!edges[e].is_blob)
				edges[e].to = attribute_keymap_get(&a->tree_of,
					edges[e].key);
	}
}

static struct graph_edge *edges_of(const struct attribute *a,
	const struct graph_tree *t)
{
	return (struct graph_edge *)a->workers[t->worker]->edges.at +
	       t->edges;
}

/* Reverse edges, then outwards from the trees that hold wanted blobs. Cycles
 * (only forged names make them) end because a tree is queued once. */
static bool mark_trees(struct attribute *a)
{
	size_t total = 0, done = 0, queued = 0;
	uint32_t *first = calloc(a->tree_count + 2, sizeof(*first));
	uint32_t *queue = calloc(a->tree_count + 1, sizeof(*queue));
	uint32_t *from = NULL;
	bool marked = false;

	if (!first || !queue)
		goto out;
	for (size_t t = 0; t < a->tree_count; t++)
		for (uint32_t e = 0; e < a->trees[t].edge_count; e++) {
			struct graph_edge *edge = edges_of(a, &a->trees[t]) + e;

			if (edge->is_blob) {
				if (!a->trees[t].mark)
					queue[queued++] = (uint32_t)t;
				a->trees[t].mark = 1;
			} else if (edge->to != GRAPH_NONE) {
				first[edge->to + 2]++;
				total++;
			}
		}
	from = calloc(total + 1, sizeof(*from));
	if (!from)
		goto out;
	for (size_t t = 2; t < a->tree_count + 2; t++)
		first[t] += first[t - 1];
	for (size_t t = 0; t < a->tree_count; t++)
		for (uint32_t e = 0; e < a->trees[t].edge_count; e++) {
			struct graph_edge *edge = edges_of(a, &a->trees[t]) + e;

			if (!edge->is_blob && edge->to != GRAPH_NONE)
				from[first[edge->to + 1]++] = (uint32_t)t;
		}
	for (; done < queued; done++)
		for (uint32_t i = first[queue[done]];
			i < first[queue[done] + 1]; i++)
			if (!a->trees[from[i]].mark) {
				a->trees[from[i]].mark = 1;
				queue[queued++] = from[i];
			}
	marked = true;
out:
	free(first);
	free(queue);
	free(from);
	return marked;
}

enum status attribute_graph_link(struct attribute *a, struct error *err)
{
	for (size_t i = 0; i < a->worker_count; i++)
		if (a->workers[i]->failed)
			return error_set(err, ERR_MEMORY,
				"attribute findings to commits");
	if (!gather_trees(a) || !gather_commits(a))
		return error_set(err, ERR_MEMORY,
			"attribute findings to commits");
	link_edges(a);
	if (!mark_trees(a))
		return error_set(err, ERR_MEMORY,
			"attribute findings to commits");
	return OK;
}
