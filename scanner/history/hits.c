/*
 * hits: what was found in which object, until paths and commits are known.
 *
 * A repository may hold a finding in each of millions of objects. What is
 * kept is the start of one total order, the surest first, then by object: so
 * it does not depend on which thread met what, and each thread may cut its own
 * list by the same rule. What is cut is counted.
 */
#include "history/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* Of a list in growth, so that it is not sorted for each one more. */
#define SLACK (LIMIT_HITS_BYTES / 4)

static void weigh(void *context, const struct sighting *s)
{
	struct hit *hit = context;

	hit->cost += sizeof(*s) + s->secret.n + s->excerpt.n + 64;
	if (s->confidence > hit->surest)
		hit->surest = s->confidence;
}

static void drop(struct hit *hit)
{
	leak_memo_free(hit->memo);
	free(hit->name);
	*hit = (struct hit){.memo = NULL};
}

bool history_hits_add(struct hit_list *list, const struct hit *given)
{
	struct hit *at = list->at, hit = *given;

	if (list->n == list->room)
		at = reallocarray(list->at, list->room ? list->room * 2 : 16,
			sizeof(*at));
	if (at == NULL) {
		drop(&hit);
		return false;
	}
	if (list->n == list->room)
		list->room = list->room ? list->room * 2 : 16;
	hit.cost = 2 * sizeof(hit) + 64;
	leak_memo_each(hit.memo, weigh, &hit);
	list->at = at;
	list->at[list->n++] = hit;
	list->cost += hit.cost;
	if (list->cost > LIMIT_HITS_BYTES + SLACK)
		history_hits_cut(list);
	return true;
}

void history_hits_release(struct hit_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		drop(&list->at[i]);
	free(list->at);
	*list = (struct hit_list){.at = NULL};
}

/*
 * Names first, by name; then by object and kind: the same at any number of
 * threads, and equal names side by side.
 */
static int by_object(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	int order;

	if (x->name && y->name)
		return x->kind == y->kind ? strcmp(x->name, y->name)
					  : (int)x->kind - (int)y->kind;
	if (x->name || y->name)
		return x->name ? -1 : 1;
	order = memcmp(x->id, y->id, PACK_ID_MAX);
	if (order == 0 && x->kind != y->kind)
		order = x->kind < y->kind ? -1 : 1;
	if (order == 0 && x->ref && y->ref)
		order = strcmp(x->ref, y->ref);
	return order;
}

static int by_sureness(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->surest != y->surest)
		return x->surest > y->surest ? -1 : 1;
	return by_object(a, b);
}

void history_hits_cut(struct hit_list *list)
{
	size_t kept = 0, cost = 0;

	if (list->cost <= LIMIT_HITS_BYTES)
		return;
	qsort(list->at, list->n, sizeof(*list->at), by_sureness);
	while (kept < list->n && cost + list->at[kept].cost <=
					 LIMIT_HITS_BYTES)
		cost += list->at[kept++].cost;
	for (size_t i = kept; i < list->n; i++) {
		list->cut += leak_memo_count(list->at[i].memo) +
			     leak_memo_unlisted(list->at[i].memo);
		drop(&list->at[i]);
	}
	list->n = kept;
	list->cost = cost;
}

/* Several threads may have met one name: the first keeps it. */
static void drop_equal_names(struct hit_list *list)
{
	struct hit *at = list->at;
	size_t kept = 0;

	list->cost = 0;
	for (size_t i = 0; i < list->n; i++) {
		if (kept && at[i].name && at[kept - 1].name &&
			at[i].kind == at[kept - 1].kind &&
			strcmp(at[i].name, at[kept - 1].name) == 0) {
			drop(&at[i]);
			continue;
		}
		at[kept++] = at[i];
		list->cost += at[kept - 1].cost;
	}
	list->n = kept;
}

bool history_hits_take(struct hit_list *list, struct hit_list *from)
{
	size_t room = list->n + from->n;
	struct hit *at = reallocarray(list->at, room + 1, sizeof(*at));

	if (at == NULL)
		return false;
	if (from->n)
		memcpy(at + list->n, from->at, from->n * sizeof(*at));
	list->at = at;
	list->n = list->room = room;
	list->cost += from->cost;
	list->cut += from->cut;
	free(from->at);
	*from = (struct hit_list){.at = NULL};
	return true;
}

void history_hits_settle(struct hit_list *list)
{
	if (list->n == 0)
		return;
	qsort(list->at, list->n, sizeof(*list->at), by_object);
	drop_equal_names(list);
	history_hits_cut(list);
	if (list->n)
		qsort(list->at, list->n, sizeof(*list->at), by_object);
}
