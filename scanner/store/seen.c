/*
 * seen: keys of bare contents, and which rules they were bare under.
 */
#include "store/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* Lists shorter than this are put together, up to so many keys a list. */
#define SMALL 16384
#define LARGE 262144

struct key_reader {
	uint64_t rules;
	int64_t *last;
	store_keys *each;
	void *context;
	bool is_enough;
};

static bool tell_keys(void *context, const struct store_value *v, size_t n)
{
	struct key_reader *r = context;
	struct hash128 some[1024];
	bytes rest;

	if (n < 2)
		return false;
	*r->last = v[0].integer;
	/* A row's bytes need not be aligned. */
	for (rest = v[1].text; rest.n >= sizeof(some[0]);) {
		size_t count = rest.n / sizeof(some[0]);

		count = count < 1024 ? count : 1024;
		memcpy(some, rest.at, count * sizeof(some[0]));
		r->is_enough = !r->each(r->context, r->rules, some, count);
		if (r->is_enough)
			return false;
		rest = bytes_drop(rest, count * sizeof(some[0]));
	}
	return true;
}

/* A row at a time: together they may be more than memory holds. */
enum status store_read_keys(struct store *s, uint64_t rules, int64_t *last,
	store_keys *each, void *context, struct error *err)
{
	struct key_reader r = {rules, last, each, context, false};
	enum status status;
	int64_t before;

	do {
		struct store_query q = {
			.sql = "SELECT id, keys FROM contents WHERE rules = $1"
			       " AND id > $2 ORDER BY id LIMIT 8",
			.row = tell_keys,
			.context = &r};

		before = *last;
		store_add_integer(&q, (int64_t)rules);
		store_add_integer(&q, *last);
		status = store_run_query(s, &q, err);
	} while (status == OK && *last != before && !r.is_enough);
	return status;
}

/* ---- compaction ---------------------------------------------------------- */

struct compaction {
	uint64_t rules;
	struct hash128 *keys;
	size_t n;
	int64_t ids[1024];
	size_t id_count;
};

static bool take_list(void *context, const struct store_value *v, size_t n)
{
	struct compaction *c = context;
	size_t count = n < 2 ? 0 : v[1].text.n / sizeof(c->keys[0]);

	if (n < 2 || c->id_count == 1024 || c->n + count > LARGE)
		return false;
	if (count)
		memcpy(c->keys + c->n, v[1].text.at,
			count * sizeof(c->keys[0]));
	c->n += count;
	c->ids[c->id_count++] = v[0].integer;
	return true;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash128));
}

static void drop_equal(struct compaction *c)
{
	size_t kept = 0;

	if (c->n)
		qsort(c->keys, c->n, sizeof(c->keys[0]), by_key);
	for (size_t i = 0; i < c->n; i++)
		if (kept == 0 ||
			!hash_128_equal(c->keys[i], c->keys[kept - 1]))
			c->keys[kept++] = c->keys[i];
	c->n = kept;
}

static enum status replace_lists(struct store *s, struct compaction *c,
	struct error *err)
{
	struct store_query add = {
		.sql = "INSERT INTO contents (rules, count, keys)"
		       " VALUES ($1, $2, $3)"};
	enum status status = OK;

	for (size_t i = 0; i < c->id_count && status == OK; i++) {
		struct store_query q = {
			.sql = "DELETE FROM contents WHERE id = $1"};

		store_add_integer(&q, c->ids[i]);
		status = store_run_query(s, &q, err);
	}
	store_add_integer(&add, (int64_t)c->rules);
	store_add_integer(&add, (int64_t)c->n);
	store_add_blob(&add, bytes_of(c->keys, c->n * sizeof(c->keys[0])));
	return status == OK ? store_run_query(s, &add, err) : status;
}

static enum status compact(struct store *s, void *context, struct error *err)
{
	struct compaction *c = context;
	struct store_query q = {
		.sql = "SELECT id, keys FROM contents WHERE rules = $1 AND"
		       " count < $2 ORDER BY id LIMIT 1024",
		.row = take_list,
		.context = c};
	enum status status;

	c->n = c->id_count = 0;
	store_add_integer(&q, (int64_t)c->rules);
	store_add_integer(&q, SMALL);
	status = store_run_query(s, &q, err);
	if (status != OK || c->id_count < 16)
		return status;
	drop_equal(c);
	return replace_lists(s, c, err);
}

enum status store_compact(struct store *s, uint64_t rules, struct error *err)
{
	struct compaction c = {.rules = rules};
	enum status status;

	c.keys = calloc(LARGE, sizeof(c.keys[0]));
	if (c.keys == NULL)
		return error_set(err, ERR_MEMORY, "put lists together");
	do
		status = store_transact(s, compact, &c, err);
	while (status == OK && c.id_count >= 16);
	free(c.keys);
	return status;
}

/* ---- rules --------------------------------------------------------------- */

struct ruleset_row {
	uint64_t rules, same;
	bytes digests;
};

/* Keys under rules that were last used before the two newest sets of their
 * kind serve nobody any more. */
static enum status drop_old(struct store *s, uint64_t same, struct error *err)
{
	struct store_query keys = {
		.sql = "DELETE FROM contents WHERE rules IN (SELECT rules FROM"
		       " rulesets WHERE same = $1 ORDER BY used DESC"
		       " LIMIT 1000 OFFSET 4)"};
	struct store_query sets = {
		.sql = "DELETE FROM rulesets WHERE rules IN (SELECT rules FROM"
		       " rulesets WHERE same = $1 ORDER BY used DESC"
		       " LIMIT 1000 OFFSET 4)"};
	enum status status;

	store_add_integer(&keys, (int64_t)same);
	store_add_integer(&sets, (int64_t)same);
	status = store_run_query(s, &keys, err);
	return status == OK ? store_run_query(s, &sets, err) : status;
}

static enum status put_rules(struct store *s, void *context, struct error *err)
{
	const struct ruleset_row *row = context;
	struct store_query q = {
		.sql = "INSERT INTO rulesets (rules, same, digests, used)"
		       " VALUES ($1, $2, $3, {now}) ON CONFLICT (rules)"
		       " DO UPDATE SET used = excluded.used"};
	enum status status;

	store_add_integer(&q, (int64_t)row->rules);
	store_add_integer(&q, (int64_t)row->same);
	store_add_blob(&q, row->digests);
	status = store_run_query(s, &q, err);
	return status == OK ? drop_old(s, row->same, err) : status;
}

enum status store_put_rules(struct store *s, uint64_t rules, uint64_t same,
	bytes digests, struct error *err)
{
	struct ruleset_row row = {rules, same, digests};

	return store_transact(s, put_rules, &row, err);
}

struct rules_reader {
	store_rules *each;
	void *context;
};

static bool tell_rules(void *context, const struct store_value *v, size_t n)
{
	struct rules_reader *r = context;

	if (n >= 2)
		r->each(r->context, (uint64_t)v[0].integer, v[1].text);
	return true;
}

enum status store_read_rules(struct store *s, uint64_t same,
	store_rules *each, void *context, struct error *err)
{
	struct rules_reader r = {each, context};
	struct store_query q = {
		.sql = "SELECT rules, digests FROM rulesets WHERE same = $1"
		       " ORDER BY used DESC",
		.row = tell_rules,
		.context = &r};

	store_add_integer(&q, (int64_t)same);
	return store_run_query(s, &q, err);
}
