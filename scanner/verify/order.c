/*
 * order: whom to ask about first.
 *
 * Only so many questions are under way at a time, and a host takes a few of
 * them at its own pace. So leaks are taken by turns, one of each host, and no
 * host's queue keeps the others waiting. Of the rules that found the same
 * secret one is asked: the most specific.
 */
#include "verify/internal.h"

#include <stdlib.h>

#include "base/banned.h"

struct numbered {
	const struct leak *leak;
	size_t i, turn;
};

/* By secret; of one secret first the one that is asked. */
static int by_secret(const void *a, const void *b)
{
	const struct leak *x = ((const struct numbered *)a)->leak;
	const struct leak *y = ((const struct numbered *)b)->leak;
	int c = bytes_compare(x->secret, y->secret);

	if (c != 0 || x == y)
		return c;
	return verify_goes_before(x, y) ? -1 : 1;
}

static const char *host_of(const struct leak *leak)
{
	const struct request_block *b = leak->rule->verify;

	return b ? b->hosts[0] : "";
}

static int by_host(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int c = strcmp(host_of(x->leak), host_of(y->leak));

	return c ? c : (x->i > y->i) - (x->i < y->i);
}

static int by_turn(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->turn != y->turn)
		return x->turn < y->turn ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

static void take_turns(struct numbered *all, size_t n)
{
	qsort(all, n, sizeof(*all), by_host);
	for (size_t i = 1; i < n; i++)
		if (strcmp(host_of(all[i].leak), host_of(all[i - 1].leak)) ==
			0)
			all[i].turn = all[i - 1].turn + 1;
	qsort(all, n, sizeof(*all), by_turn);
}

bool verify_order_make(const struct leaks *leaks, struct order *out)
{
	size_t n = leaks_count(leaks);
	struct numbered *all = calloc(n + 1, sizeof(*all));

	out->at = calloc(n + 1, sizeof(*out->at));
	out->is_second = calloc(n + 1, sizeof(*out->is_second));
	if (all == NULL || out->at == NULL || out->is_second == NULL) {
		free(all);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		all[i] = (struct numbered){leaks_at(leaks, i), i, 0};
	qsort(all, n, sizeof(*all), by_secret);
	for (size_t i = 1; i < n; i++)
		out->is_second[all[i].i] = bytes_equal(all[i].leak->secret,
			all[i - 1].leak->secret);
	take_turns(all, n);
	for (size_t i = 0; i < n; i++)
		out->at[i] = all[i].i;
	free(all);
	return true;
}

void verify_order_release(struct order *o)
{
	free(o->at);
	free(o->is_second);
}
