/*
 * due: what is to be asked now, and where its secrets are.
 *
 * A verdict holds as long as the cache of verdicts would keep it. An incident
 * is looked at again when its policy or rules have changed, when time alone
 * may free it (a grace period, a kill switch, a cap), else after a day.
 *
 * Where several rules found one secret, all of them are due when one is: so
 * the most specific of them is there, and its provider alone is asked.
 */
#include "settle/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define HOUR ((int64_t)3600 * 1000)
#define DAY (24 * HOUR)
/* Repositories in which one secret is looked for in turn. */
#define ROUNDS 8

/* ---- what is due --------------------------------------------------------- */

static bool is_any(const char *word, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool is_verdict_due(const struct settling *s,
	const struct store_open_leak *l)
{
	enum verdict verdict;

	/* Comes with the other one. */
	if (strcmp(l->note, VERIFY_SECOND) == 0)
		return false;

	if (s->settle->options.verify.fresh ||
		!verdict_parse(l->verdict, &verdict))
		return true;
	switch (verdict) {
	case VERDICT_LIVE:
	case VERDICT_DEAD:
	case VERDICT_RESTRICTED:
		return s->now - l->checked >= DAY;
	case VERDICT_UNKNOWN:
		return s->now - l->checked >= HOUR;
	default:
		return true;
	}
}

static bool is_incident_due(const struct settling *s,
	const struct store_open_leak *l)
{
	static const char *const begun[] = {"detected", "intended",
		"submitted", NULL};
	static const enum machine_hold soon[] = {MACHINE_HOLD_GRACE,
		MACHINE_HOLD_STOPPED, MACHINE_HOLD_CAP, MACHINE_HOLD_BUDGET,
		MACHINE_HOLD_STALE};

	if (s->settle->options.is_dry || s->settle->options.verify.fresh ||
		strcmp(l->basis, s->basis) != 0)
		return true;
	if (strcmp(l->state, "second") == 0 || strcmp(l->hold,
		machine_hold_name(MACHINE_HOLD_NO_WAY_TO_ASK)) == 0)
		return false;
	for (size_t i = 0; i < sizeof(soon) / sizeof(soon[0]); i++)
		if (strcmp(l->hold, machine_hold_name(soon[i])) == 0)
			return true;
	if (is_any(l->state, begun))
		return true;
	return s->now - l->updated >=
	       (strcmp(l->state, "unproven") == 0 ? HOUR : DAY);
}

static bool keep(struct settling *s, const struct store_open_leak *l,
	bool is_due)
{
	struct settle_due *open;
	bytes fingerprint = arena_copy(&s->arena, l->fingerprint);

	if (fingerprint.at == NULL ||
		!column_grow(&s->open, 1, sizeof(struct settle_due)))
		return false;
	open = s->open.at;
	open[s->open.n++] = (struct settle_due){fingerprint, l->leak, is_due};
	return true;
}

/* Of which nobody may be asked: told without its secret. */
static void tell_forbidden(struct settling *s,
	const struct store_open_leak *l, const struct leak *like,
	const char *why)
{
	const struct verdict_facts facts = {.verdict = VERDICT_UNKNOWN,
		.note = why};
	struct leak leak = *like;

	if (l->verdict[0])
		return;
	leak.fingerprint = strndup((const char *)l->fingerprint.at,
		l->fingerprint.n);
	if (leak.fingerprint)
		settle_told_verdict(s, &leak, &facts);
	else
		s->status = ERR_MEMORY;
	free(leak.fingerprint);
}

static void look(void *context, const struct store_open_leak *l)
{
	struct settling *s = context;
	char *id = strndup((const char *)l->rule.at, l->rule.n);
	const struct leak like = {
		.rule = id ? ruleset_find(s->hand->rules, id) : NULL,
		.confidence = (enum confidence)l->confidence,
	};
	/* Accounts that are bait are known by the secret; they come later. */
	const struct leak *leak = &like;
	const char *why;
	bool is_due;

	free(id);
	if (like.rule == NULL)
		return; /* a rule that is gone asks nobody */
	why = verify_forbids(leak, &s->settle->options.verify);
	if (s->basis[0]) {
		is_due = is_incident_due(s, l);
	} else {
		is_due = why == NULL && is_verdict_due(s, l);
		if (why)
			tell_forbidden(s, l, leak, why);
	}
	if (!keep(s, l, is_due))
		s->status = ERR_MEMORY;
}

static int by_fingerprint(const void *a, const void *b)
{
	return bytes_compare(((const struct settle_due *)a)->fingerprint,
		((const struct settle_due *)b)->fingerprint);
}

/* What a fingerprint says of the secret alone: behind the rule. */
static bytes digest_of(const struct settle_due *d)
{
	size_t at = d->fingerprint.n;

	while (at > 0 && d->fingerprint.at[at - 1] != ':')
		at--;
	return bytes_drop(d->fingerprint, at);
}

static int by_digest(const void *a, const void *b)
{
	return bytes_compare(digest_of(a), digest_of(b));
}

static bool take_group(struct settling *s, struct settle_due *at, size_t n)
{
	bool is_due = false;

	for (size_t i = 0; i < n; i++)
		is_due |= at[i].is_due;
	if (!is_due)
		return true;
	if (!column_grow(&s->due, n, sizeof(*at)))
		return false;
	memcpy((struct settle_due *)s->due.at + s->due.n, at, n * sizeof(*at));
	s->due.n += n;
	return true;
}

static bool choose(struct settling *s)
{
	struct settle_due *at = s->open.at;
	bool is_kept = true;

	if (s->open.n)
		qsort(at, s->open.n, sizeof(*at), by_digest);
	for (size_t i = 0, n; i < s->open.n; i += n) {
		for (n = 1; i + n < s->open.n &&
			by_digest(&at[i], &at[i + n]) == 0;)
			n++;
		is_kept = is_kept && take_group(s, &at[i], n);
	}
	return is_kept;
}

static int by_leak(const void *a, const void *b)
{
	int64_t x = ((const struct settle_due *)a)->leak;
	int64_t y = ((const struct settle_due *)b)->leak;

	return (x > y) - (x < y);
}

enum status settle_look(struct settling *s)
{
	enum status status = store_read_open_leaks(s->hand->store,
		s->hand->target, look, s, s->err);

	if (status == OK && s->status == OK && !choose(s))
		s->status = ERR_MEMORY;
	if (status == OK && s->status != OK)
		status = error_set(s->err, s->status, "look for what is to be "
			"asked: out of memory");
	if (s->due.n)
		qsort(s->due.at, s->due.n, sizeof(struct settle_due),
			by_fingerprint);
	return status;
}

bool settle_is_due(const struct settling *s, bytes fingerprint)
{
	const struct settle_due key = {.fingerprint = fingerprint};

	return s->due.n && bsearch(&key, s->due.at, s->due.n, sizeof(key),
			by_fingerprint);
}

/* ---- where it is --------------------------------------------------------- */

/* A round: of each leak that is missing the next repository that has it. */
struct search {
	struct settling *s;
	struct settle_due *missing; /* by leak */
	size_t missing_n;
	struct column repositories; /* int64_t, distinct */
	unsigned round, seen; /* homes of `leak` so far */
	int64_t leak;
	enum status status;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void drop_repeats(struct column *numbers)
{
	int64_t *at = numbers->at;
	size_t kept = 0;

	if (numbers->n)
		qsort(at, numbers->n, sizeof(*at), by_number);
	for (size_t i = 0; i < numbers->n; i++)
		if (kept == 0 || at[kept - 1] != at[i])
			at[kept++] = at[i];
	numbers->n = kept;
}

static void find_home(void *context, const struct store_home *home)
{
	struct search *f = context;
	const struct settle_due key = {.leak = home->leak};

	f->seen = home->leak == f->leak ? f->seen + 1 : 0;
	f->leak = home->leak;
	if (f->seen != f->round || f->missing_n == 0 ||
		!bsearch(&key, f->missing, f->missing_n, sizeof(key),
			by_leak))
		return;
	if (column_grow(&f->repositories, 1, sizeof(int64_t)))
		((int64_t *)f->repositories.at)[f->repositories.n++] =
			home->repository;
	else
		f->status = ERR_MEMORY;
}

static void list_missing(struct search *f)
{
	const struct settle_due *due = f->s->due.at;

	f->missing_n = 0;
	for (size_t i = 0; i < f->s->due.n; i++)
		if (!vault_has(f->s->hand->vault, due[i].fingerprint))
			f->missing[f->missing_n++] = due[i];
	if (f->missing_n)
		qsort(f->missing, f->missing_n, sizeof(*f->missing), by_leak);
}

static enum status search(struct search *f)
{
	struct settling *s = f->s;
	enum status status;

	f->repositories.n = 0;
	f->leak = 0;
	status = store_read_homes(s->hand->store, s->hand->target, find_home,
		f, s->err);
	if (status == OK && f->status != OK)
		status = error_set(s->err, f->status, "look for secrets: out "
			"of memory");
	drop_repeats(&f->repositories);
	if (status == OK && f->repositories.n)
		status = audit_find_again(s->hand, f->repositories.at,
			f->repositories.n, settle_alive, s, s->err);
	return status;
}

static bool is_stopped(const struct settling *s)
{
	return s->hand->signal && atomic_load(s->hand->signal) != 0;
}

enum status settle_find_again(struct settling *s)
{
	struct search f = {.s = s, .status = OK};
	enum status status = OK;

	f.missing = calloc(s->due.n + 1, sizeof(*f.missing));
	if (f.missing == NULL)
		return error_set(s->err, ERR_MEMORY, "look for secrets: out "
			"of memory");
	list_missing(&f);
	for (; status == OK && f.missing_n && f.round < ROUNDS &&
		!is_stopped(s); f.round++) {
		status = search(&f);
		list_missing(&f);
	}
	s->settle->missing = f.missing_n;
	free(f.missing);
	free(f.repositories.at);
	return status;
}
