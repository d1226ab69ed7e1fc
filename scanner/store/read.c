/*
 * read: what status, report and diff ask. Filters are in the statement, with
 * a null or zero for "any", so that there is one statement of each kind.
 */
#include "store/internal.h"

#include <stdlib.h>

#include "base/banned.h"

struct run_reader {
	struct store_words words;
	store_each_run *each;
	void *context;
};

static bool tell_run(void *context, const struct store_value *v, size_t n)
{
	struct run_reader *r = context;
	struct store_run_row row;

	if (n < 6)
		return false;
	row = (struct store_run_row){
		.id = v[0].integer,
		.started = v[1].integer,
		.finished = v[2].integer > 0 ? v[2].integer : 0,
		.target = store_words(&r->words, 0, &v[3]),
		.rules_digest = store_words(&r->words, 1, &v[4]),
		.version = store_words(&r->words, 2, &v[5]),
	};
	r->each(r->context, &row);
	return true;
}

enum status store_read_runs(struct store *s, const char *target, size_t most,
	store_each_run *each, void *context, struct error *err)
{
	struct run_reader r = {.each = each, .context = context};
	struct store_query q = {
		.sql = "SELECT r.id, r.started, r.finished, o.target,"
		       " r.rules_digest, r.version FROM runs r"
		       " JOIN organizations o ON o.id = r.organization"
		       " WHERE ($3 = 0 OR o.target = $1) AND r.finished >= 0"
		       " ORDER BY r.id DESC LIMIT $2",
		.row = tell_run,
		.context = &r};
	enum status status;

	store_add_words(&q, target ? target : "");
	store_add_integer(&q, (int64_t)most);
	store_add_integer(&q, target != NULL);
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}

struct result_reader {
	struct store_words words;
	store_each_result *each;
	void *context;
};

static bool tell_result(void *context, const struct store_value *v, size_t n)
{
	struct result_reader *r = context;
	struct store_result_row row;

	if (n < 12)
		return false;
	row = (struct store_result_row){
		.name = store_words(&r->words, 0, &v[0]),
		.outcome = store_words(&r->words, 1, &v[1]),
		.reason = store_words(&r->words, 2, &v[2]),
		.is_complete = v[3].integer != 0,
		.total = (uint64_t)v[4].integer,
		.scanned = (uint64_t)v[5].integer,
		.skipped = (uint64_t)v[6].integer,
		.failed = (uint64_t)v[7].integer,
		.bytes_scanned = (uint64_t)v[8].integer,
		.milliseconds = (uint64_t)v[9].integer,
		.places = (uint64_t)v[10].integer,
		.ledger = v[11].text,
	};
	r->each(r->context, &row);
	return true;
}

enum status store_read_results(struct store *s, int64_t run,
	store_each_result *each, void *context, struct error *err)
{
	struct result_reader r = {.each = each, .context = context};
	struct store_query q = {
		.sql = "SELECT p.name, r.outcome, r.reason, r.is_complete,"
		       " r.total, r.scanned, r.skipped, r.failed, r.bytes,"
		       " r.milliseconds, (SELECT count(*) FROM places x WHERE"
		       " x.repository = r.repository AND x.gone_run = 0),"
		       " r.ledger FROM results r JOIN repositories p ON"
		       " p.id = r.repository WHERE r.run = $1 ORDER BY p.name",
		.row = tell_result,
		.context = &r};
	enum status status;

	store_add_integer(&q, run);
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}

/* ---- places -------------------------------------------------------------- */

struct place_reader {
	struct store_words words;
	store_each_place *each;
	void *context;
};

static bool tell_place(void *context, const struct store_value *v, size_t n)
{
	struct place_reader *r = context;
	struct store_place_row row;

	if (n < 18)
		return false;
	row = (struct store_place_row){
		.leak = v[0].integer,
		.repository = store_words(&r->words, 0, &v[1]),
		.owner = store_words(&r->words, 1, &v[2]),
		.fingerprint = v[3].text,
		.rule = v[4].text,
		.provider = v[5].text,
		.secret = v[6].text,
		.record = v[7].text,
		.path = v[8].text,
		.author = v[9].text,
		.date = v[10].text,
		.confidence = (int)v[11].integer,
		.in_head = v[12].integer != 0,
		.unreachable = v[13].integer != 0,
		.first_run = v[14].integer,
		.gone_run = v[15].integer,
		.repositories = (uint64_t)v[16].integer,
		.verdict = store_words(&r->words, 2, &v[17]),
	};
	r->each(r->context, &row);
	return true;
}

static void add_filter(struct store_query *q,
	const struct store_place_filter *f)
{
	const char *const texts[] = {f->target, f->repository, f->provider,
		f->rule, f->author, f->verdict};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		store_add_words(q, texts[i] ? texts[i] : "");
	store_add_integer(q, f->only_head);
	store_add_integer(q, f->first_run);
	store_add_integer(q, f->gone_run);
}

/*
 * Repositories that the organization's last finished run left out, by a
 * filter, are left out here too.
 */
enum status store_read_places(struct store *s,
	const struct store_place_filter *filter, store_each_place *each,
	void *context, struct error *err)
{
	struct place_reader r = {.each = each, .context = context};
	struct store_query q = {
		.sql = "WITH held AS (SELECT leak, count(DISTINCT repository)"
		       " AS n FROM places WHERE gone_run = 0 GROUP BY leak),"
		       " newest AS (SELECT repository, max(run) AS run"
		       " FROM results GROUP BY repository),"
		       " left_out AS (SELECT k.repository FROM results k"
		       " JOIN newest m ON m.repository = k.repository AND"
		       " m.run = k.run WHERE k.outcome = 'skipped')"
		       " SELECT l.id, r.name, r.owner, l.fingerprint, l.rule,"
		       " l.provider, l.secret, p.record, p.path, p.author,"
		       " p.date, p.confidence, p.in_head, p.unreachable,"
		       " p.first_run, p.gone_run,"
		       " coalesce(h.n, 0), coalesce(v.verdict, '')"
		       " FROM places p JOIN leaks l ON l.id = p.leak"
		       " JOIN repositories r ON r.id = p.repository"
		       " JOIN organizations o ON o.id = r.organization"
		       " LEFT JOIN verdicts v ON v.leak = l.id"
		       " LEFT JOIN held h ON h.leak = l.id"
		       " WHERE ($1 = '' OR o.target = $1)"
		       " AND ($2 = '' OR r.name = $2)"
		       " AND ($3 = '' OR l.provider = $3)"
		       " AND ($4 = '' OR l.rule = $4)"
		       " AND ($5 = '' OR p.author = $5)"
		       " AND ($6 = '' OR v.verdict = $6)"
		       " AND ($7 = 0 OR p.in_head = 1)"
		       " AND ($8 = 0 OR p.first_run = $8)"
		       " AND (($9 = 0 AND p.gone_run = 0) OR"
		       " ($9 <> 0 AND p.gone_run = $9))"
		       " AND r.id NOT IN (SELECT repository FROM left_out)"
		       " ORDER BY p.confidence DESC, l.rule, l.fingerprint,"
		       " r.name, p.place",
		.row = tell_place,
		.context = &r};
	enum status status;

	add_filter(&q, filter);
	status = store_run_query(s, &q, err);
	store_words_release(&r.words);
	return status;
}
