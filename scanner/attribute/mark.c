/*
 * mark: from what is asked for upwards, to all trees that lead to it.
 *
 * An entry that is asked for stands in the trees of its spans; those trees
 * are entries of others, which matter then too, and so on. Every entry is
 * taken up once, so cycles (only forged names make them) end. Each tree gets
 * the list of its entries that matter, in order of name.
 */
#include "attribute/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* What such an entry names is no blob, whatever else has that name. */
#define NO_BLOB ((uint32_t)(TREELOG_TREE | TREELOG_SUBMODULE))

/* One thread's log, to be asked which spans an entry has, and which entries
 * are a given tree. */
struct view {
	const struct treelog_entry *entries;
	const struct treelog_span *spans;
	const uint64_t *trees;
	size_t entry_count, span_count, tree_count;
	uint32_t *span_at; /* by entry, and one more: its first in `by_entry` */
	uint32_t *by_entry;
	struct keymap first; /* key of a tree -> an entry that is it */
	uint32_t *next;	     /* by entry: another that is it */
	uint32_t *link;	     /* by entry: its link, or GRAPH_NONE */
};

struct marker {
	struct attribute *a;
	struct view *views;
	struct column links; /* graph_link: taken up in this order */
	uint32_t *count;     /* edges by tree */
	size_t total;
};

static bool index_spans(struct view *v)
{
	v->span_at = calloc(v->entry_count + 2, sizeof(*v->span_at));
	v->by_entry = calloc(v->span_count + 1, sizeof(*v->by_entry));
	if (!v->span_at || !v->by_entry)
		return false;
	for (size_t i = 0; i < v->span_count; i++)
		v->span_at[v->spans[i].entry + 2]++;
	for (size_t e = 2; e < v->entry_count + 2; e++)
		v->span_at[e] += v->span_at[e - 1];
	for (size_t i = 0; i < v->span_count; i++)
		v->by_entry[v->span_at[v->spans[i].entry + 1]++] = (uint32_t)i;
	return true;
}

static bool index_entries(struct view *v)
{
	v->next = malloc((v->entry_count + 1) * sizeof(*v->next));
	v->link = malloc((v->entry_count + 1) * sizeof(*v->link));
	if (!v->next || !v->link)
		return false;
	for (size_t e = 0; e < v->entry_count; e++) {
		uint32_t *first;

		v->link[e] = v->next[e] = GRAPH_NONE;
		if (!(v->entries[e].marks & TREELOG_TREE))
			continue;
		first = keymap_at(&v->first, v->entries[e].key, GRAPH_NONE);
		if (first == NULL)
			return false;
		v->next[e] = *first;
		*first = (uint32_t)e;
	}
	return true;
}

static bool open_views(struct marker *m)
{
	m->views = calloc(m->a->worker_count + 1, sizeof(*m->views));
	for (size_t i = 0; m->views && i < m->a->worker_count; i++) {
		const struct treelog *log = m->a->workers[i]->log;
		struct view *v = &m->views[i];

		v->entries = treelog_entries(log, &v->entry_count);
		v->spans = treelog_spans(log, &v->span_count);
		v->trees = treelog_trees(log, &v->tree_count);
		if (!index_spans(v) || !index_entries(v))
			return false;
	}
	return m->views != NULL;
}

static void close_views(struct marker *m)
{
	for (size_t i = 0; m->views && i < m->a->worker_count; i++) {
		struct view *v = &m->views[i];

		free(v->span_at);
		free(v->by_entry);
		free(v->next);
		free(v->link);
		keymap_release(&v->first);
	}
	free(m->views);
}

/* Take an entry up, once. */
static bool add_link(struct marker *m, size_t worker, size_t entry,
	uint32_t wanted, uint32_t named)
{
	struct view *v = &m->views[worker];
	const struct treelog_entry *e = &v->entries[entry];

	if (v->link[entry] != GRAPH_NONE)
		return true;
	if (!column_grow(&m->links, 1, sizeof(struct graph_link)))
		return false;
	v->link[entry] = (uint32_t)m->links.n;
	((struct graph_link *)m->links.at)[m->links.n++] = (struct graph_link){
		.worker = (uint32_t)worker,
		.entry = (uint32_t)entry,
		.tree = e->marks & TREELOG_TREE
				? keymap_get(&m->a->tree_of, e->key)
				: GRAPH_NONE,
		.wanted = wanted,
		.named = named,
	};
	return true;
}

/* By number: is this name asked for? */
static uint32_t *find_names(const struct marker *m, size_t worker)
{
	const struct treelog *log = m->a->workers[worker]->log;
	size_t count = treelog_name_count(log);
	uint32_t *named = malloc((count + 1) * sizeof(*named));

	for (size_t i = 0; named && i < count; i++)
		named[i] = attribute_named(m->a,
			bytes_text(treelog_name(log, (uint32_t)i)));
	return named;
}

static bool add_wanted(struct marker *m, size_t worker)
{
	const struct view *v = &m->views[worker];
	uint32_t *named = find_names(m, worker);
	bool added = named != NULL;

	for (size_t e = 0; added && e < v->entry_count; e++) {
		const struct treelog_entry *row = &v->entries[e];
		uint32_t wanted = row->marks & NO_BLOB
					  ? GRAPH_NONE
					  : attribute_wanted(m->a, row->key);

		if (wanted != GRAPH_NONE || named[row->name] != GRAPH_NONE)
			added = add_link(m, worker, e, wanted,
				named[row->name]);
	}
	free(named);
	return added;
}

/* A tree leads to something: so do the entries that are it. */
static bool add_parents(struct marker *m, uint64_t key)
{
	for (size_t i = 0; i < m->a->worker_count; i++) {
		const struct view *v = &m->views[i];
		uint32_t e = keymap_get(&v->first, key);

		for (; e != GRAPH_NONE; e = v->next[e])
			if (!add_link(m, i, e, GRAPH_NONE, GRAPH_NONE))
				return false;
	}
	return true;
}

/* Is it the tree that its name stands for, or a copy? */
static bool is_first(const struct marker *m, size_t worker, uint32_t tree)
{
	return keymap_get(&m->a->tree_of, m->views[worker].trees[tree]) ==
	       m->a->workers[worker]->first + tree;
}

/* Trees [from, to) of a thread hold a link. */
static bool mark_span(struct marker *m, size_t worker,
	const struct treelog_span *span)
{
	uint32_t first = m->a->workers[worker]->first;

	for (uint32_t t = span->from; t < span->to; t++)
		if (m->count[first + t]++ == 0 && is_first(m, worker, t) &&
			!add_parents(m, m->views[worker].trees[t]))
			return false;
	return true;
}

/* The spans of a link, one after another: NULL behind the last. */
static const struct treelog_span *span_of(const struct view *v,
	const struct graph_link *l, size_t i)
{
	size_t at = v->span_at[l->entry] + i;

	return at < v->span_at[l->entry + 1] ? &v->spans[v->by_entry[at]]
					     : NULL;
}

/* How many trees hold it; over the limit none does. */
static bool count_edges(struct marker *m, struct graph_link *l)
{
	const struct view *v = &m->views[l->worker];
	const struct treelog_span *span;
	size_t n = 0;

	for (size_t i = 0; (span = span_of(v, l, i)) != NULL; i++)
		n += span->to - span->from;
	l->is_cut = n > LIMIT_TREE_EDGES - m->total;
	m->a->dropped += l->is_cut;
	m->total += l->is_cut ? 0 : n;
	return !l->is_cut;
}

static bool mark_trees(struct marker *m)
{
	for (size_t i = 0; i < m->links.n; i++) {
		struct graph_link *l = (struct graph_link *)m->links.at + i;
		const struct graph_link copy = *l; /* links may move */
		const struct view *v = &m->views[copy.worker];
		const struct treelog_span *span;

		if (!count_edges(m, l))
			continue;
		for (size_t s = 0; (span = span_of(v, &copy, s)) != NULL; s++)
			if (!mark_span(m, copy.worker, span))
				return false;
	}
	return true;
}

/* By name, then what it is. */
static int by_name(const void *x, const void *y, void *context)
{
	const struct graph_link *l = x, *k = y;
	const struct attribute *a = context;
	const struct treelog_entry *d = attribute_entry(a, l);
	const struct treelog_entry *e = attribute_entry(a, k);
	int order = strcmp(treelog_name(a->workers[l->worker]->log, d->name),
		treelog_name(a->workers[k->worker]->log, e->name));

	if (order)
		return order;
	if (l->wanted != k->wanted)
		return l->wanted < k->wanted ? -1 : 1;
	return (l->tree > k->tree) - (l->tree < k->tree);
}

static void fill_edges_of(struct marker *m, uint32_t number)
{
	const struct attribute *a = m->a;
	const struct graph_link *l = &a->links[number];
	const struct treelog_span *span;
	uint32_t *at = a->edge_at + 1 + a->workers[l->worker]->first;

	for (size_t s = 0;
		(span = span_of(&m->views[l->worker], l, s)) != NULL; s++)
		for (uint32_t t = span->from; t < span->to; t++)
			a->edges[at[t]++] = number;
}

/* Lists of the trees, filled in order of name. */
static bool fill_edges(struct marker *m)
{
	struct attribute *a = m->a;

	a->edge_at = calloc(a->tree_count + 2, sizeof(*a->edge_at));
	a->edges = calloc(m->total + 1, sizeof(*a->edges));
	if (!a->edge_at || !a->edges)
		return false;
	for (size_t t = 0; t < a->tree_count; t++)
		a->edge_at[t + 2] = a->edge_at[t + 1] + m->count[t];
	for (size_t i = 0; i < m->links.n; i++)
		if (!a->links[i].is_cut)
			fill_edges_of(m, (uint32_t)i);
	return true;
}

bool attribute_graph_mark(struct attribute *a)
{
	struct marker m = {.a = a};
	bool marked = open_views(&m);

	m.count = calloc(a->tree_count + 1, sizeof(*m.count));
	marked = marked && m.count;
	for (size_t i = 0; marked && i < a->worker_count; i++)
		marked = add_wanted(&m, i);
	marked = marked && mark_trees(&m);
	a->edge_total = m.total;
	a->links = m.links.at;
	if (marked && m.links.n)
		qsort_r(a->links, m.links.n, sizeof(*a->links), by_name, a);
	marked = marked && fill_edges(&m);
	close_views(&m);
	free(m.count);
	return marked;
}
