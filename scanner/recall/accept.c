/*
 * accept: what repositories accept themselves. A scanner marked it in its
 * records; places of leaks are found again by what tells them apart.
 */
#include "recall/internal.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

struct accepted {
	struct hash128 key;
	const char *text; /* as reports show it */
	struct leak_suppression by;
};

struct place_key {
	bytes fingerprint, path, object;
	uint64_t offset, length;
	enum leak_source source;
};

static struct hash128 key_of(const struct place_key *k)
{
	const struct hash128 parts[] = {
		hash_128(k->fingerprint, 0), hash_128(k->path, 0),
		hash_128(k->object, 0),
		{k->offset, k->length}, {(uint64_t)k->source, 0}};

	return hash_128(bytes_of(parts, sizeof(parts)), 0);
}

static bytes text_of(const struct json_value *v, const char *key)
{
	return json_value_text(json_value_get(v, key));
}

static const char *keep(struct recall_kept *k, const struct json_value *v,
	const char *key, bool *is_lost)
{
	bytes text = text_of(v, key);
	const char *copy = text.at ? arena_copy_text(&k->texts, text) : NULL;

	*is_lost |= text.at && copy == NULL;
	return copy;
}

bool recall_keep_accepted(struct recall_kept *k, const struct sighting *s,
	const struct leak_where *where, const struct json_value *record)
{
	const struct json_value *by = json_value_get(record, "suppression");
	const struct place_key key = {where->fingerprint, where->path,
		where->object, s->offset, s->length, where->source};
	struct accepted *to;
	bool is_lost = false;

	if (text_of(record, "suppressed").at == NULL)
		return true;
	if (!column_grow(&k->accepted, 1, sizeof(*to)))
		return false;
	to = (struct accepted *)k->accepted.at + k->accepted.n++;
	*to = (struct accepted){
		.key = key_of(&key),
		.text = keep(k, record, "suppressed", &is_lost),
		.by = {
			.kind = keep(k, by, "kind", &is_lost),
			.from = keep(k, by, "from", &is_lost),
			.reason = keep(k, by, "reason", &is_lost),
			.owner = keep(k, by, "owner", &is_lost),
			.expires = keep(k, by, "expires", &is_lost),
			.is_held = json_value_flag(
				json_value_get(by, "held")),
		},
	};
	return !is_lost;
}

/* ---- marking ------------------------------------------------------------- */

bool recall_has_ended(const char *expires)
{
	time_t now = time(NULL);
	struct tm utc;
	char today[16];

	/* An entry holds through its last day. */
	return expires && gmtime_r(&now, &utc) &&
	       strftime(today, sizeof(today), "%Y-%m-%d", &utc) &&
	       strcmp(today, expires) > 0;
}

static int by_key(const void *a, const void *b)
{
	const struct accepted *x = a, *y = b;
	int order = (x->key.high > y->key.high) - (x->key.high < y->key.high);

	return order ? order
		     : (x->key.low > y->key.low) - (x->key.low < y->key.low);
}

static const struct accepted *find(const struct recall_kept *k,
	const struct leak *leak, const struct leak_place *place)
{
	const struct place_key parts = {bytes_text(leak->fingerprint),
		place->path, place->object, place->offset, place->length,
		place->source};
	const struct accepted key = {.key = key_of(&parts)};

	return bsearch(&key, k->accepted.at, k->accepted.n, sizeof(key),
		by_key);
}

static bool refuse(struct recall_kept *k, struct leak_place *place,
	const char *why, const char *text)
{
	struct buf b;

	buf_init(&b, (size_t)64 << 10);
	buf_printf(&b, "%s: %s", why, text);
	place->refused = arena_copy_text(&k->texts, buf_bytes(&b));
	buf_release(&b);
	return place->refused != NULL;
}

static bool mark(struct recall_kept *k, const struct leak *leak,
	struct leak_place *place)
{
	const struct accepted *a = find(k, leak, place);

	if (a == NULL || place->suppressed)
		return true;
	if (leak->verdict && verdict_is_live(leak->verdict->verdict))
		return refuse(k, place, "verified live, so not suppressed",
			a->text);
	if (recall_has_ended(a->by.expires))
		return refuse(k, place, "expired", a->text);
	place->suppressed = a->text;
	place->suppression = &a->by;
	place->refused = NULL;
	return true;
}

enum status recall_accept(struct recall_kept *k, struct leaks *leaks,
	struct error *err)
{
	bool is_marked = true;

	if (k->accepted.n == 0)
		return OK;
	qsort(k->accepted.at, k->accepted.n, sizeof(struct accepted), by_key);
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		struct leak *leak = leaks_edit(leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			is_marked &= mark(k, leak, &leak->places[p]);
	}
	return is_marked ? OK : error_set(err, ERR_MEMORY, "read what is "
		"accepted: out of memory");
}
