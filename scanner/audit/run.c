/*
 * run: the coordinator's loop.
 *
 *	list some -> lease some -> fetch, scan -> hear -> finish some -> ...
 *
 * All by one thread: what takes long is done by children. Results are handed
 * to the store in batches, since a transaction costs a wait for the disk:
 * after a quarter of a second, or when there are many. Whatever happens to
 * this process, a repository is either in the queue or has its result.
 */
#include "audit/audit.h"

#include "audit/cache.h"
#include "audit/crew.h"
#include "audit/internal.h"
#include "audit/meter.h"
#include "audit/rules.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define BATCH_SECONDS 0.25
#define BATCH_MOST 64
#define BATCH_BYTES ((size_t)16 << 20)
/* Repositories leased and not begun, at most. */
#define AHEAD_MOST 128
/* Leases that were lost with one repository among them: it is taken to be what
 * kills workers. A repository is scanned by a process of its own, so that it
 * takes the whole machine to kill one; and most that were leased were not in
 * work: many. */
#define ATTEMPTS_MOST 50
/* Listing first, so that the biggest is known; but not for ever. */
#define LIST_FIRST_SECONDS 3.0
#define LIST_SLICE_SECONDS 0.05
#define LIST_BATCH 256
/* Somebody else has the rest of this run: look again after so long. */
#define WAIT_MILLISECONDS 200

static bool is_stopped(void *context)
{
	const struct audit *a = context;

	return a->options->signal && atomic_load(a->options->signal) != 0;
}

/* ---- listing ------------------------------------------------------------- */

struct batch {
	struct store_repository at[LIST_BATCH];
	char *texts[LIST_BATCH * 3];
	size_t n, text_n;
};

static const char *keep_text(struct batch *b, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (copy)
		b->texts[b->text_n++] = copy;
	return copy;
}

/* A name may hold any bytes; the store's are text. */
static const char *keep_name(struct batch *b, const char *name)
{
	struct buf text;

	buf_init(&text, (size_t)64 << 10);
	report_escape_terminal(bytes_text(name), &text);
	b->texts[b->text_n] = text.failed ? NULL : buf_detach(&text);
	buf_release(&text);
	return b->texts[b->text_n++];
}

static const char *skip_of(const struct audit *a,
	const struct roster_repository *r)
{
	if (r->flags & ROSTER_DISABLED)
		return "disabled";
	return roster_filter_reason(a->options->filter, r);
}

/* False: no memory. */
static bool keep_one(struct audit *a, struct batch *b,
	const struct roster_repository *r)
{
	struct store_repository *to = &b->at[b->n];

	*to = (struct store_repository){
		.name = keep_name(b, r->name),
		.url = keep_text(b, r->url),
		.owner = keep_text(b, r->owner),
		.size = r->size,
		.pushed_at = r->flags & ROSTER_PUSH_EXACT ? r->pushed_at : 0,
		.flags = r->flags,
		.refused = r->refused,
		.skipped = r->refused ? NULL : skip_of(a, r),
	};
	if (to->name == NULL || to->url == NULL)
		return false;
	b->n++;
	a->meter.total++;
	a->meter.weight += r->size;
	a->waiting_weight += to->skipped || to->refused ? 0 : r->size + 1;
	if (to->skipped || to->refused)
		a->meter.done++;
	return true;
}

static enum status flush_batch(struct audit *a, struct batch *b,
	struct error *err)
{
	bytes cursor = bytes_of(NULL, 0);
	enum status status;

	if (a->roster.kind->cursor)
		cursor = a->roster.kind->cursor(a->roster.self);
	status = store_list(a->store, &a->run, b->at, b->n, cursor, err);
	for (size_t i = 0; i < b->text_n; i++)
		free(b->texts[i]);
	b->n = b->text_n = 0;
	return status;
}

/*
 * The roster ended. One that failed and can be gone on with leaves its run
 * open, so that the next audit lists the rest; but only once, or a roster that
 * fails at the same place each time would never be read from its start again.
 */
static enum status end_list(struct audit *a, enum status given,
	const struct error *why, struct error *err)
{
	a->meter.is_listing = false;
	if (given != ERR_NOT_FOUND)
		audit_say(why);
	a->is_cut = given != ERR_NOT_FOUND && a->roster.kind->resume &&
		    !a->run.is_resumed;
	if (a->is_cut)
		return OK;
	return store_list_end(a->store, &a->run, given == ERR_NOT_FOUND, err);
}

/* None yet. Why that takes long is said once. */
static void say_why(struct error *why)
{
	if (why->code != OK)
		audit_say(why);
	why->code = OK;
}

/* What the roster gives within a slice of time. */
static enum status list_some(struct audit *a, double seconds,
	struct error *err)
{
	struct batch *b = calloc(1, sizeof(*b));
	uint64_t begun = clock_nanoseconds();
	enum status given = OK, status = OK;
	struct error why = {0};

	if (b == NULL)
		return error_set(err, ERR_MEMORY, "list repositories");
	while (given == OK && status == OK && !is_stopped(a) &&
		clock_seconds(begun, clock_nanoseconds()) < seconds) {
		struct roster_repository r = {.name = NULL};

		given = a->roster.kind->next(a->roster.self, &r, &why);
		if (given == OK && r.name == NULL) {
			say_why(&why);
			if (seconds < LIST_FIRST_SECONDS)
				break;
			continue;
		}
		if (given == OK && !keep_one(a, b, &r))
			status = error_set(err, ERR_MEMORY, "list");
		if (b->n == LIST_BATCH)
			status = flush_batch(a, b, err);
	}
	if (b->n && status == OK)
		status = flush_batch(a, b, err);
	free(b);
	if (given == OK || given == ERR_INTERRUPTED || status != OK)
		return status;
	return end_list(a, given, &why, err);
}

/* ---- leasing ------------------------------------------------------------- */

static void take(void *context, const struct store_work *work)
{
	struct audit *a = context;
	struct item *item = item_new(work), **at = &a->leased;

	if (item == NULL)
		return; /* its lease runs out */
	item->vault = a->vault;
	if (a->options->forget || (work->rules != a->setup->rules))
		buf_clear(&item->known);
	item->is_unpushed = work->pushed_at &&
			    work->pushed_at == work->pushed_before &&
			    work->was_complete && item->known.n &&
			    !item_is_local(item);
	while (*at && (*at)->weight >= item->weight)
		at = &(*at)->next;
	item->next = *at;
	*at = item;
	a->leased_count++;
}

static enum status lease_some(struct audit *a, struct error *err)
{
	size_t before = a->leased_count;
	enum status status;

	if (a->leased_count >= a->ahead / 2 + 1)
		return OK;
	status = store_lease(a->store, &a->worker, a->ahead - a->leased_count,
		take, a, err);
	if (a->leased_count == before)
		a->dry_at = clock_nanoseconds();
	/* What was taken is gone soon: take more at a time, or fewer. */
	if (a->last_lease && clock_seconds(a->last_lease,
				     clock_nanoseconds()) < 1.0)
		a->ahead = a->ahead * 2 < AHEAD_MOST ? a->ahead * 2
						     : AHEAD_MOST;
	else if (a->ahead > a->jobs * 2 + 2)
		a->ahead /= 2;
	a->last_lease = clock_nanoseconds();
	return status;
}

static enum status renew(struct audit *a, struct error *err)
{
	if (clock_seconds(a->renewed, clock_nanoseconds()) <
		a->worker.lease / 4)
		return OK;
	a->renewed = clock_nanoseconds();
	return store_renew(a->store, &a->worker, err);
}

/* ---- results ------------------------------------------------------------- */

static void done(struct audit *a, struct item *item)
{
	cache_give_back(a->cache, item);
	if (item->is_again) {
		item_free(item);
		return;
	}
	item->state = ITEM_DONE;
	a->meter.done++;
	a->meter.weight_done += item->weight;
	a->meter.scanned_bytes += item->bytes_scanned;
	a->meter.failed += item->kind == OUTCOME_FAILED;
	a->meter.unchanged += item->kind == OUTCOME_UNCHANGED;
	a->meter.places += item->place_count;
	for (size_t i = 0; i < item->key_count; i++)
		known_contents_add(a->contents, item->keys[i],
			a->setup->rules);
	if (a->done == NULL)
		a->first_done = clock_nanoseconds();
	a->done_bytes += item->places.n + item->next_state.n +
			 item->key_count * sizeof(struct hash128);
	item->next = a->done;
	a->done = item;
	a->done_count++;
}

static bool is_batch_due(const struct audit *a)
{
	return a->done && (a->done_count >= BATCH_MOST ||
		a->done_bytes >= BATCH_BYTES || a->is_ending ||
		(crew_scans(a->crew) == 0 && a->leased == NULL) ||
		clock_seconds(a->first_done, clock_nanoseconds()) >=
			BATCH_SECONDS);
}

static enum status finish_some(struct audit *a, struct error *err)
{
	struct store_outcome outcomes[BATCH_MOST];
	struct store_place *places[BATCH_MOST];
	enum status status = OK;
	size_t n = 0;

	if (!is_batch_due(a))
		return OK;
	for (struct item *i = a->done; i && n < BATCH_MOST; i = i->next)
		if (item_outcome(i, a->setup->rules, &outcomes[n], &places[n]))
			n++;
		else
			status = error_set(err, ERR_MEMORY, "write results");
	if (status == OK)
		status = store_finish(a->store, &a->worker, outcomes, n, err);
	for (size_t i = 0; i < n; i++)
		free(places[i]);
	for (; status == OK && n > 0; n--) {
		struct item *item = a->done;

		a->done = item->next;
		item_free(item);
		a->done_count--;
	}
	a->done_bytes = 0;
	a->first_done = clock_nanoseconds();
	return status;
}

/* ---- children ------------------------------------------------------------ */

static struct item *pop(struct item **list)
{
	struct item *item = *list;

	if (item) {
		*list = item->next;
		item->next = NULL;
	}
	return item;
}

/* A giant gets more threads: as large a share as it is of what is left. */
static unsigned threads_for(const struct audit *a, const struct item *item)
{
	double left = (double)a->waiting_weight, share;
	unsigned free_threads = a->jobs - crew_threads(a->crew);

	for (const struct item *i = a->ready; i; i = i->next)
		left += a->run.id ? 0 : (double)i->weight;
	if (left < (double)item->weight)
		left = (double)item->weight;
	share = (double)a->jobs * (double)item->weight / left;
	if (item->weight < (uint64_t)4 << 20 || share < 1.5)
		return 1;
	return share + 0.5 < free_threads ? (unsigned)(share + 0.5)
					  : free_threads;
}

/* Keys of contents are read when something is to be scanned that is not known
 * wholly: not in a run without anything new. */
static bool keep_keys(void *context, uint64_t rules,
	const struct hash128 *keys, size_t n)
{
	struct audit *a = context;

	for (size_t i = 0; i < n; i++)
		known_contents_add(a->contents, keys[i], rules);
	return known_contents_count(a->contents) < AUDIT_CONTENTS;
}

static enum status read_keys(struct audit *a, struct error *err)
{
	enum status status = OK;

	if (a->options->forget)
		return OK;
	status = store_read_keys(a->store, a->setup->rules, &a->last_key,
		keep_keys, a, err);
	if (status == OK && a->setup->rules_before)
		status = store_read_keys(a->store, a->setup->rules_before,
			&a->last_key_before, keep_keys, a, err);
	return status;
}

static enum status begin_scan(struct audit *a, struct item *item,
	struct error *err)
{
	enum status status = OK;

	if (item->known.n == 0 && (!a->has_keys || a->run.id == 0)) {
		a->has_keys = true;
		status = read_keys(a, err);
	}
	item->threads = threads_for(a, item);
	a->waiting_weight -= item->weight < a->waiting_weight
				     ? item->weight
				     : a->waiting_weight;
	a->scans++;
	return status == OK ? crew_scan(a->crew, item, err) : status;
}

/* Ready ones stand in order of weight, the heaviest first. */
static void put_ready(struct audit *a, struct item *item)
{
	struct item **at = &a->ready;

	item->state = ITEM_READY;
	while (*at && (*at)->weight >= item->weight)
		at = &(*at)->next;
	item->next = *at;
	*at = item;
}

static bool may_begin(struct audit *a, struct item *item)
{
	if (item->attempts >= ATTEMPTS_MOST) {
		item_fail(item, "lost");
		done(a, item);
		return false;
	}
	if (item->is_unpushed) {
		item->kind = OUTCOME_UNCHANGED;
		done(a, item);
		return false;
	}
	return true;
}

static enum status begin_fetch(struct audit *a, struct item *item,
	struct error *err)
{
	switch (cache_take(a->cache, item)) {
	case CACHE_TAKEN:
		return crew_fetch(a->crew, item, cache_room(a->cache), err);
	case CACHE_WAIT:
		item->next = a->leased;
		a->leased = item;
		a->leased_count++;
		a->is_cache_full = true;
		return OK;
	case CACHE_FULL:
		item_fail(item, "over_quota");
		done(a, item);
		return OK;
	}
	return OK;
}

/* Fetches run while others are scanned: as many as jobs, and as many waiting
 * for their scan. */
static enum status begin_some(struct audit *a, struct error *err)
{
	enum status status = OK;
	size_t ready = 0;

	for (const struct item *i = a->ready; i; i = i->next)
		ready++;
	a->is_cache_full = false;
	while (status == OK && a->leased && !a->is_cache_full &&
		ready < a->jobs * 2 &&
		crew_fetches(a->crew) < a->jobs + 1) {
		struct item *item = pop(&a->leased);

		a->leased_count--;
		if (!may_begin(a, item))
			continue;
		if (item_is_local(item)) {
			put_ready(a, item);
			ready++;
		} else {
			status = begin_fetch(a, item, err);
		}
	}
	while (status == OK && a->ready && crew_threads(a->crew) < a->jobs)
		status = begin_scan(a, pop(&a->ready), err);
	return status;
}

static void hear(struct audit *a, int milliseconds)
{
	struct item *item;

	crew_wait(a->crew, milliseconds);
	while ((item = crew_take_ended(a->crew)) != NULL)
		if (item->state == ITEM_READY)
			put_ready(a, item);
		else
			done(a, item);
}

/* ---- the loop ------------------------------------------------------------ */

static bool is_idle(const struct audit *a)
{
	return a->leased == NULL && a->ready == NULL && a->done == NULL &&
	       crew_scans(a->crew) == 0 && crew_fetches(a->crew) == 0;
}

/* Nothing of ours is left: is the run over, or with others? */
static enum status look_for_end(struct audit *a, struct error *err)
{
	enum status status = OK;

	a->is_over = false;
	if (a->run.id && !a->is_cut)
		status = store_end_run(a->store, &a->run, &a->is_over, err);
	else
		a->is_over = true;
	return status;
}

static enum status step(struct audit *a, struct error *err)
{
	enum status status = OK;
	int wait = a->meter.is_listing ? 0 : 100;

	if (a->meter.is_listing)
		status = list_some(a, LIST_SLICE_SECONDS, err);
	if (status == OK)
		status = lease_some(a, err);
	if (status == OK)
		status = begin_some(a, err);
	if (status != OK)
		return status;
	if (a->ready && crew_threads(a->crew) < a->jobs)
		wait = 0;
	if (is_idle(a) && !a->meter.is_listing) {
		status = look_for_end(a, err);
		wait = a->is_over ? 0 : WAIT_MILLISECONDS;
	}
	hear(a, wait);
	if (status == OK)
		status = renew(a, err);
	if (status == OK)
		status = finish_some(a, err);
	a->meter.at_work = (unsigned)crew_scans(a->crew);
	a->meter.fetching = (unsigned)crew_fetches(a->crew);
	meter_tick(&a->meter);
	return status;
}

/* Stopped: what is done is written, the rest given back. */
static enum status stop(struct audit *a, struct error *err)
{
	struct item *item;
	enum status status;

	crew_kill_all(a->crew);
	while ((item = crew_take_ended(a->crew)) != NULL) {
		cache_give_back(a->cache, item);
		item_free(item);
	}
	while ((item = pop(&a->ready)) != NULL) {
		cache_give_back(a->cache, item);
		item_free(item);
	}
	while ((item = pop(&a->leased)) != NULL)
		item_free(item);
	a->is_ending = true;
	status = finish_some(a, err);
	/* What could not be written is scanned again. */
	while ((item = pop(&a->done)) != NULL)
		item_free(item);
	a->done_count = 0;
	if (status == OK)
		status = store_release(a->store, &a->worker, err);
	return status;
}

enum status audit_work_off(struct audit *a, struct item *items,
	void (*alive)(void *context), void *context, struct error *err)
{
	enum status status = OK;

	for (; items; a->leased_count++) {
		struct item *next = items->next;

		items->next = a->leased;
		a->leased = items;
		items = next;
	}
	while (status == OK && !is_idle(a) && !is_stopped(a)) {
		status = begin_some(a, err);
		hear(a, 100);
		alive(context);
	}
	if (status != OK || is_stopped(a)) {
		enum status stopped = stop(a, status == OK ? err : NULL);

		status = status == OK ? stopped : status;
	}
	return status;
}

enum status audit_loop(struct audit *a, struct error *err)
{
	enum status status = OK;

	a->meter.is_listing = a->run.id != 0;
	if (a->meter.is_listing)
		status = list_some(a, LIST_FIRST_SECONDS, err);
	while (status == OK && !a->is_over && !is_stopped(a))
		status = step(a, err);
	if (status != OK || is_stopped(a)) {
		enum status stopped = stop(a, status == OK ? err : NULL);

		status = status == OK ? stopped : status;
	}
	if (status == OK && a->has_keys)
		status = store_compact(a->store, a->setup->rules, err);
	return status;
}
