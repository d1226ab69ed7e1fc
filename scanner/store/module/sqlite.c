/*
 * SQLite as a store. Always with a rollback journal, whatever the version:
 * before 3.51.3 a write-ahead log that processes share can be corrupted, and
 * the journal works on network file systems too. Writes come in few, large
 * transactions, so that what it costs does not show.
 *
 * The file is hostile until shown otherwise: nothing in its schema is trusted,
 * no extension can be loaded, cells are checked, and modes are ours alone.
 */
#include "store/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* "STNC": what file(1) would look for. */
#define APPLICATION_ID 0x53544e43
#define BUSY_MILLISECONDS 10000
#define STATEMENTS 128
/* A file up to this is checked wholly when it is opened. */
#define CHECK_MOST ((off_t)32 << 20)

struct prepared {
	const char *sql;
	sqlite3_stmt *statement;
};

struct database {
	sqlite3 *handle;
	struct prepared prepared[STATEMENTS];
	size_t count;
};

static void *refuse(enum store_result *result, enum store_result what,
	char text[STORE_TEXT_MAX], const char *why)
{
	*result = what;
	snprintf(text, STORE_TEXT_MAX, "%s", why);
	return NULL;
}

static enum store_result result_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STORE_DONE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_BUSY;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_CORRUPT:
		return STORE_CORRUPT;
	case SQLITE_NOTADB:
		return STORE_FOREIGN;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_AUTH:
		return STORE_REFUSED;
	default:
		return STORE_FAILED;
	}
}

/* ---- the file ------------------------------------------------------------ */

/* The directory's real path and the file's own name: a link on the way there
 * is the user's, the file itself must be none. */
static bool real_name(const char *where, char out[PATH_MAX])
{
	char directory[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(where, '/');
	const char *name = slash ? slash + 1 : where;
	int n;

	n = snprintf(directory, sizeof(directory), "%.*s",
		slash ? (int)(slash - where + (slash == where)) : 1,
		slash ? where : ".");
	if (n < 0 || n >= PATH_MAX)
		return false;
	/* One level may be new: ours alone. */
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return false;
	if (*name == '\0' || realpath(directory, real) == NULL)
		return false;
	n = snprintf(out, PATH_MAX, "%s/%s", real, name);
	return n > 0 && n < PATH_MAX;
}

/* NULL: fine, and *size is its size. */
static const char *check_file(const char *path, off_t *size)
{
	int fd = open(path,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat st;
	const char *why = NULL;

	if (fd < 0)
		return errno == ELOOP ? "it is a symbolic link"
				      : strerror(errno);
	if (fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "it is not a regular file";
	else if (st.st_uid != geteuid())
		why = "it belongs to another user";
	else if (st.st_mode & 077)
		why = "others may read or write it; chmod 600 it";
	*size = st.st_size;
	close(fd);
	return why;
}

static void harden(sqlite3 *handle)
{
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
		NULL);
	sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
	sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 100);
	sqlite3_limit(handle, SQLITE_LIMIT_VDBE_OP, 25000);
	sqlite3_busy_timeout(handle, BUSY_MILLISECONDS);
}

static int execute(sqlite3 *handle, const char *sql)
{
	return sqlite3_exec(handle, sql, NULL, NULL, NULL);
}

static int first_number(void *context, int count, char **values, char **names)
{
	(void)names;
	*(long *)context = count && values[0] ? strtol(values[0], NULL, 10) : 0;
	return 0;
}

static int first_text(void *context, int count, char **values, char **names)
{
	(void)names;
	snprintf(context, 16, "%s", count && values[0] ? values[0] : "");
	return 0;
}

/* Whose it is; a file without content becomes ours. */
static enum store_result claim(sqlite3 *handle, off_t size)
{
	long id = 0;
	int code = sqlite3_exec(handle, "PRAGMA application_id", first_number,
		&id, NULL);
	char said[16] = "ok";

	if (code != SQLITE_OK)
		return result_of(code);
	if (size == 0)
		return result_of(execute(handle,
			"PRAGMA application_id = 0x53544e43"));
	if (id != APPLICATION_ID)
		return STORE_FOREIGN;
	if (size <= CHECK_MOST)
		code = sqlite3_exec(handle, "PRAGMA quick_check(1)",
			first_text, said, NULL);
	if (code == SQLITE_OK && strcmp(said, "ok") != 0)
		return STORE_CORRUPT;
	return result_of(code);
}

static enum store_result configure(sqlite3 *handle, off_t size)
{
	static const char *const pragmas[] = {
		"PRAGMA temp_store = MEMORY",
		"PRAGMA cell_size_check = ON",
		"PRAGMA mmap_size = 0",
		"PRAGMA journal_mode = TRUNCATE",
		"PRAGMA synchronous = FULL",
		"PRAGMA secure_delete = ON",
		"PRAGMA foreign_keys = ON",
	};
	enum store_result result = claim(handle, size);

	for (size_t i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]) &&
			   result == STORE_DONE; i++)
		result = result_of(execute(handle, pragmas[i]));
	return result;
}

static void *sqlite_open(const char *where, enum store_result *result,
	char text[STORE_TEXT_MAX])
{
	struct database *d;
	char path[PATH_MAX];
	const char *why;
	off_t size = 0;
	int code;

	if (!real_name(where, path))
		return refuse(result, STORE_REFUSED, text, strerror(errno));
	why = check_file(path, &size);
	if (why)
		return refuse(result, STORE_REFUSED, text, why);
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return refuse(result, STORE_FAILED, text, "out of memory");
	code = sqlite3_open_v2(path, &d->handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
		NULL);
	*result = result_of(code);
	if (code == SQLITE_OK) {
		harden(d->handle);
		*result = configure(d->handle, size);
	}
	if (*result == STORE_DONE)
		return d;
	snprintf(text, STORE_TEXT_MAX, "%s",
		d->handle ? sqlite3_errmsg(d->handle) : "out of memory");
	sqlite3_close_v2(d->handle);
	free(d);
	return NULL;
}

static void sqlite_close(void *database)
{
	struct database *d = database;

	for (size_t i = 0; i < d->count; i++)
		sqlite3_finalize(d->prepared[i].statement);
	sqlite3_close_v2(d->handle);
	free(d);
}

/* ---- statements ---------------------------------------------------------- */

static sqlite3_stmt *prepare(struct database *d, const char *sql, int *code)
{
	sqlite3_stmt *statement = NULL;

	for (size_t i = 0; i < d->count; i++)
		if (d->prepared[i].sql == sql)
			return d->prepared[i].statement;
	*code = sqlite3_prepare_v3(d->handle, sql, -1,
		SQLITE_PREPARE_PERSISTENT, &statement, NULL);
	if (*code == SQLITE_OK && d->count == STATEMENTS) {
		sqlite3_finalize(statement);
		*code = SQLITE_NOMEM;
		return NULL;
	}
	if (*code == SQLITE_OK)
		d->prepared[d->count++] = (struct prepared){sql, statement};
	return statement;
}

/* Values stand in the statement as $1, $2, ...: by name, since SQLite numbers
 * them as they come. */
static int bind(sqlite3_stmt *statement, const struct store_value *v, size_t i)
{
	char name[24];
	int at;

	snprintf(name, sizeof(name), "$%zu", i + 1);
	at = sqlite3_bind_parameter_index(statement, name);
	if (at == 0)
		return SQLITE_OK;
	switch (v->type) {
	case STORE_INTEGER:
		return sqlite3_bind_int64(statement, at, v->integer);
	case STORE_REAL:
		return sqlite3_bind_double(statement, at, v->real);
	case STORE_TEXT:
		return sqlite3_bind_text64(statement, at,
			v->text.n ? (const char *)v->text.at : "", v->text.n,
			SQLITE_STATIC, SQLITE_UTF8);
	case STORE_BLOB:
		return sqlite3_bind_blob64(statement, at,
			v->text.n ? v->text.at : (const void *)"", v->text.n,
			SQLITE_STATIC);
	case STORE_NULL:
		break;
	}
	return sqlite3_bind_null(statement, at);
}

static struct store_value column(sqlite3_stmt *statement, int i)
{
	struct store_value v = {.type = STORE_NULL};

	switch (sqlite3_column_type(statement, i)) {
	case SQLITE_INTEGER:
		v.type = STORE_INTEGER;
		v.integer = sqlite3_column_int64(statement, i);
		break;
	case SQLITE_FLOAT:
		v.type = STORE_REAL;
		v.real = sqlite3_column_double(statement, i);
		break;
	case SQLITE_TEXT:
		v.type = STORE_TEXT;
		v.text.at = sqlite3_column_text(statement, i);
		v.text.n = (size_t)sqlite3_column_bytes(statement, i);
		break;
	case SQLITE_BLOB:
		v.type = STORE_BLOB;
		v.text.at = sqlite3_column_blob(statement, i);
		v.text.n = (size_t)sqlite3_column_bytes(statement, i);
		break;
	}
	return v;
}

static bool tell_row(const struct store_statement *s, sqlite3_stmt *statement)
{
	struct store_value values[STORE_VALUES];
	int n = sqlite3_column_count(statement);

	n = n < STORE_VALUES ? n : STORE_VALUES;
	for (int i = 0; i < n; i++)
		values[i] = column(statement, i);
	return s->row == NULL || s->row(s->context, values, (size_t)n);
}

static enum store_result sqlite_run(void *database,
	struct store_statement *s, char text[STORE_TEXT_MAX])
{
	struct database *d = database;
	int code = SQLITE_OK;
	sqlite3_stmt *statement = prepare(d, s->sql, &code);

	for (size_t i = 0; i < s->count && code == SQLITE_OK; i++)
		code = bind(statement, &s->values[i], i);
	if (code == SQLITE_OK)
		while ((code = sqlite3_step(statement)) == SQLITE_ROW)
			if (!tell_row(s, statement))
				break;
	if (result_of(code) != STORE_DONE)
		snprintf(text, STORE_TEXT_MAX, "%s",
			sqlite3_errmsg(d->handle));
	s->changed = code == SQLITE_DONE
			     ? (uint64_t)sqlite3_changes64(d->handle)
			     : 0;
	if (statement) {
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
	}
	return result_of(code);
}

static void sqlite_library(char text[STORE_TEXT_MAX])
{
	snprintf(text, STORE_TEXT_MAX, "%s", sqlite3_libversion());
}

__attribute__((visibility("default")))
const struct store_backend stanch_store_backend = {
	.version = STORE_BACKEND_VERSION,
	.library = sqlite_library,
	.dialect = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.run = sqlite_run,
	.blob = "BLOB",
	.id = "INTEGER PRIMARY KEY",
	.now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
	.skip = "",
	.begin = "BEGIN IMMEDIATE",
};
