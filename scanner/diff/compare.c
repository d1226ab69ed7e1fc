#include "diff/internal.h"

#include "base/banned.h"

/* How many of the first have the fingerprint of the first. */
static size_t run_of(const struct diff_finding *at, size_t n)
{
	size_t i = n ? 1 : 0;

	while (i < n && strcmp(at[i].fingerprint, at->fingerprint) == 0)
		i++;
	return i;
}

static bool is_open(const struct diff_finding *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!at[i].is_suppressed)
			return true;
	return false;
}

static bool are_places_same(const struct diff_leak *l)
{
	if (l->old_n != l->new_n)
		return false;
	for (size_t i = 0; i < l->old_n; i++)
		if (diff_compare_place(&l->old[i], &l->new[i]) != 0)
			return false;
	return true;
}

static enum diff_kind kind_of(const struct diff_leak *l)
{
	bool was_open = is_open(l->old, l->old_n);
	bool is_now = is_open(l->new, l->new_n);

	if (is_now && !was_open)
		return l->old_n ? DIFF_REOPENED : DIFF_NEW;
	if (was_open && !is_now)
		return l->new_n ? DIFF_SUPPRESSED : DIFF_FIXED;
	return was_open && !are_places_same(l) ? DIFF_MOVED : DIFF_SAME;
}

void diff_each(const struct diff_report *old, const struct diff_report *new,
	diff_sink *sink, void *context)
{
	size_t o = 0, n = 0;

	while (o < old->n || n < new->n) {
		struct diff_leak l = {.old = old->at + o, .new = new->at + n};
		int order = o == old->n ? 1
			: n == new->n	? -1
					: strcmp(l.old->fingerprint,
						  l.new->fingerprint);

		if (order <= 0)
			l.old_n = run_of(l.old, old->n - o);
		if (order >= 0)
			l.new_n = run_of(l.new, new->n - n);
		o += l.old_n;
		n += l.new_n;
		l.kind = kind_of(&l);
		sink(context, &l);
	}
}
