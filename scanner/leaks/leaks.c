/*
 * Gathering. Places go into one growing array under one lock; grouping and
 * ordering wait for leaks_finish, since sorting once is cheaper than keeping
 * a table in step, and makes the result independent of the order of adding.
 *
 * What is kept when there are too many is the start of one total order (the
 * surest first, then by path and offset) up to a count and a sum of bytes.
 * The start of an order does not depend on the order of arrival either: a
 * place that is beyond the limits among some of the places is beyond them
 * among more. So the array may overflow by a quarter, is then sorted and cut,
 * and the first place that was cut becomes the bar: what is not before it is
 * counted without being copied. Ten million matches cost their counting.
 */
#include "leaks/internal.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/banned.h"

/* Bytes of the key that is made when none is given. */
#define KEY_SIZE 32
/* Room for places at first. */
#define FIRST_ROOM 64
/* How far the array may grow over its limits before it is cut. */
#define SLACK(limit) ((limit) + (limit) / 4)

struct leaks {
	uint64_t seed;	    /* [frozen] of the hash that groups */
	unsigned char *key; /* [frozen] of keyed fingerprints */
	size_t key_size;    /* [frozen] */
	pthread_mutex_t lock;
	struct leak_place *places; /* [lock: lock] */
	size_t count, room;	   /* [lock: lock] */
	size_t charged;		   /* [lock: lock] sum of leak_place_cost */
	struct leak_place bar;	   /* [lock: lock] first place cut, if any */
	_Atomic uint64_t listed;   /* [atomic: relaxed, a progress figure] */
	_Atomic uint64_t unlisted; /* [atomic: relaxed, a sum] */
	struct arena commits;	   /* [lock: lock] see leaks_keep_commit */
	struct leak *leaks;	   /* [set by leaks_finish] */
	size_t leak_count;	   /* [set by leaks_finish] */
};

const char *leak_source_name(enum leak_source s)
{
	static const char *const names[] = {
		[LEAK_WORKTREE] = "worktree",
		[LEAK_INDEX] = "index",
		[LEAK_HISTORY] = "history",
		[LEAK_MESSAGE] = "message",
		[LEAK_STDIN] = "stdin",
		[LEAK_ARCHIVE] = "archive",
	};

	return names[s];
}

/* The caller's key, or a random one that nobody knows. */
static enum status set_key(struct leaks *l, bytes key, struct error *err)
{
	l->key_size = key.n ? key.n : KEY_SIZE;
	l->key = malloc(l->key_size);
	if (l->key == NULL)
		return error_set(err, ERR_MEMORY, "no memory for findings");
	if (key.n)
		memcpy(l->key, key.at, key.n);
	else if (getrandom(l->key, KEY_SIZE, 0) != KEY_SIZE)
		return error_set_errno(err, ERR_IO,
			"read a random key for fingerprints");
	return OK;
}

struct leaks *leaks_new(const struct leaks_options *options,
	struct error *err)
{
	struct leaks *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		(void)error_set(err, ERR_MEMORY, "no memory for findings");
		return NULL;
	}
	pthread_mutex_init(&l->lock, NULL);
	arena_init(&l->commits, LIMIT_LEAKS_BYTES);
	l->seed = hash_seed();
	if (set_key(l, options->fingerprint_key, err)) {
		leaks_free(l);
		return NULL;
	}
	return l;
}

static void release_groups(struct leaks *l)
{
	for (size_t i = 0; i < l->leak_count; i++) {
		free(l->leaks[i].fingerprint);
		free((void *)(uintptr_t)l->leaks[i].verdict);
	}
	free(l->leaks);
	l->leaks = NULL;
	l->leak_count = 0;
}

void leaks_free(struct leaks *l)
{
	if (l == NULL)
		return;
	release_groups(l);
	for (size_t i = 0; i < l->count; i++)
		leak_place_drop(&l->places[i]);
	free(l->places);
	leak_place_drop(&l->bar);
	arena_release(&l->commits);
	if (l->key)
		secret_wipe(l->key, l->key_size);
	free(l->key);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

void leaks_keep(struct leaks *l, leaks_wanted *keep, void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->leak_count; i++) {
		struct leak *leak = &l->leaks[i];

		if (keep(context, leak)) {
			l->leaks[kept++] = *leak;
			continue;
		}
		free(leak->fingerprint);
		free((void *)(uintptr_t)leak->verdict);
	}
	l->leak_count = kept;
}

enum status leaks_set_verdict(struct leaks *l, size_t i,
	const struct verdict_facts *facts, struct error *err)
{
	struct verdict_facts *copy = leak_verdict_new(facts);

	if (copy == NULL)
		return error_set(err, ERR_MEMORY, "verdicts: out of memory");
	free((void *)(uintptr_t)l->leaks[i].verdict);
	l->leaks[i].verdict = copy;
	return OK;
}

void leaks_add_unlisted(struct leaks *l, uint64_t count)
{
	atomic_fetch_add_explicit(&l->unlisted, count, memory_order_relaxed);
}

static int compare_keep(const void *a, const void *b)
{
	return leak_place_order_keep(a, b);
}

/* Drop the second of two that are equal in all; they are neighbours. */
static void drop_twins(struct leaks *l)
{
	size_t kept = 0;

	l->charged = 0;
	for (size_t i = 0; i < l->count; i++) {
		if (kept && leak_place_order_keep(&l->places[kept - 1],
				    &l->places[i]) == 0) {
			leak_place_drop(&l->places[i]);
			continue;
		}
		l->places[kept++] = l->places[i];
		l->charged += leak_place_cost(&l->places[kept - 1]);
	}
	l->count = kept;
}

/* Raise the bar to what fits, and count what is beyond. Lock held. */
static void cut_to_limits(struct leaks *l)
{
	size_t sum = 0, fits = 0;

	qsort(l->places, l->count, sizeof(l->places[0]), compare_keep);
	drop_twins(l);
	while (fits < l->count && fits < LIMIT_SIGHTINGS) {
		size_t cost = leak_place_cost(&l->places[fits]);

		if (sum + cost > LIMIT_LEAKS_BYTES)
			break;
		sum += cost;
		fits++;
	}
	if (fits == l->count)
		return;
	leaks_add_unlisted(l, l->count - fits);
	leak_place_drop(&l->bar);
	l->bar = l->places[fits];
	for (size_t i = fits + 1; i < l->count; i++)
		leak_place_drop(&l->places[i]);
	l->count = fits;
	l->charged = sum;
}

static bool is_over(const struct leaks *l)
{
	return l->count > LIMIT_SIGHTINGS || l->charged > LIMIT_LEAKS_BYTES;
}

/* Not before the first place that was cut. Lock held. */
static bool is_beyond(const struct leaks *l, const struct sighting *s,
	const struct leak_place *place)
{
	struct leak_held held = {.rule = s->rule, .secret = s->secret};
	struct leak_place probe = *place;

	if (l->bar.held == NULL)
		return false;
	probe.held = &held;
	return leak_place_order_keep(&probe, &l->bar) >= 0;
}

static bool make_room(struct leaks *l)
{
	size_t room = l->room ? l->room * 2 : FIRST_ROOM;
	struct leak_place *places;

	if (l->count < l->room)
		return true;
	places = realloc(l->places, room * sizeof(places[0]));
	if (places == NULL)
		return false;
	l->places = places;
	l->room = room;
	return true;
}

/* Lock held. */
static enum status add(struct leaks *l, const struct sighting *s,
	struct leak_place *place, bytes fingerprint)
{
	if (is_beyond(l, s, place)) {
		leaks_add_unlisted(l, 1);
		return OK;
	}
	if (!make_room(l) || !leak_place_hold(place, s, fingerprint)) {
		leaks_add_unlisted(l, 1);
		return ERR_MEMORY;
	}
	l->places[l->count++] = *place;
	l->charged += leak_place_cost(place);
	if (l->count > SLACK((size_t)LIMIT_SIGHTINGS) ||
		l->charged > SLACK(LIMIT_LEAKS_BYTES))
		cut_to_limits(l);
	atomic_store_explicit(&l->listed, l->count, memory_order_relaxed);
	return OK;
}

enum status leaks_add_at(struct leaks *l, const struct sighting *s,
	const struct leak_where *where)
{
	struct leak_place place = leak_place_borrow(s, where);
	enum status status;

	pthread_mutex_lock(&l->lock);
	status = add(l, s, &place, where->fingerprint);
	pthread_mutex_unlock(&l->lock);
	return status;
}

enum status leaks_add(struct leaks *l, const struct sighting *s, bytes path,
	enum leak_source source)
{
	struct leak_where where = {.path = path, .source = source};

	return leaks_add_at(l, s, &where);
}

const struct leak_commit *leaks_keep_commit(struct leaks *l,
	const struct leak_commit *commit)
{
	struct leak_commit *kept;

	pthread_mutex_lock(&l->lock);
	kept = arena_alloc(&l->commits, sizeof(*kept));
	if (kept) {
		kept->id = arena_copy(&l->commits, commit->id);
		kept->author = arena_copy(&l->commits, commit->author);
		kept->email = arena_copy(&l->commits, commit->email);
		kept->date = arena_copy(&l->commits, commit->date);
		kept->subject = arena_copy(&l->commits, commit->subject);
	}
	pthread_mutex_unlock(&l->lock);
	/* A commit without its name would attribute to nobody. */
	return kept && kept->id.at ? kept : NULL;
}

const struct leak_refs *leaks_keep_refs(struct leaks *l,
	const struct leak_refs *refs)
{
	struct leak_refs *kept;
	bytes *names;

	pthread_mutex_lock(&l->lock);
	kept = arena_alloc(&l->commits, sizeof(*kept));
	names = kept ? arena_alloc(&l->commits,
			       (refs->count + 1) * sizeof(*names))
		     : NULL;
	for (size_t i = 0; names && i < refs->count; i++) {
		names[i] = arena_copy(&l->commits, refs->names[i]);
		if (names[i].at == NULL)
			names = NULL;
	}
	if (kept && names)
		*kept = (struct leak_refs){names, refs->count, refs->more};
	else if (kept)
		*kept = (struct leak_refs){NULL, 0, refs->count + refs->more};
	pthread_mutex_unlock(&l->lock);
	return kept;
}

/* By rule, then by hash; bytes decide only where hashes agree. */
static int compare_secrets(const struct leak_held *a,
	const struct leak_held *b)
{
	int order = a->rule == b->rule ? 0
				       : strcmp(a->rule->id, b->rule->id);

	if (order == 0)
		order = (a->key.high > b->key.high) -
			(a->key.high < b->key.high);
	if (order == 0)
		order = (a->key.low > b->key.low) - (a->key.low < b->key.low);
	return order ? order : bytes_compare(a->secret, b->secret);
}

static int compare_grouped(const void *a, const void *b)
{
	const struct leak_place *x = a, *y = b;
	int order = compare_secrets(x->held, y->held);

	return order ? order : leak_place_order_show(x, y);
}

static bool is_one_leak(const struct leak_place *a, const struct leak_place *b)
{
	return compare_secrets(a->held, b->held) == 0;
}

/* How many of the first of `places` are of the same leak. */
static size_t run_of(const struct leak_place *places, size_t n)
{
	size_t i = 1;

	while (i < n && is_one_leak(places, &places[i]))
		i++;
	return i;
}

/* Drop places that say what their neighbour says. */
static void drop_repeats(struct leaks *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct leak_place *place = &l->places[i];
		struct leak_place *last = kept ? &l->places[kept - 1] : NULL;

		if (last && is_one_leak(last, place) &&
			leak_place_same(last, place))
			leak_place_drop(place);
		else
			l->places[kept++] = *place;
	}
	l->count = kept;
}

/* Leak by leak. Returns how many leaks there are. */
static size_t give_way(struct leaks *l)
{
	size_t kept = 0, groups = 0;

	for (size_t i = 0, n; i < l->count; i += n) {
		size_t left;

		n = run_of(&l->places[i], l->count - i);
		left = leak_places_give_way(&l->places[i], n);
		memmove(&l->places[kept], &l->places[i],
			left * sizeof(l->places[0]));
		kept += left;
		groups++;
	}
	l->count = kept;
	return groups;
}

static bool fill_leak(struct leak *leak, struct leak_place *places, size_t n,
	bytes key)
{
	leak->rule = places->held->rule;
	leak->secret = places->held->secret;
	leak->confidence = places->confidence;
	leak->places = places;
	leak->place_count = n;
	for (size_t i = 1; i < n; i++)
		if (places[i].confidence > leak->confidence)
			leak->confidence = places[i].confidence;
	leak->fingerprint = places->held->fingerprint.n
		? strndup((const char *)places->held->fingerprint.at,
			  places->held->fingerprint.n)
		: leak_fingerprint_new(leak->rule, leak->secret, key);
	return leak->fingerprint != NULL;
}

static int compare_leaks(const void *a, const void *b)
{
	const struct leak *x = a, *y = b;
	int order = (x->confidence < y->confidence) -
		    (x->confidence > y->confidence);

	if (order == 0)
		order = strcmp(x->rule->id, y->rule->id);
	if (order == 0)
		order = leak_place_order_show(x->places, y->places);
	return order ? order : bytes_compare(x->secret, y->secret);
}

static enum status group(struct leaks *l, size_t groups)
{
	l->leaks = calloc(groups ? groups : 1, sizeof(l->leaks[0]));
	if (l->leaks == NULL)
		return ERR_MEMORY;
	for (size_t i = 0, n; i < l->count; i += n) {
		n = run_of(&l->places[i], l->count - i);
		if (!fill_leak(&l->leaks[l->leak_count++], &l->places[i], n,
			    bytes_of(l->key, l->key_size)))
			return ERR_MEMORY;
	}
	qsort(l->leaks, l->leak_count, sizeof(l->leaks[0]), compare_leaks);
	return OK;
}

enum status leaks_finish(struct leaks *l, struct error *err)
{
	size_t groups;

	release_groups(l);
	if (is_over(l))
		cut_to_limits(l);
	for (size_t i = 0; i < l->count; i++)
		l->places[i].held->key = hash_128(
			l->places[i].held->fingerprint.n
				? l->places[i].held->fingerprint
				: l->places[i].held->secret,
			l->seed);
	if (l->count)
		qsort(l->places, l->count, sizeof(l->places[0]),
			compare_grouped);
	drop_repeats(l);
	groups = give_way(l);
	atomic_store_explicit(&l->listed, l->count, memory_order_relaxed);
	if (group(l, groups) == OK)
		return OK;
	release_groups(l);
	return error_set(err, ERR_MEMORY, "no memory to group %zu findings",
		l->count);
}

size_t leaks_count(const struct leaks *l)
{
	return l->leak_count;
}

const struct leak *leaks_at(const struct leaks *l, size_t i)
{
	return &l->leaks[i];
}

struct leak *leaks_edit(struct leaks *l, size_t i)
{
	return &l->leaks[i];
}

uint64_t leaks_place_count(const struct leaks *l)
{
	return atomic_load_explicit(&l->listed, memory_order_relaxed);
}

uint64_t leaks_unlisted(const struct leaks *l)
{
	return atomic_load_explicit(&l->unlisted, memory_order_relaxed);
}
