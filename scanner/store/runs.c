/*
 * runs: what is to be done in a run, and whether it is done.
 *
 * A repository of a run is either in its queue or in its results, so a run is
 * over when its list has ended and its queue is empty. Whoever sees that
 * first says so.
 */
#include "store/internal.h"

#include "base/banned.h"

/* Ledgers of so many runs of an organization are kept. */
#define RUNS_KEPT 20

struct beginning {
	const struct store_run_options *options;
	struct store_run run;
};

static enum status put_organization(struct store *s, const char *target,
	int64_t *id, struct error *err)
{
	/* The update does nothing but let the row be returned. */
	struct store_query q = {
		.sql = "INSERT INTO organizations (target, created)"
		       " VALUES ($1, {now}) ON CONFLICT (target)"
		       " DO UPDATE SET target = excluded.target RETURNING id"};

	store_add_words(&q, target);
	return store_ask(s, &q, id, NULL, err);
}

static enum status find_open(struct store *s, const struct beginning *b,
	int64_t *id, bool *found, struct error *err)
{
	struct store_query q = {
		.sql = "SELECT id FROM runs WHERE organization = $1 AND"
		       " finished = 0 AND settings = $2 AND rules = $3"
		       " ORDER BY id DESC LIMIT 1"};

	store_add_integer(&q, b->run.organization);
	store_add_words(&q, b->options->settings);
	store_add_integer(&q, (int64_t)b->options->rules);
	return store_ask(s, &q, id, found, err);
}

static enum status make_run(struct store *s, struct beginning *b,
	struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO runs (organization, settings, rules,"
		       " rules_digest, version, started)"
		       " VALUES ($1, $2, $3, $4, $5, {now}) RETURNING id"};

	store_add_integer(&q, b->run.organization);
	store_add_words(&q, b->options->settings);
	store_add_integer(&q, (int64_t)b->options->rules);
	store_add_words(&q, b->options->rules_digest);
	store_add_words(&q, b->options->version);
	return store_ask(s, &q, &b->run.id, NULL, err);
}

/* finished < 0: given up. */
static enum status give_up(struct store *s, int64_t run, struct error *err)
{
	struct store_query queue = {.sql = "DELETE FROM queue WHERE run = $1"};
	struct store_query end = {
		.sql = "UPDATE runs SET finished = -1 WHERE id = $1"};
	enum status status;

	store_add_integer(&queue, run);
	store_add_integer(&end, run);
	status = store_run_query(s, &queue, err);
	return status == OK ? store_run_query(s, &end, err) : status;
}

/* A credential that ran out, a server that was down: tried again. */
static enum status wait_again(struct store *s, int64_t run, struct error *err)
{
	struct store_query queue = {
		.sql = "INSERT INTO queue (run, repository, weight)"
		       " SELECT run, repository, weight FROM results"
		       " WHERE run = $1 AND outcome = 'failed'"
		       " AND reason = 'fetch_failed'"
		       " ON CONFLICT (run, repository) DO NOTHING"};
	struct store_query results = {
		.sql = "DELETE FROM results WHERE run = $1 AND"
		       " outcome = 'failed' AND reason = 'fetch_failed'"};
	enum status status;

	store_add_integer(&queue, run);
	store_add_integer(&results, run);
	status = store_run_query(s, &queue, err);
	return status == OK ? store_run_query(s, &results, err) : status;
}

static enum status begin(struct store *s, void *context, struct error *err)
{
	struct beginning *b = context;
	bool found = false;
	enum status status = put_organization(s, b->options->target,
		&b->run.organization, err);

	if (status == OK)
		status = find_open(s, b, &b->run.id, &found, err);
	if (status == OK && found && b->options->restart) {
		status = give_up(s, b->run.id, err);
		found = false;
	}
	b->run.is_resumed = found;
	if (status == OK && found)
		status = wait_again(s, b->run.id, err);
	if (status == OK && !found)
		status = make_run(s, b, err);
	return status;
}

enum status store_begin_run(struct store *s,
	const struct store_run_options *options, struct store_run *out,
	struct error *err)
{
	struct beginning b = {.options = options};
	enum status status = store_transact(s, begin, &b, err);

	if (status == OK)
		*out = b.run;
	return status;
}

static bool keep_cursor(void *context, const struct store_value *v, size_t n)
{
	if (n > 0 && v[0].text.n)
		buf_put(context, v[0].text);
	return false;
}

enum status store_run_cursor(struct store *s, const struct store_run *run,
	struct buf *out, struct error *err)
{
	struct store_query q = {
		.sql = "SELECT cursor FROM runs WHERE id = $1",
		.row = keep_cursor,
		.context = out};

	store_add_integer(&q, run->id);
	return store_run_query(s, &q, err);
}

/* ---- the list ------------------------------------------------------------ */

struct listing {
	const struct store_run *run;
	const struct store_repository *at;
	size_t count;
	bytes cursor;
	bool is_whole;
};

static enum status put_repository(struct store *s, const struct listing *l,
	const struct store_repository *r, int64_t *id, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO repositories (organization, name, url,"
		       " owner, size, pushed_at, flags)"
		       " VALUES ($1, $2, $3, $4, $5, $6, $7)"
		       " ON CONFLICT (organization, name) DO UPDATE SET"
		       " url = excluded.url, owner = excluded.owner,"
		       " size = excluded.size, pushed_at = excluded.pushed_at,"
		       " flags = excluded.flags RETURNING id"};

	store_add_integer(&q, l->run->organization);
	store_add_words(&q, r->name);
	store_add_blob(&q, bytes_text(r->url));
	store_add_words(&q, r->owner);
	store_add_integer(&q, (int64_t)r->size);
	store_add_integer(&q, r->pushed_at);
	store_add_integer(&q, r->flags);
	return store_ask(s, &q, id, NULL, err);
}

static enum status put_waiting(struct store *s, const struct listing *l,
	const struct store_repository *r, int64_t id, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO queue (run, repository, weight)"
		       " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT),"
		       " CAST($3 AS BIGINT) WHERE NOT EXISTS (SELECT 1 FROM"
		       " results WHERE run = $1 AND repository = $2)"
		       " ON CONFLICT (run, repository) DO NOTHING"};

	store_add_integer(&q, l->run->id);
	store_add_integer(&q, id);
	store_add_integer(&q, (int64_t)(r->size ? r->size : 1));
	return store_run_query(s, &q, err);
}

/*
 * Another may have finished it while this was written: then PostgreSQL waited
 * for that, saw no row in the queue any more, and put one there. In SQLite
 * who writes is alone.
 */
static enum status drop_done(struct store *s, const struct listing *l,
	int64_t id, struct error *err)
{
	struct store_query q = {
		.sql = "DELETE FROM queue WHERE run = $1 AND repository = $2"
		       " AND state = 0 AND EXISTS (SELECT 1 FROM results"
		       " WHERE run = $1 AND repository = $2)"};

	if (strcmp(s->backend->dialect, "sqlite") == 0)
		return OK;
	store_add_integer(&q, l->run->id);
	store_add_integer(&q, id);
	return store_run_query(s, &q, err);
}

static enum status put_left_out(struct store *s, const struct listing *l,
	const struct store_repository *r, int64_t id, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO results (run, repository, outcome, reason,"
		       " is_complete, weight, total, scanned, skipped, failed,"
		       " bytes, milliseconds) VALUES ($1, $2, $5, $3, $6,"
		       " $4, 0, 0, 0, 0, 0, 0)"
		       " ON CONFLICT (run, repository) DO NOTHING"};

	store_add_integer(&q, l->run->id);
	store_add_integer(&q, id);
	store_add_words(&q, r->refused ? r->refused : r->skipped);
	store_add_integer(&q, (int64_t)(r->size ? r->size : 1));
	store_add_words(&q, r->refused ? "failed" : "skipped");
	store_add_integer(&q, r->refused == NULL);
	return store_run_query(s, &q, err);
}

static enum status put_cursor(struct store *s, const struct listing *l,
	struct error *err)
{
	struct store_query q = {
		.sql = "UPDATE runs SET cursor = $2 WHERE id = $1"};

	store_add_integer(&q, l->run->id);
	store_add_blob(&q, l->cursor);
	return store_run_query(s, &q, err);
}

static enum status list(struct store *s, void *context, struct error *err)
{
	const struct listing *l = context;
	enum status status = OK;

	for (size_t i = 0; i < l->count && status == OK; i++) {
		const struct store_repository *r = &l->at[i];
		int64_t id = 0;

		status = put_repository(s, l, r, &id, err);
		if (status == OK)
			status = r->skipped || r->refused
					 ? put_left_out(s, l, r, id, err)
					 : put_waiting(s, l, r, id, err);
		if (status == OK)
			status = drop_done(s, l, id, err);
	}
	return status == OK && l->cursor.n ? put_cursor(s, l, err) : status;
}

enum status store_list(struct store *s, const struct store_run *run,
	const struct store_repository *at, size_t count, bytes cursor,
	struct error *err)
{
	struct listing l = {run, at, count, cursor, false};

	return store_transact(s, list, &l, err);
}

static enum status list_end(struct store *s, void *context, struct error *err)
{
	const struct listing *l = context;
	struct store_query q = {
		.sql = "UPDATE runs SET listed = {now}, is_whole = $2"
		       " WHERE id = $1"};

	store_add_integer(&q, l->run->id);
	store_add_integer(&q, l->is_whole);
	return store_run_query(s, &q, err);
}

enum status store_list_end(struct store *s, const struct store_run *run,
	bool is_whole, struct error *err)
{
	struct listing l = {.run = run, .is_whole = is_whole};

	return store_transact(s, list_end, &l, err);
}

/* ---- how far it is ------------------------------------------------------- */

static bool add_results(void *context, const struct store_value *v, size_t n)
{
	struct store_progress *p = context;
	uint64_t count = (uint64_t)v[1].integer;

	if (n < 6)
		return false;
	if (bytes_equal(v[0].text, bytes_text("scanned")))
		p->scanned += count;
	else if (bytes_equal(v[0].text, bytes_text("unchanged")))
		p->unchanged += count;
	else if (bytes_equal(v[0].text, bytes_text("skipped")))
		p->skipped += count;
	else
		p->failed += count;
	p->done += count;
	p->incomplete += count - (uint64_t)v[2].integer;
	p->weight_done += (uint64_t)v[3].integer;
	p->objects += (uint64_t)v[4].integer;
	p->bytes += (uint64_t)v[5].integer;
	return true;
}

static bool add_queue(void *context, const struct store_value *v, size_t n)
{
	struct store_progress *p = context;

	if (n < 3)
		return false;
	if (v[0].integer == 0)
		p->waiting += (uint64_t)v[1].integer;
	else
		p->leased += (uint64_t)v[1].integer;
	p->weight += (uint64_t)v[2].integer;
	return true;
}

static bool keep_run(void *context, const struct store_value *v, size_t n)
{
	struct store_progress *p = context;

	if (n < 3)
		return false;
	p->is_listed = v[0].integer != 0;
	p->is_whole = v[1].integer != 0;
	p->is_finished = v[2].integer > 0;
	return false;
}

static enum status count_places(struct store *s, int64_t run, uint64_t *out,
	struct error *err)
{
	struct store_query q = {
		.sql = "SELECT count(*) FROM places p JOIN results r ON"
		       " r.repository = p.repository WHERE r.run = $1 AND"
		       " p.gone_run = 0 AND r.outcome <> 'skipped'"};
	int64_t n = 0;
	enum status status;

	store_add_integer(&q, run);
	status = store_ask(s, &q, &n, NULL, err);
	*out = (uint64_t)n;
	return status;
}

enum status store_run_progress(struct store *s, int64_t run,
	struct store_progress *out, struct error *err)
{
	struct store_query done = {
		.sql = "SELECT outcome, count(*),"
		       " CAST(sum(is_complete) AS BIGINT),"
		       " CAST(sum(weight) AS BIGINT),"
		       " CAST(sum(total) AS BIGINT),"
		       " CAST(sum(bytes) AS BIGINT)"
		       " FROM results WHERE run = $1 GROUP BY outcome",
		.row = add_results,
		.context = out};
	struct store_query left = {
		.sql = "SELECT state, count(*), CAST(sum(weight) AS BIGINT)"
		       " FROM queue WHERE run = $1 GROUP BY state",
		.row = add_queue,
		.context = out};
	struct store_query self = {
		.sql = "SELECT listed, is_whole, finished FROM runs"
		       " WHERE id = $1",
		.row = keep_run,
		.context = out};
	enum status status;

	*out = (struct store_progress){.total = 0};
	store_add_integer(&done, run);
	store_add_integer(&left, run);
	store_add_integer(&self, run);
	status = store_run_query(s, &done, err);
	if (status == OK)
		status = store_run_query(s, &left, err);
	if (status == OK)
		status = store_run_query(s, &self, err);
	if (status == OK)
		status = count_places(s, run, &out->places, err);
	out->total = out->done + out->waiting + out->leased;
	out->weight += out->weight_done;
	return status;
}

/* ---- the end ------------------------------------------------------------- */

struct ending {
	const struct store_run *run;
	bool ended;
};

/* Repositories that the organization has no more. */
static enum status drop_gone(struct store *s, const struct store_run *run,
	struct error *err)
{
	struct store_query q = {
		.sql = "UPDATE places SET gone_run = $1 WHERE gone_run = 0 AND"
		       " repository IN (SELECT id FROM repositories WHERE"
		       " organization = $2 AND NOT EXISTS (SELECT 1 FROM"
		       " results WHERE run = $1 AND repository ="
		       " repositories.id))"};

	store_add_integer(&q, run->id);
	store_add_integer(&q, run->organization);
	return store_run_query(s, &q, err);
}

static enum status prune(struct store *s, const struct store_run *run,
	struct error *err)
{
	struct store_query q = {
		.sql = "DELETE FROM results WHERE run IN (SELECT id FROM runs"
		       " WHERE organization = $1 AND finished <> 0"
		       " ORDER BY id DESC LIMIT 100 OFFSET $2)"};

	store_add_integer(&q, run->organization);
	store_add_integer(&q, RUNS_KEPT);
	return store_run_query(s, &q, err);
}

static enum status end(struct store *s, void *context, struct error *err)
{
	struct ending *e = context;
	struct store_query q = {
		.sql = "UPDATE runs SET finished = {now} WHERE id = $1 AND"
		       " finished = 0 AND listed <> 0 AND NOT EXISTS"
		       " (SELECT 1 FROM queue WHERE run = $1)"};
	struct store_query state = {
		.sql = "SELECT is_whole FROM runs WHERE id = $1 AND"
		       " finished <> 0"};
	int64_t is_whole = 0;
	enum status status;

	store_add_integer(&q, e->run->id);
	store_add_integer(&state, e->run->id);
	status = store_run_query(s, &q, err);
	if (status == OK)
		status = store_ask(s, &state, &is_whole, &e->ended, err);
	if (status != OK || q.changed == 0)
		return status;
	if (is_whole)
		status = drop_gone(s, e->run, err);
	return status == OK ? prune(s, e->run, err) : status;
}

enum status store_end_run(struct store *s, const struct store_run *run,
	bool *ended, struct error *err)
{
	struct ending e = {.run = run};
	enum status status = store_transact(s, end, &e, err);

	*ended = e.ended;
	return status;
}
