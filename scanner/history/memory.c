/*
 * memory: what an earlier run has seen is left out, and what this run sees is
 * kept for the next one (known/).
 *
 * An object is clean when scanning it added nothing but itself: no finding,
 * no count in the ledger. Objects that are not clean are visited by every
 * run, so that their findings, and where those stand now, come from the
 * objects and not from memory.
 */
#include "history/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* A smaller blob is scanned as fast as it is looked up. */
#define CONTENT_MIN 64
/* Names of objects that are not clean, kept by one thread: a repository with
 * more has no state and is visited wholly. */
#define DIRTY_MAX 500000u
/* Bytes of where findings stood; with more they are asked of all trees. */
#define CARRIED_MOST ((size_t)4 << 20)

uint64_t history_marks(const struct history_worker *w)
{
	const struct detect_ledger *now = scan_ledger(w->scan);
	uint64_t sum = w->kept + w->ledger.lfs_pointers +
		       w->ledger.broken_trees + now->unscanned +
		       now->decode_cut + now->unlisted;

	for (size_t p = 0; p < PACK_PROBLEM_COUNT; p++)
		sum += w->ledger.problems[p];
	return sum;
}

void history_soil(struct history_worker *w, const unsigned char *id)
{
	size_t id_size = pack_store_id_size(w->owner->store);
	struct history_soiled *s = &w->soiled;

	if (w->owner->options.known == NULL || s->is_lost)
		return;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 256;
		unsigned char *at = room > DIRTY_MAX ? NULL :
			reallocarray(s->at, room, id_size);

		if (at == NULL) {
			s->is_lost = true;
			return;
		}
		s->at = at;
		s->room = room;
	}
	memcpy(s->at + s->n++ * id_size, id, id_size);
}

static void keep_key(struct history_worker *w, struct hash128 key)
{
	struct history_keys *k = &w->keys;
	struct hash128 *at = k->at;

	if (k->n == k->room) {
		size_t room = k->room ? k->room * 2 : 1024;

		at = reallocarray(k->at, room, sizeof(*at));
		if (at == NULL)
			return; /* it will be scanned again */
		k->at = at;
		k->room = room;
	}
	at[k->n++] = key;
}

static void ignore(void *context, const struct sighting *s)
{
	(void)context;
	(void)s;
}

static uint64_t noise(const struct scan *scan)
{
	const struct detect_ledger *l = scan_ledger(scan);

	return l->sightings + l->unscanned + l->decode_cut + l->unlisted;
}

/* Do the rules that were added see nothing in it? */
static bool is_bare_still(struct history_worker *w, bytes data)
{
	struct detect_text text = {
		.path_is_unknown = true, .sink = ignore, .context = w};
	const struct detector *added = w->owner->options.added;
	uint64_t before;

	if (w->added == NULL && added != NULL)
		w->added = scan_new(added, NULL);
	if (w->added == NULL)
		return false;
	before = noise(w->added);
	return scan_buffer(w->added, &text, data, NULL) == OK &&
	       noise(w->added) == before;
}

bool history_scan_content(struct history_worker *w, bytes data,
	history_scan_blob *scan)
{
	const struct known *known = w->owner->options.known;
	enum known_content answer;
	struct hash128 key;
	uint64_t before;
	bool is_found;

	if (known == NULL || data.n < CONTENT_MIN)
		return scan(w, data);
	key = known_key(known, data);
	answer = known_content(known, key);
	if (answer == KNOWN_BARE)
		return false;
	if (answer == KNOWN_BARE_BEFORE && is_bare_still(w, data)) {
		keep_key(w, key);
		return false;
	}
	before = noise(w->scan);
	is_found = scan(w, data);
	if (!is_found && !w->failed && noise(w->scan) == before)
		keep_key(w, key);
	return is_found;
}

void history_memory_release(struct history_worker *w)
{
	free(w->soiled.at);
	free(w->keys.at);
	free(w->commits.at);
	scan_free(w->added);
}

size_t history_keys(const struct history *h, size_t worker,
	const struct hash128 **keys)
{
	*keys = h->workers[worker]->keys.at;
	return h->workers[worker]->keys.n;
}

size_t history_workers(const struct history *h)
{
	return h->worker_count;
}

static int by_name(const void *a, const void *b, void *id_size)
{
	return memcmp(a, b, *(const size_t *)id_size);
}

/* All workers' names, sorted; NULL: no memory, or some are not known. */
static unsigned char *gather_soiled(const struct history *h, size_t *count)
{
	size_t id_size = pack_store_id_size(h->store), n = 0;
	unsigned char *at;

	for (size_t i = 0; i < h->worker_count; i++) {
		if (h->workers[i]->soiled.is_lost)
			return NULL;
		n += h->workers[i]->soiled.n;
	}
	at = calloc(n + 1, id_size);
	*count = 0;
	for (size_t i = 0; at && i < h->worker_count; i++) {
		const struct history_soiled *s = &h->workers[i]->soiled;

		if (s->n)
			memcpy(at + *count * id_size, s->at, s->n * id_size);
		*count += s->n;
	}
	if (at)
		qsort_r(at, n, id_size, by_name, &id_size);
	return at;
}

/* What may be otherwise next time, though no file has changed. */
static bool is_passing(const struct history_ledger *l)
{
	return l->interrupted || l->problems[PACK_MEMORY] ||
	       l->problems[PACK_UNREADABLE];
}

void history_put_state(struct history *h, struct buf *out)
{
	struct history_ledger ledger;
	struct known_seen seen = {
		.is_closed = h->is_closed,
		.missing = h->missing,
		.missing_count = h->missing_count,
		.sweep = h->scanned};
	unsigned char *ids;
	struct buf carried;

	history_ledger(h, &ledger);
	if (h->phase != PHASE_DONE || is_passing(&ledger))
		return;
	ids = gather_soiled(h, &seen.count);
	if (ids == NULL)
		return;
	seen.ids = ids;
	for (size_t i = 0; i < h->worker_count; i++)
		seen.has_names |= h->workers[i]->has_names;
	buf_init(&carried, CARRIED_MOST);
	if (!seen.has_names)
		history_carry_on(h, &carried);
	seen.carried = buf_bytes(&carried);
	known_put_state(h->options.known, &seen, out);
	buf_release(&carried);
	free(ids);
}
