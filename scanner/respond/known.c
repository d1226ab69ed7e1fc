/*
 * Incidents as the log knows them: a table by provider and C3ID, filled by
 * the log's records when it is opened and by those that other processes add.
 */
#include "respond/internal.h"

#include "json/json.h"

#include <stdlib.h>

#include "base/banned.h"

#define KNOWNS_FIRST 256

struct respond_knowns {
	struct respond_known **slots;
	size_t room, count;
};

struct respond_knowns *respond_knowns_new(void)
{
	struct respond_knowns *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->room = KNOWNS_FIRST;
	k->slots = calloc(k->room, sizeof(struct respond_known *));
	if (k->slots == NULL) {
		free(k);
		return NULL;
	}
	return k;
}

void respond_knowns_free(struct respond_knowns *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->room; i++) {
		if (k->slots[i])
			free(k->slots[i]->key);
		free(k->slots[i]);
	}
	free(k->slots);
	free(k);
}

/* The slot of that key, or the free one where it would stand. */
static struct respond_known **find(struct respond_known **slots, size_t room,
	const char *key)
{
	size_t i = (size_t)hash_64(bytes_text(key), 0) & (room - 1);

	while (slots[i] && strcmp(slots[i]->key, key) != 0)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static bool grow(struct respond_knowns *k)
{
	const size_t room = k->room * 2;
	struct respond_known **slots = calloc(room,
		sizeof(struct respond_known *));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < k->room; i++)
		if (k->slots[i])
			*find(slots, room, k->slots[i]->key) = k->slots[i];
	free(k->slots);
	k->slots = slots;
	k->room = room;
	return true;
}

static char *make_key(bytes provider, bytes c3id)
{
	char *key = malloc(provider.n + c3id.n + 2);

	if (key == NULL)
		return NULL;
	memcpy(key, provider.at, provider.n);
	key[provider.n] = '\n';
	memcpy(key + provider.n + 1, c3id.at, c3id.n);
	key[provider.n + 1 + c3id.n] = '\0';
	return key;
}

struct respond_known *respond_knowns_at(struct respond_knowns *k,
	bytes provider, bytes c3id)
{
	char *key = make_key(provider, c3id);
	struct respond_known **slot;

	if (key == NULL || (k->count * 2 >= k->room && !grow(k))) {
		free(key);
		return NULL;
	}
	slot = find(k->slots, k->room, key);
	if (*slot) {
		free(key);
		return *slot;
	}
	*slot = calloc(1, sizeof(**slot));
	if (*slot == NULL) {
		free(key);
		return NULL;
	}
	(*slot)->key = key;
	k->count++;
	return *slot;
}

size_t respond_knowns_called(const struct respond_knowns *k, int64_t since)
{
	size_t n = 0;

	for (size_t i = 0; i < k->room; i++)
		n += k->slots[i] && k->slots[i]->state.intents > 0 &&
			k->slots[i]->state.submitted_at >= since;
	return n;
}

enum status respond_knowns_visit(void *context,
	const struct auditlog_record *record, struct error *err)
{
	struct json_document *document = json_document_parse("audit log",
		record->line, (uint32_t)record->sequence, err);
	struct respond_known *known;
	struct respond_read read;
	enum status status = OK;

	if (document == NULL)
		return err->code;
	if (respond_read_record(json_document_root(document), &read)) {
		known = respond_knowns_at(context, read.provider, read.c3id);
		if (known)
			machine_fold(&known->state, &read.record);
		else
			status = error_set(err, ERR_MEMORY, "read the audit "
				"log: out of memory");
	}
	json_document_free(document);
	return status;
}
