/*
 * verdicts: rows about leaks that are not places: verdicts, incidents,
 * decisions; and claims.
 */
#include "store/verdicts.h"

#include "store/internal.h"

#include "base/banned.h"

/* ---- claims -------------------------------------------------------------- */

struct claiming {
	const char *what;
	const struct store_worker *worker;
	double seconds;
	bool is_ours;
};

static enum status claim(struct store *s, void *context, struct error *err)
{
	struct claiming *c = context;
	struct store_query q = {
		.sql = "INSERT INTO claims (what, worker, until)"
		       " VALUES ($1, $2, {now} + $3) ON CONFLICT (what) DO"
		       " UPDATE SET worker = excluded.worker,"
		       " until = excluded.until WHERE claims.worker ="
		       " excluded.worker OR claims.until < {now}"
		       " RETURNING until"};
	int64_t until;

	store_add_words(&q, c->what);
	store_add_words(&q, c->worker->name);
	store_add_integer(&q, (int64_t)(c->seconds * 1000));
	return store_ask(s, &q, &until, &c->is_ours, err);
}

enum status store_claim(struct store *s, const char *what,
	const struct store_worker *worker, double seconds, bool *is_ours,
	struct error *err)
{
	struct claiming c = {what, worker, seconds, false};
	enum status status = store_transact(s, claim, &c, err);

	*is_ours = c.is_ours;
	return status;
}

static enum status disclaim(struct store *s, void *context, struct error *err)
{
	struct claiming *c = context;
	struct store_query q = {
		.sql = "DELETE FROM claims WHERE what = $1 AND worker = $2"};

	store_add_words(&q, c->what);
	store_add_words(&q, c->worker->name);
	return store_run_query(s, &q, err);
}

enum status store_disclaim(struct store *s, const char *what,
	const struct store_worker *worker, struct error *err)
{
	struct claiming c = {.what = what, .worker = worker};

	return store_transact(s, disclaim, &c, err);
}

/* ---- leaks --------------------------------------------------------------- */

/* Repositories that the last run left out are left out here, too. */
#define OPEN_PLACES                                                           \
	"WITH newest AS (SELECT repository, max(run) AS run"                  \
	" FROM results GROUP BY repository),"                                 \
	" left_out AS (SELECT k.repository FROM results k"                    \
	" JOIN newest m ON m.repository = k.repository AND m.run = k.run"     \
	" WHERE k.outcome = 'skipped'),"                                      \
	" open AS (SELECT p.leak, p.repository, p.confidence FROM places p"   \
	" JOIN repositories r ON r.id = p.repository"                         \
	" JOIN organizations o ON o.id = r.organization"                      \
	" WHERE p.gone_run = 0 AND ($1 = '' OR o.target = $1)"                \
	" AND r.id NOT IN (SELECT repository FROM left_out)) "

struct leak_reader {
	struct store_words words;
	store_each_open_leak *each;
	void *context;
};

static bool tell_leak(void *context, const struct store_value *v, size_t n)
{
	struct leak_reader *r = context;
	struct store_open_leak row;

	if (n < 11)
		return false;
	row = (struct store_open_leak){
		.leak = v[0].integer,
		.fingerprint = v[1].text,
		.rule = v[2].text,
		.confidence = (int)v[3].integer,
		.verdict = store_words(&r->words, 0, &v[4]),
		.checked = v[5].integer,
		.state = store_words(&r->words, 1, &v[6]),
		.hold = store_words(&r->words, 2, &v[7]),
		.basis = store_words(&r->words, 3, &v[8]),
		.updated = v[9].integer,
		.note = store_words(&r->words, 4, &v[10]),
	};
	r->each(r->context, &row);
	return true;
}

enum status store_read_open_leaks(struct store *s, const char *target,
	store_each_open_leak *each, void *context, struct error *err)
{
	struct leak_reader r = {.each = each, .context = context};
	struct store_query q = {
		.sql = OPEN_PLACES
		       ", sure AS (SELECT leak, max(confidence) AS confidence"
		       " FROM open GROUP BY leak)"
		       " SELECT l.id, l.fingerprint, l.rule, x.confidence,"
		       " coalesce(v.verdict, ''), coalesce(v.checked, 0),"
		       " coalesce(i.state, ''), coalesce(i.hold, ''),"
		       " coalesce(i.basis, ''), coalesce(i.updated, 0),"
		       " coalesce(v.detail, '')"
		       " FROM sure x JOIN leaks l ON l.id = x.leak"
		       " LEFT JOIN verdicts v ON v.leak = l.id"
		       " LEFT JOIN incidents i ON i.leak = l.id ORDER BY l.id",
		.row = tell_leak,
		.context = &r};
	enum status status;

	store_add_words(&q, target);
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}

struct home_reader {
	struct store_words words;
	store_each_home *each;
	void *context;
};

static bool tell_home(void *context, const struct store_value *v, size_t n)
{
	struct home_reader *r = context;

	struct store_home home;

	if (n < 4)
		return false;
	home = (struct store_home){
		.leak = v[0].integer,
		.repository = v[1].integer,
		.name = store_words(&r->words, 0, &v[2]),
		.url = store_words(&r->words, 1, &v[3]),
	};
	r->each(r->context, &home);
	return true;
}

enum status store_read_homes(struct store *s, const char *target,
	store_each_home *each, void *context, struct error *err)
{
	struct home_reader r = {.each = each, .context = context};
	struct store_query q = {
		.sql = OPEN_PLACES
		       " SELECT DISTINCT x.leak, x.repository, r.name, r.url"
		       " FROM open x JOIN repositories r ON"
		       " r.id = x.repository ORDER BY x.leak, x.repository",
		.row = tell_home,
		.context = &r};
	enum status status;

	store_add_words(&q, target);
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}

struct work_reader {
	struct store_words words;
	store_take *take;
	void *context;
	struct store_work work;
};

static bool tell_work(void *context, const struct store_value *v, size_t n)
{
	struct work_reader *r = context;

	if (n < 5)
		return false;
	r->work.name = store_words(&r->words, 0, &v[0]);
	r->work.url = store_words(&r->words, 1, &v[1]);
	r->work.weight = (uint64_t)v[2].integer;
	r->work.rules = (uint64_t)v[3].integer;
	r->work.state = v[4].text;
	r->take(r->context, &r->work);
	return false;
}

enum status store_read_work(struct store *s, int64_t repository,
	store_take *take, void *context, struct error *err)
{
	struct work_reader r = {.take = take, .context = context};
	struct store_query q = {
		.sql = "SELECT r.name, r.url, r.size, coalesce(s.rules, 0),"
		       " s.state FROM repositories r LEFT JOIN seen s ON"
		       " s.repository = r.id WHERE r.id = $1",
		.row = tell_work,
		.context = &r};
	enum status status;

	r.work.repository = repository;
	store_add_integer(&q, repository);
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}

/* ---- verdicts ------------------------------------------------------------ */

struct putting {
	const struct store_verdict *verdicts;
	const struct store_incident *incidents;
	size_t count;
};

static enum status put_verdict(struct store *s, const struct store_verdict *v,
	struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO verdicts (leak, verdict, detail, owner,"
		       " email, owner_id, organization, scopes, expires,"
		       " checked) SELECT id, CAST($2 AS TEXT),"
		       " CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),"
		       " CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT),"
		       " CAST($9 AS TEXT), CAST($10 AS BIGINT)"
		       " FROM leaks WHERE fingerprint = $1"
		       " ON CONFLICT (leak) DO UPDATE SET"
		       " verdict = excluded.verdict, detail = excluded.detail,"
		       " owner = coalesce(excluded.owner, verdicts.owner),"
		       " email = coalesce(excluded.email, verdicts.email),"
		       " owner_id = coalesce(excluded.owner_id,"
		       " verdicts.owner_id), organization ="
		       " coalesce(excluded.organization,"
		       " verdicts.organization), scopes = excluded.scopes,"
		       " expires = excluded.expires,"
		       " checked = excluded.checked"
		       /* no answer is no news of what was answered */
		       " WHERE excluded.verdict <> 'retry' OR"
		       " verdicts.verdict = 'retry'"};
	const char *const texts[] = {v->verdict, v->note, v->owner, v->email,
		v->owner_id, v->organization, v->scopes, v->expires};

	store_add_text(&q, v->fingerprint);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		store_add_words(&q, texts[i]);
	store_add_integer(&q, v->checked);
	return store_run_query(s, &q, err);
}

static enum status put_verdicts(struct store *s, void *context,
	struct error *err)
{
	const struct putting *p = context;
	enum status status = OK;

	for (size_t i = 0; i < p->count && status == OK; i++)
		status = put_verdict(s, &p->verdicts[i], err);
	return status;
}

enum status store_put_verdicts(struct store *s,
	const struct store_verdict *at, size_t count, struct error *err)
{
	struct putting p = {.verdicts = at, .count = count};

	return count ? store_transact(s, put_verdicts, &p, err) : OK;
}

struct verdict_reader {
	struct store_words words;
	store_each_verdict *each;
	void *context;
};

static bool tell_verdict(void *context, const struct store_value *v, size_t n)
{
	struct verdict_reader *r = context;
	const char *texts[9];
	struct store_verdict row;

	if (n < 11)
		return false;
	for (size_t i = 0; i < 9; i++) {
		texts[i] = store_words(&r->words, i, &v[i + 2]);
		if (i > 0 && i < 8 && texts[i][0] == '\0')
			texts[i] = NULL;
	}
	row = (struct store_verdict){
		.fingerprint = v[0].text,
		.checked = v[1].integer,
		.verdict = texts[0],
		.note = texts[1],
		.owner = texts[2],
		.email = texts[3],
		.owner_id = texts[4],
		.organization = texts[5],
		.scopes = texts[6],
		.expires = texts[7],
	};
	r->each(r->context, &row, texts[8]);
	return true;
}

enum status store_read_verdicts(struct store *s, const char *target,
	store_each_verdict *each, void *context, struct error *err)
{
	struct verdict_reader r = {.each = each, .context = context};
	struct store_query q = {
		.sql = OPEN_PLACES
		       " SELECT l.fingerprint, v.checked, v.verdict, v.detail,"
		       " v.owner, v.email, v.owner_id, v.organization,"
		       " v.scopes, v.expires, coalesce(i.state, '')"
		       " FROM verdicts v JOIN leaks l ON l.id = v.leak"
		       " LEFT JOIN incidents i ON i.leak = v.leak WHERE v.leak"
		       " IN (SELECT leak FROM open) ORDER BY l.fingerprint",
		.row = tell_verdict,
		.context = &r};
	enum status status;

	store_add_words(&q, target ? target : "");
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}

/* ---- incidents ----------------------------------------------------------- */

/* Before the incident's row is changed: it is compared with what is new. */
static enum status put_decision(struct store *s,
	const struct store_incident *i, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO decisions (leak, who, what, why, decided)"
		       " SELECT l.id, CAST($2 AS TEXT), CAST($3 AS TEXT),"
		       " CAST($4 AS TEXT), {now} FROM leaks l"
		       " WHERE l.fingerprint = $1 AND NOT EXISTS (SELECT 1"
		       " FROM incidents i WHERE i.leak = l.id AND"
		       " i.state = $3 AND i.hold = $5 AND i.basis = $6)"};

	store_add_text(&q, i->fingerprint);
	store_add_words(&q, i->who);
	store_add_words(&q, i->state);
	store_add_words(&q, i->why);
	store_add_words(&q, i->hold);
	store_add_words(&q, i->basis);
	return store_run_query(s, &q, err);
}

static enum status put_incident(struct store *s,
	const struct store_incident *i, struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO incidents (leak, state, opened, closed,"
		       " detail, name, hold, basis, updated) SELECT id,"
		       " CAST($2 AS TEXT), {now}, CASE WHEN $3 = 1 THEN {now}"
		       " ELSE 0 END, CAST($4 AS TEXT), CAST($5 AS TEXT),"
		       " CAST($6 AS TEXT), CAST($7 AS TEXT), {now}"
		       " FROM leaks WHERE fingerprint = $1"
		       " ON CONFLICT (leak) DO UPDATE SET"
		       " state = excluded.state, closed = CASE WHEN"
		       " excluded.closed <> 0 AND incidents.closed <> 0"
		       " THEN incidents.closed ELSE excluded.closed END,"
		       " detail = excluded.detail, hold = excluded.hold,"
		       " basis = excluded.basis, updated = excluded.updated"};

	store_add_text(&q, i->fingerprint);
	store_add_words(&q, i->state);
	store_add_integer(&q, i->is_closed);
	store_add_words(&q, i->why);
	store_add_words(&q, i->name);
	store_add_words(&q, i->hold);
	store_add_words(&q, i->basis);
	return store_run_query(s, &q, err);
}

static enum status put_incidents(struct store *s, void *context,
	struct error *err)
{
	const struct putting *p = context;
	enum status status = OK;

	for (size_t i = 0; i < p->count && status == OK; i++) {
		status = put_decision(s, &p->incidents[i], err);
		if (status == OK)
			status = put_incident(s, &p->incidents[i], err);
	}
	return status;
}

enum status store_put_incidents(struct store *s,
	const struct store_incident *at, size_t count, struct error *err)
{
	struct putting p = {.incidents = at, .count = count};

	return count ? store_transact(s, put_incidents, &p, err) : OK;
}
