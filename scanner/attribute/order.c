/*
 * order: commits with parents first; among those that could come next, the
 * oldest by the committer's clock, then by name. A clock may lie, so it only
 * breaks ties; a cycle (forged names) is broken at its oldest commit.
 */
#include "attribute/internal.h"

#include <stdlib.h>

#include "base/banned.h"

static const uint64_t *parents_of(const struct attribute *a,
	const struct graph_commit *c)
{
	return (const uint64_t *)a->workers[c->worker]->parents.at +
	       c->parents;
}

/* A min-heap of commit numbers: they are sorted by time already. */
struct heap {
	uint32_t *at;
	size_t n;
};

static void heap_push(struct heap *h, uint32_t value)
{
	size_t i = h->n++;

	while (i && h->at[(i - 1) / 2] > value) {
		h->at[i] = h->at[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h->at[i] = value;
}

static uint32_t heap_pop(struct heap *h)
{
	uint32_t top = h->at[0], last = h->at[--h->n];
	size_t i = 0;

	while (2 * i + 1 < h->n) {
		size_t child = 2 * i + 1;

		if (child + 1 < h->n && h->at[child + 1] < h->at[child])
			child++;
		if (h->at[child] >= last)
			break;
		h->at[i] = h->at[child];
		i = child;
	}
	h->at[i] = last;
	return top;
}

/* Children of each commit, and how many parents it waits for. */
struct waiting {
	uint32_t *first, *child, *left;
};

static bool waiting_make(const struct attribute *a, struct waiting *w)
{
	size_t n = a->commit_count, total = 0;

	w->first = calloc(n + 2, sizeof(*w->first));
	w->left = calloc(n + 1, sizeof(*w->left));
	if (!w->first || !w->left)
		return false;
	for (size_t c = 0; c < n; c++)
		for (uint32_t p = 0; p < a->commits[c].parent_count; p++) {
			uint32_t parent = keymap_get(&a->commit_of,
				parents_of(a, &a->commits[c])[p]);

			if (parent == GRAPH_NONE)
				continue;
			w->first[parent + 2]++;
			w->left[c]++;
			total++;
		}
	w->child = calloc(total + 1, sizeof(*w->child));
	if (!w->child)
		return false;
	for (size_t i = 2; i < n + 2; i++)
		w->first[i] += w->first[i - 1];
	for (size_t c = 0; c < n; c++)
		for (uint32_t p = 0; p < a->commits[c].parent_count; p++) {
			uint32_t parent = keymap_get(&a->commit_of,
				parents_of(a, &a->commits[c])[p]);

			if (parent != GRAPH_NONE)
				w->child[w->first[parent + 1]++] = (uint32_t)c;
		}
	return true;
}

uint32_t *attribute_graph_order(struct attribute *a)
{
	size_t n = a->commit_count, done = 0, next = 0;
	uint32_t *order = calloc(n + 1, sizeof(*order));
	struct heap heap = {calloc(n + 1, sizeof(uint32_t)), 0};
	unsigned char *is_out = calloc(n + 1, 1);
	struct waiting w = {NULL, NULL, NULL};

	if (!order || !heap.at || !is_out || !waiting_make(a, &w)) {
		free(order);
		order = NULL;
		goto out;
	}
	for (size_t c = 0; c < n; c++)
		if (w.left[c] == 0)
			heap_push(&heap, (uint32_t)c);
	while (done < n) {
		uint32_t c;

		if (heap.n == 0) {
			/* All that is left waits in a cycle. */
			while (is_out[next])
				next++;
			w.left[next] = 0;
			heap_push(&heap, (uint32_t)next);
		}
		c = heap_pop(&heap);
		if (is_out[c])
			continue;
		is_out[c] = 1;
		order[done++] = c;
		for (uint32_t i = w.first[c]; i < w.first[c + 1]; i++)
			if (w.left[w.child[i]] && --w.left[w.child[i]] == 0)
				heap_push(&heap, w.child[i]);
	}
out:
	free(heap.at);
	free(is_out);
	free(w.first);
	free(w.child);
	free(w.left);
	return order;
}

/* What a tag points to, through at most a few tags of tags. */
static uint64_t peel(const struct attribute *a, const struct keymap *tags,
	uint64_t key)
{
	for (int depth = 0; depth < 8; depth++) {
		uint32_t at = keymap_get(tags, key);

		if (at == GRAPH_NONE)
			break;
		for (size_t i = 0; i < a->worker_count; i++) {
			const struct column *c = &a->workers[i]->tags;

			if (at < c->n) {
				key = ((const struct graph_tag *)c->at)[at]
					      .target;
				break;
			}
			at -= (uint32_t)c->n;
		}
	}
	return key;
}

static bool tags_map(const struct attribute *a, struct keymap *tags)
{
	uint32_t number = 0;

	for (size_t i = 0; i < a->worker_count; i++) {
		const struct graph_tag *rows = a->workers[i]->tags.at;

		for (size_t t = 0; t < a->workers[i]->tags.n; t++)
			if (!keymap_put(tags, rows[t].key, number++))
				return false;
	}
	return true;
}

bool attribute_graph_reach(struct attribute *a)
{
	uint32_t *stack = calloc(a->commit_count + 1, sizeof(*stack));
	struct keymap tags = {0};
	size_t depth = 0;
	bool reached = stack && tags_map(a, &tags);

	a->tip_commits = calloc(a->question.tip_count + 1,
		sizeof(*a->tip_commits));
	a->is_tip = calloc(a->question.wanted_count + 1, sizeof(*a->is_tip));
	reached = reached && a->tip_commits && a->is_tip;
	for (size_t i = 0; reached && i < a->question.tip_count; i++) {
		uint64_t key = peel(a, &tags, attribute_key(a,
			a->question.tips + i * a->id_size));
		uint32_t c = keymap_get(&a->commit_of, key);
		uint32_t blob = keymap_get(&a->wanted_of, key);

		if (blob != GRAPH_NONE)
			a->is_tip[blob] = true;
		a->tip_commits[i] = c;
		if (c == GRAPH_NONE || a->commits[c].reachable)
			continue;
		a->commits[c].reachable = 1;
		stack[depth++] = c;
	}
	while (reached && depth) {
		const struct graph_commit *c = &a->commits[stack[--depth]];

		for (uint32_t p = 0; p < c->parent_count; p++) {
			uint32_t parent =
				keymap_get(&a->commit_of,
					parents_of(a, c)[p]);

			if (parent == GRAPH_NONE)
				a->missing++;
			else if (!a->commits[parent].reachable) {
				a->commits[parent].reachable = 1;
				stack[depth++] = parent;
			}
		}
	}
	keymap_release(&tags);
	free(stack);
	return reached;
}

/* ---- what is asked of the order ------------------------------------------ */

bool attribute_graph_rank(struct attribute *a)
{
	a->rank = calloc(a->commit_count + 1, sizeof(*a->rank));
	for (size_t i = 0; a->rank && i < a->commit_count; i++)
		a->rank[a->order[i]] = (uint32_t)i;
	return a->rank != NULL;
}

uint32_t attribute_rank(const struct attribute *a,
	const unsigned char *commit, bool *is_reachable)
{
	uint32_t c = keymap_get(&a->commit_of, attribute_key(a, commit));

	if (c == GRAPH_NONE)
		return ATTRIBUTE_NO_RANK;
	*is_reachable = a->commits[c].reachable;
	return a->rank[c];
}

/* Commits that are met for the first time go onto the stack. */
struct trail {
	unsigned char *is_met; /* by commit */
	uint32_t *stack;
	size_t depth;
};

static void step_to(struct trail *t, uint32_t commit)
{
	if (commit == GRAPH_NONE || t->is_met[commit])
		return;
	t->is_met[commit] = 1;
	t->stack[t->depth++] = commit;
}

static void follow(const struct attribute *a, struct trail *t)
{
	while (t->depth) {
		const struct graph_commit *c =
			&a->commits[t->stack[--t->depth]];

		for (uint32_t p = 0; p < c->parent_count; p++)
			step_to(t, keymap_get(&a->commit_of,
				parents_of(a, c)[p]));
	}
}

enum status attribute_each_reached(const struct attribute *a,
	const unsigned char *tips, size_t count,
	bool (*each)(void *context, const unsigned char *commit),
	void *context)
{
	struct trail t = {calloc(a->commit_count + 1, 1),
		calloc(a->commit_count + 1, sizeof(*t.stack)), 0};
	bool is_told = t.is_met && t.stack;

	for (size_t i = 0; is_told && i < count; i++)
		step_to(&t, keymap_get(&a->commit_of,
			attribute_key(a, tips + i * a->id_size)));
	if (is_told)
		follow(a, &t);
	for (size_t c = 0; is_told && c < a->commit_count; c++)
		if (a->commits[c].reachable && !t.is_met[c])
			is_told = each(context, attribute_commit_id(a,
				&a->commits[c]));
	free(t.is_met);
	free(t.stack);
	return is_told ? OK : ERR_MEMORY;
}
