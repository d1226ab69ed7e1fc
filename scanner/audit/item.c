#include "audit/item.h"

#include "nursery/wire.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* Bytes of findings that one repository may bring: LIMIT_SIGHTINGS places and
 * more. Over it the child is not believed. */
#define PLACES_MOST ((size_t)256 << 20)
#define KEYS_MOST ((size_t)16 << 20)

struct item *item_new(const struct store_work *work)
{
	struct item *item = calloc(1, sizeof(*item));

	if (item == NULL)
		return NULL;
	buf_init(&item->known, FRAME_MOST);
	buf_init(&item->ledger, FRAME_MOST);
	buf_init(&item->places, PLACES_MOST);
	buf_init(&item->next_state, FRAME_MOST);
	item->run = work->run;
	item->repository = work->repository;
	item->name = strdup(work->name);
	item->url = strdup(work->url);
	item->weight = work->weight ? work->weight : 1;
	item->attempts = work->attempts;
	buf_put(&item->known, work->state);
	if (item->name && item->url && !item->known.failed)
		return item;
	item_free(item);
	return NULL;
}

void item_free(struct item *item)
{
	if (item == NULL)
		return;
	buf_release(&item->known);
	buf_release(&item->ledger);
	buf_release(&item->places);
	buf_release(&item->next_state);
	free(item->keys);
	free(item->name);
	free(item->url);
	free(item->clone);
	free(item->reason);
	free(item);
}

bool item_is_local(const struct item *item)
{
	return item->url[0] == '/';
}

void item_fail(struct item *item, const char *reason)
{
	item->kind = OUTCOME_FAILED;
	free(item->reason);
	item->reason = strdup(reason);
	item->is_complete = false;
	item->total = item->scanned = item->skipped = item->failed = 0;
	buf_clear(&item->places);
	buf_clear(&item->next_state);
	buf_clear(&item->ledger);
	item->place_count = item->key_count = 0;
}

/* ---- frames -------------------------------------------------------------- */

static bool hear_summary(struct item *item, bytes fields)
{
	struct frame_reader r = {.rest = fields};

	item->is_complete = frame_get_u32(&r) != 0;
	item->total = frame_get_u64(&r);
	item->scanned = frame_get_u64(&r);
	item->skipped = frame_get_u64(&r);
	item->failed = frame_get_u64(&r);
	item->bytes_scanned = frame_get_u64(&r);
	buf_clear(&item->ledger);
	buf_put(&item->ledger, frame_get_bytes(&r));
	item->has_summary = true;
	return !r.failed && !item->ledger.failed &&
	       item->total == item->scanned + item->skipped + item->failed;
}

static bool hear_keys(struct item *item, bytes fields)
{
	size_t n = fields.n / sizeof(*item->keys);
	struct hash128 *at;

	if (item->key_count + n > KEYS_MOST)
		return true; /* they will be scanned again */
	if (item->key_count + n > item->key_room) {
		size_t room = (item->key_count + n) * 2;

		at = reallocarray(item->keys, room, sizeof(*at));
		if (at == NULL)
			return true;
		item->keys = at;
		item->key_room = room;
	}
	if (n)
		memcpy(item->keys + item->key_count, fields.at,
			n * sizeof(*item->keys));
	item->key_count += n;
	return true;
}

/* What does not fit is found again when it is needed. */
static bool hear_secret(struct item *item, bytes fields)
{
	struct frame_reader r = {.rest = fields};
	bytes fingerprint = frame_get_bytes(&r);
	struct vault_secret s = {.secret = frame_get_bytes(&r)};

	while (!r.failed && r.rest.n && s.part_count < VAULT_PARTS) {
		struct vault_part *part = &s.parts[s.part_count++];

		part->rule = frame_get_bytes(&r);
		part->secret = frame_get_bytes(&r);
		part->is_near = frame_get_u32(&r) != 0;
	}
	return item->vault && !r.failed &&
	       vault_put(item->vault, fingerprint, &s) != VAULT_FALSE;
}

/* A reason is a word of ours in the ledger, and shown: letters only. */
static bool hear_failed(struct item *item, bytes fields)
{
	struct frame_reader r = {.rest = fields};
	bytes reason = frame_get_bytes(&r);
	char word[32] = "";

	if (r.failed || reason.n == 0 || reason.n >= sizeof(word))
		return false;
	for (size_t i = 0; i < reason.n; i++) {
		if (reason.at[i] != '_' &&
			(reason.at[i] < 'a' || reason.at[i] > 'z'))
			return false;
		word[i] = (char)reason.at[i];
	}
	item_fail(item, word);
	if (strcmp(word, WIRE_NO_WIKI) == 0) {
		item->kind = OUTCOME_SKIPPED;
		item->is_complete = true;
	}
	return true;
}

bool item_hear(struct item *item, int kind, bytes fields)
{
	switch ((enum wire_kind)kind) {
	case WIRE_PLACE:
		frame_put_bytes(&item->places, fields);
		item->place_count++;
		return !item->places.failed;
	case WIRE_SECRET:
		return hear_secret(item, fields);
	case WIRE_KEYS:
		return hear_keys(item, fields);
	case WIRE_STATE:
		buf_clear(&item->next_state);
		buf_put(&item->next_state, fields);
		return !item->next_state.failed;
	case WIRE_SUMMARY:
		return hear_summary(item, fields);
	case WIRE_SAME:
		item->kind = OUTCOME_UNCHANGED;
		return true;
	case WIRE_FAILED:
		return hear_failed(item, fields);
	case WIRE_END:
		item->is_said = true;
		return true;
	default:
		return false;
	}
}

/* ---- for the store ------------------------------------------------------- */

static bool read_place(bytes fields, struct store_place *out)
{
	struct frame_reader r = {.rest = fields};
	bytes key = frame_get_bytes(&r);

	if (key.n != sizeof(out->key))
		return false;
	memcpy(out->key, key.at, key.n);
	out->fingerprint = frame_get_bytes(&r);
	out->rule = frame_get_bytes(&r);
	out->provider = frame_get_bytes(&r);
	out->secret = frame_get_bytes(&r);
	out->confidence = (int)frame_get_u32(&r);
	out->path = frame_get_bytes(&r);
	out->source = frame_get_bytes(&r);
	out->commit = frame_get_bytes(&r);
	out->author = frame_get_bytes(&r);
	out->date = frame_get_bytes(&r);
	out->in_head = frame_get_u32(&r) != 0;
	out->unreachable = frame_get_u32(&r) != 0;
	out->record = frame_get_bytes(&r);
	return !r.failed;
}

bool item_outcome(struct item *item, uint64_t rules,
	struct store_outcome *out, struct store_place **places)
{
	struct frame_reader r = {.rest = buf_bytes(&item->places)};

	*places = calloc(item->place_count + 1, sizeof(**places));
	if (*places == NULL)
		return false;
	for (size_t i = 0; i < item->place_count; i++)
		if (!read_place(frame_get_bytes(&r), &(*places)[i]))
			item_fail(item, "crashed");
	*out = (struct store_outcome){
		.run = item->run,
		.repository = item->repository,
		.kind = item->kind,
		.reason = item->reason,
		.is_complete = item->is_complete,
		.total = item->total,
		.scanned = item->scanned,
		.skipped = item->skipped,
		.failed = item->failed,
		.bytes_scanned = item->bytes_scanned,
		.milliseconds = item->milliseconds,
		.ledger = buf_bytes(&item->ledger),
		.places = *places,
		.place_count = item->place_count,
		.rules = rules,
		.state = buf_bytes(&item->next_state),
		.keys = item->keys,
		.key_count = item->key_count,
	};
	return true;
}
