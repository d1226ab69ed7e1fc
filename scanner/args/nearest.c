/*
 * The name that was meant. Edit distance with swaps of neighbours counted as
 * one edit (optimal string alignment), on short words: three rows of a
 * table on the stack. A name is suggested when it is within a third of its
 * length, or when what was typed begins it.
 */
#include "args/args.h"

#include "base/banned.h"

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

struct rows {
	unsigned char before[ARGS_FAR], last[ARGS_FAR], now[ARGS_FAR];
};

/* One row: a[0..i] against every prefix of b. */
static void fill_row(struct rows *r, const char *a, size_t i, const char *b,
	size_t n)
{
	r->now[0] = (unsigned char)i;
	for (size_t j = 1; j <= n; j++) {
		unsigned same = a[i - 1] == b[j - 1] ? 0 : 1;
		unsigned best = least(r->last[j] + 1u, r->now[j - 1] + 1u,
			r->last[j - 1] + same);

		if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			a[i - 2] == b[j - 1] && r->before[j - 2] + 1u < best)
			best = r->before[j - 2] + 1u;
		r->now[j] = (unsigned char)best;
	}
}

unsigned args_distance(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);
	struct rows r = {0};

	if (m >= ARGS_FAR || n >= ARGS_FAR)
		return ARGS_FAR;
	for (size_t j = 0; j <= n; j++)
		r.last[j] = (unsigned char)j;
	for (size_t i = 1; i <= m; i++) {
		fill_row(&r, a, i, b, n);
		memcpy(r.before, r.last, sizeof(r.last));
		memcpy(r.last, r.now, sizeof(r.now));
	}
	return r.last[n];
}

const char *args_nearest(const char *text, const char *const *names)
{
	const char *best = NULL;
	unsigned best_distance = ARGS_FAR;
	size_t n = strlen(text);

	for (; *names != NULL; names++) {
		unsigned d = args_distance(text, *names);
		size_t length = strlen(*names);

		if (n >= 3 && strncmp(text, *names, n) == 0)
			d = 0;
		else if (d * 3 > (length < 3 ? 3 : length) + 1)
			continue;
		if (d < best_distance) {
			best_distance = d;
			best = *names;
		}
	}
	return best;
}
