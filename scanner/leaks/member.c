/*
 * An archive's own bytes are scanned beside its members, so a token in a
 * member that is stored as it is, is seen twice: in the member, where a person
 * can find it, and somewhere in the archive. The first is told; the second
 * gives way, for the same secret under the same rule, if the member's place is
 * as sure and the archive was read wholly.
 *
 * Here and not where texts are scanned, since a member may be told by another
 * thread, long after its archive was done. In the order of paths "a.tar!x"
 * stands behind "a.tar", though not always next to it.
 */
#include "leaks/internal.h"

#include "base/banned.h"

static bool is_inside(bytes path, bytes archive)
{
	return path.n > archive.n && path.at[archive.n] == '!' &&
	       bytes_starts(path, archive);
}

/* Is `path` before all that is in `archive`? */
static bool is_before(bytes path, bytes archive)
{
	int order = bytes_compare(bytes_take(path, archive.n), archive);

	if (order != 0)
		return order < 0;
	return path.n == archive.n || path.at[archive.n] < '!';
}

/* Confidence of the surest place inside `archive`, or -1. */
static int surest_inside(const struct leak_place *places, size_t n,
	bytes archive)
{
	size_t from = 0, to = n;
	int surest = -1;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (is_before(places[middle].path, archive))
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < n && is_inside(places[from].path, archive); from++)
		if (places[from].source == LEAK_ARCHIVE &&
			(int)places[from].confidence > surest)
			surest = (int)places[from].confidence;
	return surest;
}

static bool may_give_way(const struct leak_place *place)
{
	return !place->is_partial && (place->source == LEAK_WORKTREE ||
		place->source == LEAK_ARCHIVE || place->source == LEAK_STDIN);
}

size_t leak_places_give_way(struct leak_place *places, size_t n)
{
	int surest = -1;
	size_t kept = 0;

	/* Each path is looked for once; all are, before the first goes. */
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !bytes_equal(places[i].path, places[i - 1].path))
			surest = surest_inside(places + i, n - i,
				places[i].path);
		places[i].gives_way = may_give_way(&places[i]) &&
			(int)places[i].confidence <= surest;
	}
	for (size_t i = 0; i < n; i++)
		if (places[i].gives_way)
			leak_place_drop(&places[i]);
		else
			places[kept++] = places[i];
	return kept;
}
