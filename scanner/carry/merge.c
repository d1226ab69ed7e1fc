/*
 * merge: what was known and what new commits bring, put together.
 */
#include "carry/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

static bool add_found(struct carry *r, const struct carry_found *found)
{
	if (!column_grow(&r->found, 1, sizeof(*found)))
		return false;
	((struct carry_found *)r->found.at)[r->found.n++] = *found;
	return true;
}

/* ---- what was known ------------------------------------------------------ */

/* An old commit, with what the order says of it. False: what was reached is
 * no longer, so the place may be another's. */
static bool ask_order(const struct carry *r, struct carry_found *f)
{
	bool was_reachable = f->is_reachable;

	if (r->order == NULL)
		return true;
	f->rank = attribute_rank(r->order, f->commit, &f->is_reachable);
	return f->rank != ATTRIBUTE_NO_RANK &&
	       (f->is_reachable || !was_reachable);
}

static bool add_stored(struct carry *r, uint32_t wanted)
{
	const struct carry_question *q = &r->question;
	const unsigned char *id = q->wanted + wanted * r->id_size;
	const struct carry_blob *blob =
		carry_memory_find(&r->memory, id, r->id_size);
	struct carry_stored stored;
	bytes rest;

	/* A blob that is new is in no old tree; one that was there is known. */
	if (blob == NULL)
		return !q->was_there(q->context, id);
	for (rest = blob->places;
		carry_stored_next(&rest, r->id_size, &stored);) {
		struct carry_found f = {.wanted = wanted,
			.number = CARRY_NONE,
			.path = stored.path,
			.commit = stored.commit,
			.is_reachable = stored.is_reachable};

		if (!ask_order(r, &f) || !add_found(r, &f))
			return false;
	}
	return true;
}

/* ---- what is new --------------------------------------------------------- */

static uint32_t find_wanted(const struct carry *r, const unsigned char *id)
{
	size_t at = bytes_find_row(r->question.wanted,
		r->question.wanted_count, r->id_size,
		bytes_of(id, r->id_size));

	return at == BYTES_NONE ? CARRY_NONE : (uint32_t)at;
}

static bool add_change(struct carry *r, const struct change *change)
{
	struct carry_found f = {.wanted = find_wanted(r, change->id),
		.path = change->path,
		.commit = change->commit};

	if (f.wanted == CARRY_NONE)
		return true;
	/* Where a full run would tell no path, or not be able to. */
	if (change->path.n + 2 > LIMIT_PATH || change->path.n > UINT16_MAX)
		return false;
	f.number = carry_commit_find(r, change->commit);
	f.is_reachable = carry_commit_at(r, f.number)->is_reachable;
	if (r->order)
		f.rank = attribute_rank(r->order, f.commit, &f.is_reachable);
	return add_found(r, &f);
}

static bool add_changes(struct carry *r)
{
	struct change_set *set;

	if (r->question.wanted_count == 0)
		return true;
	change_set_free(r->changes);
	set = r->changes = change_set_new(r->question.store, NULL);
	for (size_t i = 0; set && i < r->commits.n; i++)
		if (change_set_add_commit(set, carry_commit_at(r, i)->id,
			    NULL) != OK)
			return false;
	if (set == NULL || change_missing(set) || change_too_deep(set))
		return false;
	for (size_t i = 0; i < change_count(set); i++)
		if (!add_change(r, change_at(set, i)))
			return false;
	return true;
}

/* ---- the first of each --------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct carry_found *x = a, *y = b;

	if (x->wanted != y->wanted)
		return x->wanted < y->wanted ? -1 : 1;
	return bytes_compare(x->path, y->path);
}

/* The earlier one, in *first. False: it cannot be told. */
static bool keep_earlier(struct carry *r, struct carry_found *first,
	const struct carry_found *other)
{
	bool is_other;

	if (first->is_reachable != other->is_reachable) {
		is_other = other->is_reachable;
	} else if (r->order) {
		is_other = other->rank < first->rank;
	} else if (first->number == CARRY_NONE ||
		   other->number == CARRY_NONE) {
		return false;
	} else {
		is_other = carry_is_before(r, other->number, first->number);
		if (!is_other && !carry_is_before(r, first->number,
					 other->number))
			return false;
	}
	if (is_other)
		*first = *other;
	return true;
}

/* False: no memory, or more than a full run would tell. */
static bool add_place(struct carry *r, const struct carry_found *f)
{
	struct carry_list *list = &r->places[f->wanted];
	char *path;

	if (list->n == ATTRIBUTE_PATHS)
		return false;
	if (list->at == NULL)
		list->at = calloc(ATTRIBUTE_PATHS, sizeof(*list->at));
	path = list->at ? strndup((const char *)f->path.at, f->path.n) : NULL;
	if (path == NULL)
		return false;
	list->at[list->n++] = (struct attribute_place){.path = path,
		.path_length = f->path.n,
		.commit = f->commit,
		.unreachable = !f->is_reachable};
	return true;
}

static enum carry_answer take_firsts(struct carry *r)
{
	struct carry_found *found = r->found.at;
	size_t next;

	if (r->found.n)
		qsort(found, r->found.n, sizeof(*found), by_place);
	for (size_t i = 0; i < r->found.n; i = next) {
		struct carry_found first = found[i];

		for (next = i + 1; next < r->found.n &&
				   by_place(&first, &found[next]) == 0;
			next++)
			if (!keep_earlier(r, &first, &found[next]))
				return CARRY_UNSURE;
		if (!add_place(r, &first))
			return CARRY_UNABLE;
	}
	return CARRY_TOLD;
}

enum carry_answer carry_merge(struct carry *r)
{
	r->found.n = 0;
	for (size_t i = 0; i < r->question.wanted_count; i++)
		if (!add_stored(r, (uint32_t)i))
			return CARRY_UNABLE;
	if (!add_changes(r))
		return CARRY_UNABLE;
	return take_firsts(r);
}
