/*
 * places: what a scan found becomes what is there.
 *
 * The places of a repository are compared by key: new ones are added with the
 * run that found them, known ones brought up to date where they changed (a
 * file was taken out of HEAD), and what is not there any more is marked as
 * gone, not deleted: `diff` tells of it.
 */
#include "store/internal.h"

#include <stdlib.h>

#include "base/banned.h"

struct row {
	unsigned char key[16];
	int64_t id;
	struct hash128 record;
	bool is_gone, is_found;
};

struct rows {
	struct row *at;
	size_t n, room;
	bool failed;
};

static bool keep_row(void *context, const struct store_value *v, size_t n)
{
	struct rows *rows = context;
	struct row *row;

	if (n < 4 || v[1].text.n != sizeof(row->key))
		return true;
	if (rows->n == rows->room) {
		size_t room = rows->room ? rows->room * 2 : 64;
		struct row *at = reallocarray(rows->at, room, sizeof(*at));

		if (at == NULL) {
			rows->failed = true;
			return false;
		}
		rows->at = at;
		rows->room = room;
	}
	row = &rows->at[rows->n++];
	*row = (struct row){.id = v[0].integer,
		.record = hash_128(v[2].text, 0),
		.is_gone = v[3].integer != 0};
	memcpy(row->key, v[1].text.at, sizeof(row->key));
	return true;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct row *)a)->key,
		((const struct row *)b)->key, 16);
}

static enum status read_rows(struct store *s, int64_t repository,
	struct rows *rows, struct error *err)
{
	struct store_query q = {
		.sql = "SELECT id, place, record, gone_run FROM places"
		       " WHERE repository = $1",
		.row = keep_row,
		.context = rows};
	enum status status;

	store_add_integer(&q, repository);
	status = store_run_query(s, &q, err);
	if (status == OK && rows->failed)
		status = error_set(err, ERR_MEMORY, "compare findings");
	if (rows->n)
		qsort(rows->at, rows->n, sizeof(*rows->at), by_key);
	return status;
}

static enum status put_leak(struct store *s, const struct store_outcome *o,
	const struct store_place *p, int64_t *id, struct error *err)
{
	struct store_query find = {
		.sql = "SELECT id FROM leaks WHERE fingerprint = $1"};
	struct store_query add = {
		.sql = "INSERT INTO leaks (fingerprint, rule, provider,"
		       " confidence, secret, first_run)"
		       " VALUES ($1, $2, $3, $4, $5, $6)"
		       " ON CONFLICT (fingerprint) DO UPDATE SET"
		       " rule = excluded.rule RETURNING id"};
	bool found = false;
	enum status status;

	store_add_text(&find, p->fingerprint);
	status = store_ask(s, &find, id, &found, err);
	if (status != OK || found)
		return status;
	store_add_text(&add, p->fingerprint);
	store_add_text(&add, p->rule);
	store_add_text(&add, p->provider);
	store_add_integer(&add, p->confidence);
	store_add_text(&add, p->secret);
	store_add_integer(&add, o->run);
	return store_ask(s, &add, id, NULL, err);
}

static enum status add_place(struct store *s, const struct store_outcome *o,
	const struct store_place *p, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO places (leak, repository, place,"
		       " confidence, path, source, commit_id, author, date,"
		       " in_head, unreachable, record, first_run)"
		       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		       " $12, $13) ON CONFLICT (repository, place) DO NOTHING"};
	int64_t leak = 0;
	enum status status = put_leak(s, o, p, &leak, err);

	store_add_integer(&q, leak);
	store_add_integer(&q, o->repository);
	store_add_blob(&q, bytes_of(p->key, sizeof(p->key)));
	store_add_integer(&q, p->confidence);
	store_add_text(&q, p->path);
	store_add_text(&q, p->source);
	store_add_text(&q, p->commit);
	store_add_text(&q, p->author);
	store_add_text(&q, p->date);
	store_add_integer(&q, p->in_head);
	store_add_integer(&q, p->unreachable);
	store_add_text(&q, p->record);
	store_add_integer(&q, o->run);
	return status == OK ? store_run_query(s, &q, err) : status;
}

/* What came back after it was gone is new again. */
static enum status change_place(struct store *s, const struct store_outcome *o,
	const struct store_place *p, const struct row *row, struct error *err)
{
	struct store_query q = {
		.sql = row->is_gone ? "UPDATE places SET confidence = $2,"
				      " commit_id = $3, author = $4, date = $5,"
				      " in_head = $6, unreachable = $7,"
				      " record = $8, gone_run = 0,"
				      " first_run = $9 WHERE id = $1"
				    : "UPDATE places SET confidence = $2,"
				      " commit_id = $3, author = $4, date = $5,"
				      " in_head = $6, unreachable = $7,"
				      " record = $8 WHERE id = $1"};

	store_add_integer(&q, row->id);
	store_add_integer(&q, p->confidence);
	store_add_text(&q, p->commit);
	store_add_text(&q, p->author);
	store_add_text(&q, p->date);
	store_add_integer(&q, p->in_head);
	store_add_integer(&q, p->unreachable);
	store_add_text(&q, p->record);
	if (row->is_gone)
		store_add_integer(&q, o->run);
	return store_run_query(s, &q, err);
}

static enum status put_one(struct store *s, const struct store_outcome *o,
	const struct store_place *p, struct rows *rows, struct error *err)
{
	struct row key = {.id = 0}, *row = NULL;

	memcpy(key.key, p->key, sizeof(key.key));
	if (rows->n)
		row = bsearch(&key, rows->at, rows->n, sizeof(key), by_key);
	if (row == NULL)
		return add_place(s, o, p, err);
	row->is_found = true;
	if (!row->is_gone &&
		hash_128_equal(row->record, hash_128(p->record, 0)))
		return OK;
	return change_place(s, o, p, row, err);
}

static enum status drop_place(struct store *s, const struct store_outcome *o,
	const struct row *row, struct error *err)
{
	struct store_query q = {
		.sql = "UPDATE places SET gone_run = $2 WHERE id = $1"};

	store_add_integer(&q, row->id);
	store_add_integer(&q, o->run);
	return store_run_query(s, &q, err);
}

enum status store_put_places(struct store *s, const struct store_outcome *o,
	struct error *err)
{
	struct rows rows = {.at = NULL};
	enum status status = read_rows(s, o->repository, &rows, err);

	for (size_t i = 0; i < o->place_count && status == OK; i++)
		status = put_one(s, o, &o->places[i], &rows, err);
	for (size_t i = 0; i < rows.n && status == OK; i++)
		if (!rows.at[i].is_found && !rows.at[i].is_gone)
			status = drop_place(s, o, &rows.at[i], err);
	free(rows.at);
	return status;
}
