/*
 * queue: leases of repositories, and what comes of them.
 *
 *	waiting --lease--> leased --finish--> a result
 *	   ^		     |
 *	   +---- release, or no word for the time of the lease
 *
 * A worker that lost its lease may still be at work: then it finishes too
 * late, and what it brings is passed over. Many workers take from the queue at
 * once without waiting for each other (FOR UPDATE SKIP LOCKED); in SQLite
 * they take turns.
 */
#include "store/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct leasing {
	const struct store_worker *worker;
	size_t most;
	int64_t *runs, *repositories; /* taken */
	size_t count;
};

static bool keep_taken(void *context, const struct store_value *v, size_t n)
{
	struct leasing *l = context;

	if (n < 2 || l->count == l->most)
		return false;
	l->runs[l->count] = v[0].integer;
	l->repositories[l->count++] = v[1].integer;
	return true;
}

static enum status take_back(struct store *s, struct error *err)
{
	return store_execute(s,
		"WITH late AS MATERIALIZED (SELECT run, repository FROM queue"
		" WHERE state = 1 AND until < {now} {skip})"
		" UPDATE queue SET state = 0, worker = NULL FROM late"
		" WHERE queue.run = late.run AND"
		" queue.repository = late.repository",
		err);
}

static enum status lease(struct store *s, void *context, struct error *err)
{
	struct leasing *l = context;
	struct store_query q = {
		.sql = "WITH next AS MATERIALIZED (SELECT run, repository"
		       " FROM queue WHERE state = 0 AND ($4 = run OR ($4 = 0"
		       " AND run IN (SELECT id FROM runs WHERE finished = 0"
		       " AND rules = $5))) ORDER BY weight DESC, repository"
		       " LIMIT $3 {skip})"
		       " UPDATE queue SET state = 1, worker = $1,"
		       " until = {now} + $2, attempts = attempts + 1"
		       " FROM next WHERE queue.run = next.run AND"
		       " queue.repository = next.repository"
		       " RETURNING queue.run, queue.repository",
		.row = keep_taken,
		.context = l};
	enum status status = take_back(s, err);

	l->count = 0;
	store_add_words(&q, l->worker->name);
	store_add_integer(&q, (int64_t)(l->worker->lease * 1000));
	store_add_integer(&q, (int64_t)l->most);
	store_add_integer(&q, l->worker->run);
	store_add_integer(&q, (int64_t)l->worker->rules);
	return status == OK ? store_run_query(s, &q, err) : status;
}

struct telling {
	struct store_words words;
	store_take *take;
	void *context;
	struct store_work work;
};

static bool tell(void *context, const struct store_value *v, size_t n)
{
	struct telling *t = context;

	if (n < 9)
		return false;
	t->work.name = store_words(&t->words, 0, &v[0]);
	t->work.url = store_words(&t->words, 1, &v[1]);
	t->work.weight = (uint64_t)v[2].integer;
	t->work.attempts = (unsigned)v[3].integer - 1;
	t->work.pushed_at = v[4].integer;
	t->work.pushed_before = v[5].integer;
	t->work.was_complete = v[6].integer != 0;
	t->work.rules = (uint64_t)v[7].integer;
	t->work.state = v[8].text;
	t->take(t->context, &t->work);
	return false;
}

static enum status tell_taken(struct store *s, struct telling *t,
	struct error *err)
{
	struct store_query q = {
		.sql = "SELECT r.name, r.url, q.weight, q.attempts,"
		       " r.pushed_at, r.pushed_before, r.was_complete,"
		       " coalesce(s.rules, 0), s.state"
		       " FROM queue q JOIN repositories r ON"
		       " r.id = q.repository LEFT JOIN seen s ON"
		       " s.repository = q.repository"
		       " WHERE q.run = $1 AND q.repository = $2",
		.row = tell,
		.context = t};

	store_add_integer(&q, t->work.run);
	store_add_integer(&q, t->work.repository);
	return store_run_query(s, &q, err);
}

enum status store_lease(struct store *s, const struct store_worker *worker,
	size_t most, store_take *take, void *context, struct error *err)
{
	struct leasing l = {.worker = worker, .most = most};
	struct telling t = {.take = take, .context = context};
	enum status status = ERR_MEMORY;

	l.runs = calloc(most + 1, sizeof(*l.runs));
	l.repositories = calloc(most + 1, sizeof(*l.repositories));
	if (l.runs && l.repositories)
		status = store_transact(s, lease, &l, err);
	else
		(void)error_set(err, ERR_MEMORY, "take work");
	for (size_t i = 0; i < l.count && status == OK; i++) {
		t.work = (struct store_work){.run = l.runs[i],
			.repository = l.repositories[i]};
		status = tell_taken(s, &t, err);
	}
	store_words_release(&t.words);
	free(l.runs);
	free(l.repositories);
	return status;
}

static enum status renew(struct store *s, void *context, struct error *err)
{
	const struct store_worker *w = context;
	struct store_query q = {
		.sql = "UPDATE queue SET until = {now} + $2"
		       " WHERE worker = $1 AND state = 1"};

	store_add_words(&q, w->name);
	store_add_integer(&q, (int64_t)(w->lease * 1000));
	return store_run_query(s, &q, err);
}

enum status store_renew(struct store *s, const struct store_worker *worker,
	struct error *err)
{
	struct store_worker w = *worker;

	return store_transact(s, renew, &w, err);
}

static enum status release(struct store *s, void *context, struct error *err)
{
	const struct store_worker *w = context;
	struct store_query q = {
		.sql = "UPDATE queue SET state = 0, worker = NULL,"
		       " attempts = attempts - 1"
		       " WHERE worker = $1 AND state = 1"};

	store_add_words(&q, w->name);
	return store_run_query(s, &q, err);
}

enum status store_release(struct store *s, const struct store_worker *worker,
	struct error *err)
{
	struct store_worker w = *worker;

	return store_transact(s, release, &w, err);
}

#define BURIED_MOST 256

struct burial {
	store_is_dead *is_dead;
	void *context;
	char names[BURIED_MOST][STORE_WORKER];
	size_t n;
};

static bool keep_dead(void *context, const struct store_value *v, size_t n)
{
	struct burial *b = context;
	char *name = b->names[b->n];

	if (n < 1 || v[0].text.n >= STORE_WORKER)
		return true;
	snprintf(name, STORE_WORKER, "%.*s", (int)v[0].text.n,
		(const char *)v[0].text.at);
	b->n += b->is_dead(b->context, name);
	return b->n < BURIED_MOST;
}

static enum status bury(struct store *s, void *context, struct error *err)
{
	struct burial *b = context;
	struct store_query q = {
		.sql = "SELECT worker FROM queue WHERE state = 1 UNION"
		       " SELECT worker FROM claims",
		.row = keep_dead,
		.context = b};
	enum status status;

	b->n = 0;
	status = store_run_query(s, &q, err);
	for (size_t i = 0; i < b->n && status == OK; i++) {
		struct store_query back = {
			.sql = "UPDATE queue SET state = 0, worker = NULL"
			       " WHERE worker = $1 AND state = 1"};

		struct store_query free = {
			.sql = "DELETE FROM claims WHERE worker = $1"};

		store_add_words(&back, b->names[i]);
		store_add_words(&free, b->names[i]);
		status = store_run_query(s, &back, err);
		if (status == OK)
			status = store_run_query(s, &free, err);
	}
	return status;
}

enum status store_bury(struct store *s, store_is_dead *is_dead, void *context,
	struct error *err)
{
	struct burial *b = calloc(1, sizeof(*b));
	enum status status;

	if (b == NULL)
		return error_set(err, ERR_MEMORY, "look for lost work");
	b->is_dead = is_dead;
	b->context = context;
	status = store_transact(s, bury, b, err);
	free(b);
	return status;
}

/* ---- results ------------------------------------------------------------- */

struct finishing {
	const struct store_worker *worker;
	const struct store_outcome *at;
	size_t count;
};

static const char *outcome_name(enum store_outcome_kind kind)
{
	static const char *const names[] = {
		[OUTCOME_SCANNED] = "scanned",
		[OUTCOME_UNCHANGED] = "unchanged",
		[OUTCOME_SKIPPED] = "skipped",
		[OUTCOME_FAILED] = "failed",
	};

	return names[kind];
}

/* Out of the queue, if it is ours still. */
static enum status take_out(struct store *s, const struct finishing *f,
	const struct store_outcome *o, int64_t *weight, bool *is_ours,
	struct error *err)
{
	struct store_query q = {
		.sql = "DELETE FROM queue WHERE run = $1 AND repository = $2"
		       " AND worker = $3 AND state = 1 RETURNING weight"};

	store_add_integer(&q, o->run);
	store_add_integer(&q, o->repository);
	store_add_words(&q, f->worker->name);
	return store_ask(s, &q, weight, is_ours, err);
}

static enum status put_result(struct store *s, const struct store_outcome *o,
	int64_t weight, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO results (run, repository, outcome, reason,"
		       " is_complete, weight, total, scanned, skipped, failed,"
		       " bytes, milliseconds, ledger) VALUES ($1, $2, $3, $4,"
		       " $5, $6, $7, $8, $9, $10, $11, $12, $13)"
		       " ON CONFLICT (run, repository) DO NOTHING"};

	store_add_integer(&q, o->run);
	store_add_integer(&q, o->repository);
	store_add_words(&q, outcome_name(o->kind));
	store_add_words(&q, o->reason);
	store_add_integer(&q, o->is_complete);
	store_add_integer(&q, weight);
	store_add_integer(&q, (int64_t)o->total);
	store_add_integer(&q, (int64_t)o->scanned);
	store_add_integer(&q, (int64_t)o->skipped);
	store_add_integer(&q, (int64_t)o->failed);
	store_add_integer(&q, (int64_t)o->bytes_scanned);
	store_add_integer(&q, (int64_t)o->milliseconds);
	store_add_text(&q, o->ledger);
	return store_run_query(s, &q, err);
}

/* Nothing is new: the ledger is the last one's. */
static enum status copy_result(struct store *s, const struct store_outcome *o,
	int64_t weight, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO results (run, repository, outcome,"
		       " is_complete, weight, total, scanned, skipped, failed,"
		       " bytes, milliseconds, ledger)"
		       " SELECT CAST($1 AS BIGINT), repository, 'unchanged',"
		       " is_complete, CAST($3 AS BIGINT), total, scanned,"
		       " skipped, failed, 0, CAST($4 AS BIGINT), ledger"
		       " FROM results WHERE repository = $2 AND outcome IN"
		       " ('scanned', 'unchanged') AND run <> $1"
		       " ORDER BY run DESC LIMIT 1"
		       " ON CONFLICT (run, repository) DO NOTHING"};

	store_add_integer(&q, o->run);
	store_add_integer(&q, o->repository);
	store_add_integer(&q, weight);
	store_add_integer(&q, (int64_t)o->milliseconds);
	return store_run_query(s, &q, err);
}

static enum status put_state(struct store *s, const struct store_outcome *o,
	struct error *err)
{
	struct store_query q = {
		.sql = o->state.n ? "INSERT INTO seen (repository, rules,"
				    " state) VALUES ($1, $2, $3)"
				    " ON CONFLICT (repository) DO UPDATE SET"
				    " rules = excluded.rules,"
				    " state = excluded.state"
				  : "DELETE FROM seen WHERE repository = $1"};

	store_add_integer(&q, o->repository);
	if (o->state.n) {
		store_add_integer(&q, (int64_t)o->rules);
		store_add_blob(&q, o->state);
	}
	return store_run_query(s, &q, err);
}

static enum status put_pushed(struct store *s, const struct store_outcome *o,
	struct error *err)
{
	struct store_query q = {
		.sql = "UPDATE repositories SET pushed_before = pushed_at,"
		       " was_complete = $2 WHERE id = $1"};

	store_add_integer(&q, o->repository);
	store_add_integer(&q, o->is_complete);
	return store_run_query(s, &q, err);
}

static enum status finish_one(struct store *s, const struct finishing *f,
	const struct store_outcome *o, struct error *err)
{
	bool is_ours = false;
	int64_t weight = 0;
	enum status status = take_out(s, f, o, &weight, &is_ours, err);

	if (status != OK || !is_ours)
		return status;
	status = o->kind == OUTCOME_UNCHANGED
			 ? copy_result(s, o, weight, err)
			 : put_result(s, o, weight, err);
	if (status != OK || o->kind != OUTCOME_SCANNED)
		return status;
	status = put_state(s, o, err);
	if (status == OK)
		status = put_pushed(s, o, err);
	return status == OK ? store_put_places(s, o, err) : status;
}

/* All keys of a batch in one row. */
static enum status put_keys(struct store *s, const struct finishing *f,
	struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO contents (rules, count, keys)"
		       " VALUES ($1, $2, $3)"};
	struct buf keys;
	enum status status = OK;
	uint64_t rules = 0;

	buf_init(&keys, (size_t)1 << 30);
	for (size_t i = 0; i < f->count; i++)
		if (f->at[i].key_count) {
			rules = f->at[i].rules;
			buf_put(&keys, bytes_of(f->at[i].keys,
				f->at[i].key_count * sizeof(struct hash128)));
		}
	store_add_integer(&q, (int64_t)rules);
	store_add_integer(&q, (int64_t)(keys.n / sizeof(struct hash128)));
	store_add_blob(&q, buf_bytes(&keys));
	/* Without them contents are only scanned again. */
	if (keys.n && !keys.failed)
		status = store_run_query(s, &q, err);
	buf_release(&keys);
	return status;
}

static enum status finish(struct store *s, void *context, struct error *err)
{
	const struct finishing *f = context;
	enum status status = put_keys(s, f, err);

	for (size_t i = 0; i < f->count && status == OK; i++)
		status = finish_one(s, f, &f->at[i], err);
	return status;
}

enum status store_finish(struct store *s, const struct store_worker *worker,
	const struct store_outcome *at, size_t count, struct error *err)
{
	struct finishing f = {worker, at, count};

	return count ? store_transact(s, finish, &f, err) : OK;
}
