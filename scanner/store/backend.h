/*
 * backend: what the program and its database modules say to each other.
 *
 * stanch-sqlite.so and stanch-postgres.so each hold one library and one table
 * of functions. They are files of their own because linking SQLite and libpq
 * (with TLS, Kerberos and LDAP behind it) would cost every start 10 ms, and
 * only an audit needs one of them. All SQL is the program's: the same
 * statements for both, in which {blob}, {id}, {now} and {skip} stand for what
 * the two call differently, and $1, $2, ... for values.
 */
#ifndef STANCH_STORE_BACKEND_H
#define STANCH_STORE_BACKEND_H

#include "base/bytes.h"

#include <stdint.h>

/* Both sides are built together; a module of another build is refused. */
#define STORE_BACKEND_VERSION 2u
#define STORE_BACKEND_SYMBOL "stanch_store_backend"
#define STORE_TEXT_MAX 256
#define STORE_VALUES 24

enum store_type { STORE_NULL, STORE_INTEGER, STORE_REAL, STORE_TEXT,
	STORE_BLOB };
struct store_value {
	enum store_type type;
	int64_t integer;
	double real;
	bytes text; /* of a blob, too; of a row, valid during the call */
};

enum store_result {
	STORE_DONE,
	STORE_BUSY,	/* another has it: try the transaction again */
	STORE_FULL,	/* no room on the disk */
	STORE_CORRUPT,	/* what is stored does not hold */
	STORE_FOREIGN,	/* not a database of this kind */
	STORE_REFUSED,	/* may not: modes, owner, password, server */
	STORE_FAILED,
};

/* False ends the reading. */
typedef bool store_row(void *context, const struct store_value *columns,
	size_t count);

struct store_statement {
	const char *sql; /* one statement; lives as long as the database */
	const struct store_value *values;
	size_t count;
	store_row *row; /* or NULL */
	void *context;
	uint64_t changed; /* set: rows that were changed */
};

struct store_backend {
	unsigned version;
	const char *dialect; /* "sqlite", "postgresql" */
	void (*library)(char text[STORE_TEXT_MAX]); /* its version */
	/* A path, or a URL; NULL with *result and text on failure. */
	void *(*open)(const char *where, enum store_result *result,
		char text[STORE_TEXT_MAX]);
	void (*close)(void *database);
	/* text: what was wrong; no value of a statement is ever in it */
	enum store_result (*run)(void *database,
		struct store_statement *statement,
		char text[STORE_TEXT_MAX]);
	/* what stands for the words of the same name */
	const char *blob, *id, *now, *skip;
	const char *begin; /* a transaction that will write */
};

#endif
