/*
 * PostgreSQL as a store, for many machines. Statements are prepared once a
 * connection; values go as text or bytes and rows come in binary, so nothing
 * is quoted anywhere. All is in a schema of its own, "stanch".
 *
 * A password is never taken from the URL: it would stand in the list of
 * processes. libpq reads PGPASSWORD, PGPASSFILE and ~/.pgpass.
 */
#include "store/backend.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define STATEMENTS 128
/* Types of columns, as catalog/pg_type.dat numbers them. */
enum type { TYPE_BOOL = 16, TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_INT2 = 21,
	TYPE_INT4 = 23, TYPE_FLOAT8 = 701 };

struct database {
	PGconn *connection;
	const char *prepared[STATEMENTS];
	size_t count;
};

static void be_silent(void *context, const char *message)
{
	(void)context;
	(void)message;
}

/* The first line, without the word before it. */
static void say(char text[STORE_TEXT_MAX], const char *message)
{
	const char *at = message;

	if (strncmp(at, "ERROR:  ", 8) == 0)
		at += 8;
	snprintf(text, STORE_TEXT_MAX, "%.*s", (int)strcspn(at, "\n"), at);
}

static bool has_password(const char *url)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	bool found = false;

	for (PQconninfoOption *o = options; o && o->keyword; o++)
		found |= strcmp(o->keyword, "password") == 0 && o->val &&
			 *o->val;
	PQconninfoFree(options);
	return found;
}

static bool execute(PGconn *connection, const char *sql)
{
	PGresult *r = PQexec(connection, sql);
	ExecStatusType status = PQresultStatus(r);

	PQclear(r);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static PGconn *connect(const char *url)
{
	static const char *const keys[] = {"dbname", "connect_timeout",
		"client_encoding", "fallback_application_name", "options",
		NULL};
	const char *const values[] = {url, "15", "UTF8", "stanch",
		"-c search_path=stanch -c lock_timeout=10s "
		"-c idle_in_transaction_session_timeout=60s", NULL};

	return PQconnectdbParams(keys, values, 1);
}

static void *postgres_open(const char *where, enum store_result *result,
	char text[STORE_TEXT_MAX])
{
	struct database *d;

	*result = STORE_REFUSED;
	if (has_password(where)) {
		snprintf(text, STORE_TEXT_MAX, "the URL holds a password; put "
			"it into PGPASSWORD or ~/.pgpass");
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->connection = connect(where);
	if (PQstatus(d->connection) == CONNECTION_OK) {
		PQsetNoticeProcessor(d->connection, be_silent, NULL);
		if (execute(d->connection,
			    "CREATE SCHEMA IF NOT EXISTS stanch") ||
			execute(d->connection, "SELECT 'stanch'::regnamespace"))
			return d;
	}
	say(text, PQerrorMessage(d->connection));
	PQfinish(d->connection);
	free(d);
	return NULL;
}

static void postgres_close(void *database)
{
	struct database *d = database;

	PQfinish(d->connection);
	free(d);
}

static enum store_result result_of(const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	if (state == NULL)
		return STORE_FAILED;
	/* serialization, deadlock, lock timeout, a unique key that two made */
	if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 ||
		strcmp(state, "55P03") == 0 || strcmp(state, "23505") == 0)
		return STORE_BUSY;
	if (strncmp(state, "53", 2) == 0)
		return STORE_FULL;
	if (strncmp(state, "XX", 2) == 0)
		return STORE_CORRUPT;
	if (strncmp(state, "42501", 5) == 0 || strncmp(state, "28", 2) == 0)
		return STORE_REFUSED;
	return STORE_FAILED;
}

/* The statement's name on the server: its number. */
static enum store_result prepare(struct database *d, const char *sql,
	char name[32], char text[STORE_TEXT_MAX])
{
	enum store_result result = STORE_DONE;
	PGresult *r;

	for (size_t i = 0; i < d->count; i++)
		if (d->prepared[i] == sql) {
			snprintf(name, 32, "s%zu", i);
			return STORE_DONE;
		}
	if (d->count == STATEMENTS)
		return STORE_FAILED;
	snprintf(name, 32, "s%zu", d->count);
	r = PQprepare(d->connection, name, sql, 0, NULL);
	if (PQresultStatus(r) == PGRES_COMMAND_OK) {
		d->prepared[d->count++] = sql;
	} else {
		say(text, PQerrorMessage(d->connection));
		result = result_of(r);
	}
	PQclear(r);
	return result;
}

struct bound {
	const char *at[STORE_VALUES];
	int lengths[STORE_VALUES], formats[STORE_VALUES];
	char numbers[STORE_VALUES][32];
	char *texts[STORE_VALUES]; /* terminated copies */
};

static bool bind(struct bound *b, const struct store_value *v, size_t i)
{
	switch (v->type) {
	case STORE_NULL:
		b->at[i] = NULL;
		return true;
	case STORE_INTEGER:
		snprintf(b->numbers[i], 32, "%lld", (long long)v->integer);
		b->at[i] = b->numbers[i];
		return true;
	case STORE_REAL:
		snprintf(b->numbers[i], 32, "%.17g", v->real);
		b->at[i] = b->numbers[i];
		return true;
	case STORE_BLOB:
		b->at[i] = v->text.n ? (const char *)v->text.at : "";
		b->lengths[i] = (int)v->text.n;
		b->formats[i] = 1;
		return v->text.n < (size_t)1 << 30;
	case STORE_TEXT:
		b->texts[i] = strndup(v->text.n ? (const char *)v->text.at : "",
			v->text.n);
		b->at[i] = b->texts[i];
		return b->texts[i] != NULL;
	}
	return false;
}

static int64_t integer_of(const char *at, int length)
{
	uint64_t n8;
	uint32_t n4;
	uint16_t n2;

	if (length == 8) {
		memcpy(&n8, at, 8);
		return (int64_t)be64toh(n8);
	}
	if (length == 4) {
		memcpy(&n4, at, 4);
		return (int32_t)be32toh(n4);
	}
	if (length == 2) {
		memcpy(&n2, at, 2);
		return (int16_t)be16toh(n2);
	}
	return length == 1 ? *at : 0;
}

static struct store_value column(const PGresult *r, int row, int i)
{
	struct store_value v = {.type = STORE_NULL};
	const char *at = PQgetvalue(r, row, i);
	int length = PQgetlength(r, row, i);
	uint64_t raw;

	if (PQgetisnull(r, row, i))
		return v;
	switch ((enum type)PQftype(r, i)) {
	case TYPE_BOOL:
	case TYPE_INT8:
	case TYPE_INT2:
	case TYPE_INT4:
		v.type = STORE_INTEGER;
		v.integer = integer_of(at, length);
		return v;
	case TYPE_FLOAT8:
		v.type = STORE_REAL;
		raw = (uint64_t)integer_of(at, length);
		memcpy(&v.real, &raw, sizeof(raw));
		return v;
	case TYPE_BYTEA:
		v.type = STORE_BLOB;
		break;
	default:
		v.type = STORE_TEXT;
	}
	v.text = bytes_of(at, (size_t)length);
	return v;
}

static void tell_rows(const struct store_statement *s, const PGresult *r)
{
	struct store_value values[STORE_VALUES];
	int n = PQnfields(r);

	n = n < STORE_VALUES ? n : STORE_VALUES;
	for (int row = 0; s->row && row < PQntuples(r); row++) {
		for (int i = 0; i < n; i++)
			values[i] = column(r, row, i);
		if (!s->row(s->context, values, (size_t)n))
			return;
	}
}

static enum store_result run_bound(struct database *d,
	struct store_statement *s, const struct bound *b,
	char text[STORE_TEXT_MAX])
{
	enum store_result result = STORE_DONE;
	char name[32];
	PGresult *r;
	ExecStatusType status;

	result = prepare(d, s->sql, name, text);
	if (result != STORE_DONE)
		return result;
	r = PQexecPrepared(d->connection, name, (int)s->count, b->at,
		b->lengths, b->formats, 1);
	status = PQresultStatus(r);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		tell_rows(s, r);
		s->changed = strtoull(PQcmdTuples(r), NULL, 10);
	} else {
		say(text, PQerrorMessage(d->connection));
		result = result_of(r);
	}
	PQclear(r);
	return result;
}

/* A connection that broke is made anew, for the next transaction. */
static enum store_result mend(struct database *d, enum store_result result)
{
	if (PQstatus(d->connection) == CONNECTION_OK)
		return result;
	PQreset(d->connection);
	d->count = 0;
	return PQstatus(d->connection) == CONNECTION_OK ? STORE_BUSY : result;
}

static enum store_result postgres_run(void *database,
	struct store_statement *s, char text[STORE_TEXT_MAX])
{
	struct database *d = database;
	struct bound b = {.texts = {NULL}};
	enum store_result result = STORE_DONE;

	s->changed = 0;
	for (size_t i = 0; i < s->count && result == STORE_DONE; i++)
		if (!bind(&b, &s->values[i], i))
			result = STORE_FAILED;
	if (result == STORE_DONE)
		result = run_bound(d, s, &b, text);
	for (size_t i = 0; i < s->count; i++)
		free(b.texts[i]);
	return result == STORE_DONE ? result : mend(d, result);
}

static void postgres_library(char text[STORE_TEXT_MAX])
{
	int v = PQlibVersion();

	snprintf(text, STORE_TEXT_MAX, "%d.%d", v / 10000, v % 10000);
}

__attribute__((visibility("default")))
const struct store_backend stanch_store_backend = {
	.version = STORE_BACKEND_VERSION,
	.library = postgres_library,
	.dialect = "postgresql",
	.open = postgres_open,
	.close = postgres_close,
	.run = postgres_run,
	.blob = "bytea",
	.id = "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
	.now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
	.skip = "FOR UPDATE SKIP LOCKED",
	.begin = "BEGIN",
};
