/*
 * sql: statements and transactions, whatever the database.
 */
#include "store/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

/* A transaction that others are in the way of is tried so often. SQLite has
 * waited ten seconds each time before it says so. */
#define TRIES 12

void store_add_integer(struct store_query *q, int64_t n)
{
	q->values[q->count++] =
		(struct store_value){.type = STORE_INTEGER, .integer = n};
}

void store_add_text(struct store_query *q, bytes text)
{
	q->values[q->count++] =
		(struct store_value){.type = STORE_TEXT, .text = text};
}

void store_add_words(struct store_query *q, const char *text)
{
	if (text)
		store_add_text(q, bytes_text(text));
	else
		q->values[q->count++].type = STORE_NULL;
}

void store_add_blob(struct store_query *q, bytes blob)
{
	q->values[q->count++] =
		(struct store_value){.type = STORE_BLOB, .text = blob};
}

/* ---- words --------------------------------------------------------------- */

static const char *meaning(const struct store_backend *b, bytes word)
{
	const struct {
		const char *word, *means;
	} words[] = {{"{blob}", b->blob}, {"{id}", b->id}, {"{now}", b->now},
		{"{skip}", b->skip}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_starts(word, bytes_text(words[i].word)))
			return words[i].means;
	return NULL;
}

static char *replace(const struct store_backend *b, const char *template)
{
	struct buf out;
	bytes rest = bytes_text(template);
	char *sql;

	buf_init(&out, (size_t)64 << 10);
	while (rest.n) {
		const char *means = meaning(b, rest);
		size_t end = bytes_find_byte(rest, '}');

		if (means) {
			buf_put_text(&out, means);
			rest = bytes_drop(rest, end + 1);
		} else {
			buf_put_byte(&out, rest.at[0]);
			rest = bytes_drop(rest, 1);
		}
	}
	sql = out.failed ? NULL : buf_detach(&out);
	buf_release(&out);
	return sql;
}

static const char *sql_of(struct store *s, const char *template)
{
	struct store_text *t = &s->texts[s->text_count];

	for (size_t i = 0; i < s->text_count; i++)
		if (s->texts[i].template == template)
			return s->texts[i].sql;
	if (s->text_count == STORE_STATEMENTS)
		return NULL;
	t->template = template;
	t->sql = replace(s->backend, template);
	s->text_count += t->sql != NULL;
	return t->sql;
}

/* ---- running ------------------------------------------------------------- */

static enum status fail(struct store *s, enum store_result result,
	const char *text, struct error *err)
{
	switch (result) {
	case STORE_CORRUPT:
		return error_set(err, ERR_USAGE, "use the store %.120s: it is "
			"damaged (%.120s); restore a copy, or move it away: "
			"the next audit makes a new one", s->where, text);
	case STORE_FULL:
		return error_set(err, ERR_IO, "write the store %.120s: no "
			"room (%.120s); make some and run again: it goes on",
			s->where, text);
	case STORE_BUSY:
		return error_set(err, ERR_IO, "use the store %.120s: another "
			"process keeps it busy (%.120s); run again: it goes "
			"on", s->where, text);
	default:
		return error_set(err, ERR_IO, "use the store %.120s: %.200s",
			s->where, text);
	}
}

enum status store_run_query(struct store *s, struct store_query *q,
	struct error *err)
{
	char text[STORE_TEXT_MAX] = "out of memory";
	struct store_statement statement = {
		.sql = sql_of(s, q->sql),
		.values = q->values,
		.count = q->count,
		.row = q->row,
		.context = q->context,
	};
	enum store_result result = STORE_FAILED;

	if (statement.sql)
		result = s->backend->run(s->database, &statement, text);
	q->changed = statement.changed;
	s->was_busy = result == STORE_BUSY;
	return result == STORE_DONE ? OK : fail(s, result, text, err);
}

enum status store_execute(struct store *s, const char *sql, struct error *err)
{
	struct store_query q = {.sql = sql};

	return store_run_query(s, &q, err);
}

struct answer {
	int64_t n;
	bool found;
};

static bool keep_answer(void *context, const struct store_value *v, size_t n)
{
	struct answer *a = context;

	a->n = n ? v[0].integer : 0;
	a->found = true;
	return false;
}

enum status store_ask(struct store *s, struct store_query *q, int64_t *out,
	bool *found, struct error *err)
{
	struct answer a = {0, false};
	enum status status;

	q->row = keep_answer;
	q->context = &a;
	status = store_run_query(s, q, err);
	if (status != OK)
		return status;
	if (a.found)
		*out = a.n;
	if (found)
		*found = a.found;
	return OK;
}

static enum status try_once(struct store *s, store_body *body, void *context,
	struct error *err)
{
	enum status status = store_execute(s, s->backend->begin, err);
	bool was_busy;

	if (status == OK)
		status = body(s, context, err);
	if (status == OK)
		status = store_execute(s, "COMMIT", err);
	if (status == OK)
		return OK;
	was_busy = s->was_busy;
	(void)!store_execute(s, "ROLLBACK", NULL);
	s->was_busy = was_busy;
	return status;
}

enum status store_transact(struct store *s, store_body *body, void *context,
	struct error *err)
{
	enum status status;

	for (unsigned i = 0;; i++) {
		status = try_once(s, body, context, err);
		if (status == OK || !s->was_busy || i == TRIES)
			return status;
		/* Others finish first; who waits longest goes last. */
		usleep(2000u << (i < 8 ? i : 8));
	}
}

/* ---- rows ---------------------------------------------------------------- */

const char *store_words(struct store_words *w, size_t slot,
	const struct store_value *v)
{
	free(w->at[slot]);
	w->at[slot] = strndup(v->text.n ? (const char *)v->text.at : "",
		v->type == STORE_TEXT || v->type == STORE_BLOB ? v->text.n : 0);
	return w->at[slot] ? w->at[slot] : "";
}

void store_words_release(struct store_words *w)
{
	for (size_t i = 0; i < sizeof(w->at) / sizeof(w->at[0]); i++)
		free(w->at[i]);
}
