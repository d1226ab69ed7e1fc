/*
 * graph: all threads' rows as one graph, the same at any number of threads.
 */
#include "attribute/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* All logs' trees under one numbering; of copies the first one counts. */
static bool gather_trees(struct attribute *a)
{
	for (size_t i = 0; i < a->worker_count; i++) {
		struct attribute_worker *w = a->workers[i];
		size_t count;
		const uint64_t *keys = treelog_trees(w->log, &count);

		w->first = (uint32_t)a->tree_count;
		if (count >= GRAPH_NONE - a->tree_count ||
			!keymap_reserve(&a->tree_of, a->tree_count + count))
			return false;
		for (size_t t = 0; t < count; t++)
			if (!keymap_put(&a->tree_of, keys[t],
				    (uint32_t)(a->tree_count + t)))
				return false;
		a->tree_count += count;
	}
	return true;
}

/* By time, then name. */
static int by_time(const void *x, const void *y, void *context)
{
	const struct graph_commit *c = x, *d = y;
	const struct attribute *a = context;

	if (c->time != d->time)
		return c->time < d->time ? -1 : 1;
	return memcmp(attribute_commit_id(a, c), attribute_commit_id(a, d),
		a->id_size);
}

static bool gather_commits(struct attribute *a)
{
	size_t total = 0, kept = 0;

	for (size_t i = 0; i < a->worker_count; i++)
		total += a->workers[i]->commits.n;
	a->commits = calloc(total + 1, sizeof(*a->commits));
	if (a->commits == NULL || !keymap_reserve(&a->commit_of, total))
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

		if (!keymap_put(&a->commit_of, a->commits[i].key,
			    (uint32_t)kept))
			return false;
		if (a->commit_of.count > before)
			a->commits[kept++] = a->commits[i];
	}
	a->commit_count = kept;
	return true;
}

bool attribute_graph_gather(struct attribute *a)
{
	return gather_trees(a) && gather_commits(a);
}
