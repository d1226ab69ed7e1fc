/*
 * last: the tree to compare with, made into the next one.
 *
 * Mostly entries were replaced by others of the same length: then the few
 * bytes that differ are written where they stand, and nothing is copied.
 */
#include "treelog/internal.h"

#include "base/banned.h"

/* Larger trees are not kept to compare with. Offsets are 32 bits wide. */
#define KEPT_MAX ((size_t)16 << 20)

static bool make_room(struct log_tree *t, size_t n, size_t count)
{
	if (n > t->room) {
		unsigned char *data = realloc(t->data, n * 2);

		if (data == NULL)
			return false;
		t->data = data;
		t->room = n * 2;
	}
	if (count > t->count_room) {
		uint32_t *ends = reallocarray(t->ends, count * 2,
			sizeof(*ends));
		uint32_t *spans;

		t->ends = ends ? ends : t->ends;
		spans = reallocarray(t->spans, count * 2, sizeof(*spans));
		t->spans = spans ? spans : t->spans;
		if (ends == NULL || spans == NULL)
			return false;
		t->count_room = count * 2;
	}
	return true;
}

static bool is_in_place(const struct log_tree *last,
	const struct log_edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct log_edit *e = &edits[i];

		if (!e->is_in || !e->is_out ||
			e->begin != (e->at ? last->ends[e->at - 1] : 0) ||
			e->end != last->ends[e->at])
			return false;
	}
	return true;
}

static void follow_in_place(struct log_tree *last, bytes tree,
	const struct log_edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct log_edit *e = &edits[i];

		memcpy(last->data + e->begin, tree.at + e->begin,
			e->end - e->begin);
		last->spans[e->at] = e->span;
	}
}

/* Entries [from, to) of the last tree stand behind what `next` has. */
static void keep(struct log_tree *next, const struct log_tree *last,
	size_t from, size_t to)
{
	uint32_t begin = from ? last->ends[from - 1] : 0;
	uint32_t at = next->count ? next->ends[next->count - 1] : 0;

	for (size_t i = from; i < to; i++)
		next->ends[next->count + i - from] =
			last->ends[i] - begin + at;
	if (to > from)
		memcpy(next->spans + next->count, last->spans + from,
			(to - from) * sizeof(*next->spans));
	next->count += to - from;
}

static void rebuild(struct log_tree *next, const struct log_tree *last,
	bytes tree, const struct log_edit *edits, size_t count)
{
	size_t at = 0;

	next->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct log_edit *e = &edits[i];

		keep(next, last, at, e->at);
		at = e->at + e->is_out;
		if (e->is_in) {
			next->spans[next->count] = e->span;
			next->ends[next->count++] = e->end;
		}
	}
	keep(next, last, at, last->count);
	next->n = next->count ? next->ends[next->count - 1] : 0;
	if (next->n)
		memcpy(next->data, tree.at, next->n);
}

bool treelog_follow(struct log_tree *last, struct log_tree *spare, bytes tree,
	const struct log_edit *edits, size_t count)
{
	struct log_tree swap;

	if (is_in_place(last, edits, count)) {
		follow_in_place(last, tree, edits, count);
		return true;
	}
	if (tree.n > KEPT_MAX ||
		!make_room(spare, tree.n, last->count + count)) {
		last->n = last->count = 0;
		return false;
	}
	rebuild(spare, last, tree, edits, count);
	swap = *last;
	*last = *spare;
	*spare = swap;
	return true;
}

void treelog_release(struct log_tree *t)
{
	free(t->data);
	free(t->ends);
	free(t->spans);
	*t = (struct log_tree){.data = NULL};
}
