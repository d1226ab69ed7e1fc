/*
 * schema: the tables, and the way from each version to the next.
 *
 * A migration is a list of statements; all that are due run in one
 * transaction, under a lock that keeps others out. Statements that stood in a
 * release are not changed any more: what comes later is a migration of its
 * own. Times are milliseconds since 1970, dates of commits seconds.
 */
#include "store/internal.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/banned.h"

static const char *const version_1[] = {
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value {blob} NOT NULL)",
	"CREATE TABLE organizations (id {id}, target TEXT NOT NULL UNIQUE,"
	" created BIGINT NOT NULL)",
	"CREATE TABLE repositories (id {id}, organization BIGINT NOT NULL"
	" REFERENCES organizations (id), name TEXT NOT NULL,"
	" url {blob} NOT NULL, owner TEXT, size BIGINT NOT NULL,"
	" pushed_at BIGINT NOT NULL, pushed_before BIGINT NOT NULL DEFAULT 0,"
	" flags BIGINT NOT NULL, was_complete BIGINT NOT NULL DEFAULT 0,"
	" UNIQUE (organization, name))",
	"CREATE TABLE runs (id {id}, organization BIGINT NOT NULL"
	" REFERENCES organizations (id), settings TEXT NOT NULL,"
	" rules BIGINT NOT NULL, rules_digest TEXT NOT NULL,"
	" version TEXT NOT NULL, started BIGINT NOT NULL, cursor {blob},"
	" listed BIGINT NOT NULL DEFAULT 0,"
	" is_whole BIGINT NOT NULL DEFAULT 0,"
	" finished BIGINT NOT NULL DEFAULT 0)",
	"CREATE INDEX runs_open ON runs (organization, finished)",
	/* state: 0 waiting, 1 leased; what is done is in results */
	"CREATE TABLE queue (run BIGINT NOT NULL, repository BIGINT NOT NULL,"
	" weight BIGINT NOT NULL, state BIGINT NOT NULL DEFAULT 0,"
	" worker TEXT, until BIGINT NOT NULL DEFAULT 0,"
	" attempts BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (run, repository))",
	"CREATE INDEX queue_next ON queue (state, weight DESC, repository)",
	"CREATE INDEX queue_worker ON queue (worker)",
	"CREATE TABLE results (run BIGINT NOT NULL, repository BIGINT NOT NULL,"
	" outcome TEXT NOT NULL, reason TEXT, is_complete BIGINT NOT NULL,"
	" weight BIGINT NOT NULL, total BIGINT NOT NULL,"
	" scanned BIGINT NOT NULL, skipped BIGINT NOT NULL,"
	" failed BIGINT NOT NULL, bytes BIGINT NOT NULL,"
	" milliseconds BIGINT NOT NULL, ledger TEXT,"
	" PRIMARY KEY (run, repository))",
	"CREATE INDEX results_repository ON results (repository, run)",
	/* what was seen: of each repository, and of contents wherever */
	"CREATE TABLE seen (repository BIGINT PRIMARY KEY,"
	" rules BIGINT NOT NULL, state {blob} NOT NULL)",
	"CREATE TABLE contents (id {id}, rules BIGINT NOT NULL,"
	" count BIGINT NOT NULL, keys {blob} NOT NULL)",
	"CREATE INDEX contents_rules ON contents (rules, id)",
	"CREATE TABLE rulesets (rules BIGINT PRIMARY KEY,"
	" same BIGINT NOT NULL, digests {blob} NOT NULL, used BIGINT NOT NULL)",
	"CREATE TABLE leaks (id {id}, fingerprint TEXT NOT NULL UNIQUE,"
	" rule TEXT NOT NULL, provider TEXT NOT NULL,"
	" confidence BIGINT NOT NULL, secret TEXT NOT NULL,"
	" first_run BIGINT NOT NULL)",
	"CREATE TABLE places (id {id}, leak BIGINT NOT NULL"
	" REFERENCES leaks (id), repository BIGINT NOT NULL"
	" REFERENCES repositories (id), place {blob} NOT NULL,"
	" confidence BIGINT NOT NULL, path TEXT NOT NULL, source TEXT NOT NULL,"
	" commit_id TEXT, author TEXT, date TEXT, in_head BIGINT NOT NULL,"
	" unreachable BIGINT NOT NULL, record TEXT NOT NULL,"
	" first_run BIGINT NOT NULL, gone_run BIGINT NOT NULL DEFAULT 0,"
	" UNIQUE (repository, place))",
	"CREATE INDEX places_leak ON places (leak)",
	"CREATE TABLE verdicts (leak BIGINT PRIMARY KEY REFERENCES leaks (id),"
	" verdict TEXT NOT NULL, detail TEXT, checked BIGINT NOT NULL)",
	/* one for each leak, over all places of the organization */
	"CREATE TABLE incidents (id {id}, leak BIGINT NOT NULL UNIQUE"
	" REFERENCES leaks (id), state TEXT NOT NULL, opened BIGINT NOT NULL,"
	" closed BIGINT NOT NULL DEFAULT 0, detail TEXT)",
	"CREATE TABLE decisions (id {id}, leak BIGINT NOT NULL"
	" REFERENCES leaks (id), who TEXT NOT NULL, what TEXT NOT NULL,"
	" why TEXT, decided BIGINT NOT NULL)",
	"CREATE INDEX decisions_leak ON decisions (leak)",
	NULL,
};

/* What providers answered, and what was done about it. */
static const char *const version_2[] = {
	"ALTER TABLE verdicts ADD COLUMN owner TEXT",
	"ALTER TABLE verdicts ADD COLUMN email TEXT",
	"ALTER TABLE verdicts ADD COLUMN owner_id TEXT",
	"ALTER TABLE verdicts ADD COLUMN organization TEXT",
	"ALTER TABLE verdicts ADD COLUMN scopes TEXT",
	"ALTER TABLE verdicts ADD COLUMN expires TEXT",
	/* name: as the audit log has it */
	"ALTER TABLE incidents ADD COLUMN name TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE incidents ADD COLUMN hold TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE incidents ADD COLUMN basis TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE incidents ADD COLUMN updated BIGINT NOT NULL DEFAULT 0",
	/* what one process at a time does */
	"CREATE TABLE claims (what TEXT PRIMARY KEY, worker TEXT NOT NULL,"
	" until BIGINT NOT NULL)",
	NULL,
};

static const char *const *const migrations[] = {version_1, version_2};
#define VERSION (sizeof(migrations) / sizeof(migrations[0]))

static bool is_sqlite(const struct store *s)
{
	return strcmp(s->backend->dialect, "sqlite") == 0;
}

/* Is there a table of this name? */
static enum status has_table(struct store *s, const char *name, bool *has,
	struct error *err)
{
	struct store_query q = {
		.sql = is_sqlite(s)
			       ? "SELECT 1 FROM sqlite_master WHERE name = $1"
			       : "SELECT 1 FROM pg_tables WHERE schemaname ="
				 " 'stanch' AND tablename = $1"};
	int64_t unused;

	store_add_words(&q, name);
	return store_ask(s, &q, &unused, has, err);
}

static enum status any_table(struct store *s, bool *any, struct error *err)
{
	struct store_query q = {
		.sql = is_sqlite(s) ? "SELECT 1 FROM sqlite_master LIMIT 1"
				    : "SELECT 1 FROM pg_tables WHERE"
				      " schemaname = 'stanch' LIMIT 1"};
	int64_t unused;

	return store_ask(s, &q, &unused, any, err);
}

static bool keep_version(void *context, const struct store_value *v, size_t n)
{
	if (n && v[0].text.n == 1)
		*(size_t *)context = v[0].text.at[0];
	return false;
}

/* 0: nothing is there yet. */
static enum status read_version(struct store *s, size_t *version,
	struct error *err)
{
	struct store_query q = {
		.sql = "SELECT value FROM meta WHERE key = 'version'",
		.row = keep_version,
		.context = version};
	bool has = false, any = false;
	enum status status = has_table(s, "meta", &has, err);

	*version = 0;
	if (status == OK && !has)
		status = any_table(s, &any, err);
	if (status != OK)
		return status;
	if (any)
		return error_set(err, ERR_USAGE, "use the store %.200s: it "
			"holds the tables of something else; name another "
			"with --store", s->where);
	if (!has)
		return OK;
	status = store_run_query(s, &q, err);
	if (status == OK && *version == 0)
		status = error_set(err, ERR_USAGE, "use the store %.200s: it "
			"holds the tables of something else; name another "
			"with --store", s->where);
	return status;
}

static enum status put_meta(struct store *s, const char *key, bytes value,
	struct error *err)
{
	struct store_query q = {
		.sql = "INSERT INTO meta (key, value) VALUES ($1, $2)"
		       " ON CONFLICT (key) DO UPDATE SET value ="
		       " excluded.value"};

	store_add_words(&q, key);
	store_add_blob(&q, value);
	return store_run_query(s, &q, err);
}

static enum status put_random(struct store *s, const char *key, size_t n,
	struct error *err)
{
	unsigned char random[HASH_SECRET];

	if (getrandom(random, n, 0) != (ssize_t)n)
		return error_set_errno(err, ERR_IO, "make a key for the store");
	return put_meta(s, key, bytes_of(random, n), err);
}

/* Others wait here; SQLite's transactions keep them out already. */
static enum status lock_out(struct store *s, struct error *err)
{
	return is_sqlite(s) ? OK
			    : store_execute(s, "SELECT"
				      " pg_advisory_xact_lock(1398031939)",
				      err);
}

static enum status migrate(struct store *s, void *context, struct error *err)
{
	size_t version = 0;
	unsigned char now = VERSION;
	enum status status = lock_out(s, err);

	(void)context;
	if (status == OK)
		status = read_version(s, &version, err);
	if (status != OK || version == VERSION)
		return status;
	if (version > VERSION)
		return error_set(err, ERR_USAGE, "use the store %.200s: it is "
			"of version %zu, made by a newer stanch; this one "
			"knows %zu: update it, or name another with --store",
			s->where, version, VERSION);
	s->is_new = version == 0;
	for (size_t v = version; v < VERSION && status == OK; v++)
		for (size_t i = 0; migrations[v][i] && status == OK; i++)
			status = store_execute(s, migrations[v][i], err);
	if (status == OK && version == 0)
		status = put_random(s, "secret", HASH_SECRET, err);
	if (status == OK && version == 0)
		status = put_random(s, "fingerprint_key", STORE_KEY_SIZE, err);
	if (status == OK)
		status = put_meta(s, "version", bytes_of(&now, 1), err);
	return status;
}

/* Who only reads does not wait for who writes. */
enum status store_migrate(struct store *s, struct error *err)
{
	size_t version = 0;
	enum status status = read_version(s, &version, err);

	if (status != OK || version == VERSION)
		return status;
	return store_transact(s, migrate, NULL, err);
}
