/*
 * refs: which refs lead to each place, when that is asked.
 *
 * A place of a blob or a name is a question to attribute/, and so is a commit
 * with a finding in its message; they are asked many at once. A tag's message
 * is led to by the refs that are that tag, and the name of a ref by itself.
 * Many places have the same refs: equal lists are kept once.
 */
#include "history/internal.h"

#include "base/hash.h"

#include <stdlib.h>

#include "base/banned.h"

/* Listed for a place; more are counted. */
#define REFS_LISTED 32

/* A list that is kept, to be found by what it says. */
struct kept {
	uint64_t key;
	const struct leak_refs *refs;
};

struct told_refs {
	const struct history *h;
	struct leaks *leaks;
	size_t *first; /* by hit: its first place in of_place */
	const struct leak_refs **of_place;
	struct kept *kept; /* open addressing, at most half full */
	size_t kept_n, room;
};

static size_t kept_slot(const struct told_refs *r, uint64_t key)
{
	size_t at = key & (r->room - 1);

	while (r->kept[at].refs && r->kept[at].key != key)
		at = (at + 1) & (r->room - 1);
	return at;
}

static bool kept_widen(struct told_refs *r)
{
	struct told_refs wide = {.room = r->room ? r->room * 2 : 64};

	wide.kept = calloc(wide.room, sizeof(*wide.kept));
	if (wide.kept == NULL)
		return false;
	for (size_t i = 0; i < r->room; i++)
		if (r->kept[i].refs)
			wide.kept[kept_slot(&wide, r->kept[i].key)] =
				r->kept[i];
	free(r->kept);
	r->kept = wide.kept;
	r->room = wide.room;
	return true;
}

/* HEAD and those of worktrees are names for what other refs name, mostly. */
static bool is_told(const struct repo_ref *ref)
{
	return bytes_starts(bytes_text(ref->name), bytes_text("refs/"));
}

/* Those that `leads` says, as a list that lives as long as the leaks. */
static const struct leak_refs *keep(struct told_refs *r,
	bool (*leads)(const struct told_refs *r, size_t ref,
		const void *context),
	const void *context)
{
	bytes names[REFS_LISTED];
	struct leak_refs refs = {.names = names};
	uint64_t key = 1;
	size_t slot;

	for (size_t i = 0; i < r->h->repo->ref_count; i++) {
		const struct repo_ref *ref = &r->h->repo->refs[i];

		if (!is_told(ref) || !leads(r, i, context))
			continue;
		key = hash_64(bytes_of(&i, sizeof(i)), key);
		if (refs.count < REFS_LISTED)
			names[refs.count++] = bytes_text(ref->name);
		else
			refs.more++;
	}
	if (r->kept_n * 2 >= r->room && !kept_widen(r))
		return NULL;
	slot = kept_slot(r, key);
	if (r->kept[slot].refs == NULL) {
		r->kept[slot].key = key;
		r->kept[slot].refs = leaks_keep_refs(r->leaks, &refs);
		r->kept_n += r->kept[slot].refs != NULL;
	}
	return r->kept[slot].refs;
}

static bool is_named(const struct told_refs *r, size_t ref, const void *id)
{
	return memcmp(r->h->repo->refs[ref].id, id,
		       pack_store_id_size(r->h->store)) == 0;
}

static bool is_itself(const struct told_refs *r, size_t ref, const void *name)
{
	return strcmp(r->h->repo->refs[ref].name, name) == 0;
}

/* ---- questions to attribute/ ------------------------------------------- */

struct batch {
	struct attribute_query queries[ATTRIBUTE_QUERIES];
	const struct leak_refs **answers[ATTRIBUTE_QUERIES];
	size_t n;
	uint64_t *by_tip;
};

struct bit {
	const uint64_t *by_tip;
	size_t number;
};

static bool has_bit(const struct told_refs *r, size_t ref, const void *context)
{
	const struct bit *bit = context;

	(void)r;
	return bit->by_tip[ref] >> bit->number & 1;
}

static bool is_stopped(const struct told_refs *r)
{
	const struct history_options *o = &r->h->options;

	return o->is_stopped && o->is_stopped(o->context);
}

/* Tips are the refs, in their order. */
static bool answer(struct told_refs *r, struct batch *b)
{
	struct bit bit = {b->by_tip, 0};
	size_t n = b->n;

	b->n = 0;
	if (n == 0 || is_stopped(r))
		return true; /* what is not asked is not told */
	if (attribute_tips(r->h->attribute, b->queries, n, b->by_tip, NULL) !=
		OK)
		return false;
	for (; bit.number < n; bit.number++) {
		*b->answers[bit.number] = keep(r, has_bit, &bit);
		if (*b->answers[bit.number] == NULL)
			return false;
	}
	return true;
}

static bool ask(struct told_refs *r, struct batch *b,
	const struct attribute_query *query, size_t place)
{
	b->queries[b->n] = *query;
	b->answers[b->n++] = &r->of_place[place];
	return b->n < ATTRIBUTE_QUERIES || answer(r, b);
}

static bool is_placed(const struct hit *hit)
{
	return hit->kind == HIT_BLOB || hit->kind == HIT_NAME;
}

static bool is_message(const struct hit *hit)
{
	return hit->kind == HIT_MESSAGE || hit->kind == HIT_PERSON;
}

static bool ask_hit(struct told_refs *r, struct batch *b, size_t i)
{
	const struct hit *hit = &r->h->hits.at[i];
	size_t first = r->first[i], n = r->first[i + 1] - first;

	if (is_message(hit) && hit->type == PACK_COMMIT)
		return ask(r, b, &(struct attribute_query){.commit = hit->id},
			first);
	if (is_message(hit))
		r->of_place[first] = keep(r, is_named, hit->id);
	else if (hit->kind == HIT_REF)
		r->of_place[first] = keep(r, is_itself, hit->ref);
	else
		for (size_t p = 0; p < n; p++)
			if (!ask(r, b, &(struct attribute_query){
				    r->h->wanted_of[i], p, NULL}, first + p))
				return false;
	return is_placed(hit) || r->of_place[first] != NULL;
}

static size_t places_of(const struct history *h, size_t i)
{
	const struct hit *hit = &h->hits.at[i];

	if (is_placed(hit))
		return attribute_place_count(h->attribute, h->wanted_of[i]);
	return is_message(hit) || hit->kind == HIT_REF ? 1 : 0;
}

static bool number_places(struct told_refs *r)
{
	const struct history *h = r->h;

	r->first = calloc(h->hits.n + 1, sizeof(*r->first));
	if (r->first == NULL)
		return false;
	for (size_t i = 0; i < h->hits.n; i++)
		r->first[i + 1] = r->first[i] + places_of(h, i);
	r->of_place = calloc(r->first[h->hits.n] + 1, sizeof(*r->of_place));
	return r->of_place != NULL;
}

struct told_refs *history_refs_new(struct history *h, struct leaks *leaks)
{
	struct told_refs *r = calloc(1, sizeof(*r));
	struct batch b = {.n = 0};
	bool is_done = r != NULL;

	b.by_tip = calloc(h->repo->ref_count + 1, sizeof(*b.by_tip));
	if (r) {
		r->h = h;
		r->leaks = leaks;
		is_done = b.by_tip && number_places(r);
	}
	for (size_t i = 0; is_done && i < h->hits.n; i++)
		if (r->first[i + 1] > r->first[i])
			is_done = ask_hit(r, &b, i);
	is_done = is_done && answer(r, &b);
	free(b.by_tip);
	if (!is_done) {
		history_refs_free(r);
		r = NULL;
	}
	return r;
}

void history_refs_free(struct told_refs *r)
{
	if (r == NULL)
		return;
	free(r->first);
	free(r->of_place);
	free(r->kept);
	free(r);
}

const struct leak_refs *history_refs_of(const struct told_refs *r, size_t hit,
	size_t place)
{
	return r ? r->of_place[r->first[hit] + place] : NULL;
}
