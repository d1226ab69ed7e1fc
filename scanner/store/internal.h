/*
 * internal: what store/'s files share.
 */
#ifndef STANCH_STORE_INTERNAL_H
#define STANCH_STORE_INTERNAL_H

#include "base/buf.h"
#include "store/backend.h"
#include "store/reading.h"

/* A statement with its words replaced, made when first needed. */
struct store_text {
	const char *template;
	char *sql;
};
#define STORE_STATEMENTS 128

struct store {
	const struct store_backend *backend;
	void *database;
	char *where; /* to be shown */
	struct store_text texts[STORE_STATEMENTS];
	size_t text_count;
	bool is_new;
	bool was_busy; /* the last failure is one to be tried again */
	unsigned char secret[HASH_SECRET];
	unsigned char key[STORE_KEY_SIZE];
};

/* Of one statement. */
struct store_query {
	const char *sql;
	struct store_value values[STORE_VALUES];
	size_t count;
	store_row *row;
	void *context;
	uint64_t changed;
};
void store_add_integer(struct store_query *q, int64_t n);
void store_add_text(struct store_query *q, bytes text);
void store_add_words(struct store_query *q, const char *text); /* or NULL */
void store_add_blob(struct store_query *q, bytes blob);
enum status store_run_query(struct store *s, struct store_query *q,
	struct error *err) MUST_USE;
/* Without values. */
enum status store_execute(struct store *s, const char *sql,
	struct error *err) MUST_USE;
/* The first column of the only row, as a number; *found false: no row. */
enum status store_ask(struct store *s, struct store_query *q, int64_t *out,
	bool *found, struct error *err) MUST_USE;

/* Run `body` in a transaction; again when another was in the way. */
typedef enum status store_body(struct store *s, void *context,
	struct error *err);
enum status store_transact(struct store *s, store_body *body, void *context,
	struct error *err) MUST_USE;

/* schema.c: make or migrate; alone in the database. */
enum status store_migrate(struct store *s, struct error *err) MUST_USE;

/* places.c: what a scan found becomes what is there. */
enum status store_put_places(struct store *s, const struct store_outcome *o,
	struct error *err) MUST_USE;

/* Terminated, valid until the next call for the same slot. */
struct store_words {
	char *at[12];
};
const char *store_words(struct store_words *w, size_t slot,
	const struct store_value *v);
void store_words_release(struct store_words *w);

#endif
