#include "survey/judged.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define TEXTS_MOST ((size_t)1 << 30)
#define WORDS_MOST 16

static const char *keep(struct judged *j, const char *text)
{
	const char *copy = text ? arena_copy_text(&j->arena, bytes_text(text))
				: NULL;

	j->failed |= text && copy == NULL;
	return copy;
}

static const char *keep_time(struct judged *j, int64_t milliseconds)
{
	time_t seconds = (time_t)(milliseconds / 1000);
	struct tm utc;
	char text[32] = "";

	if (gmtime_r(&seconds, &utc))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return keep(j, text);
}

static void add(void *context, const struct store_verdict *v,
	const char *incident)
{
	struct judged *j = context;
	struct judged_row *row;

	if (!column_grow(&j->rows, 1, sizeof(*row))) {
		j->failed = true;
		return;
	}
	row = (struct judged_row *)j->rows.at + j->rows.n++;
	*row = (struct judged_row){
		.fingerprint = arena_copy(&j->arena, v->fingerprint),
		.facts = {
			.note = keep(j, v->note),
			.owner = keep(j, v->owner),
			.email = keep(j, v->email),
			.owner_id = keep(j, v->owner_id),
			.organization = keep(j, v->organization),
			.scopes = keep(j, v->scopes),
			.expires = keep(j, v->expires),
			.checked = keep_time(j, v->checked),
		},
		.incident = keep(j, incident),
	};
	(void)verdict_parse(v->verdict, &row->facts.verdict);
}

static int by_fingerprint(const void *a, const void *b)
{
	return bytes_compare(((const struct judged_row *)a)->fingerprint,
		((const struct judged_row *)b)->fingerprint);
}

enum status judged_read(struct judged *j, struct store *store,
	const char *target, struct error *err)
{
	enum status status;

	*j = (struct judged){.failed = false};
	arena_init(&j->arena, TEXTS_MOST);
	status = store_read_verdicts(store, target, add, j, err);
	if (status == OK && j->failed)
		status = error_set(err, ERR_MEMORY, "read verdicts");
	/* A database orders texts as its locale does. */
	if (j->rows.n)
		qsort(j->rows.at, j->rows.n, sizeof(struct judged_row),
			by_fingerprint);
	return status;
}

void judged_release(struct judged *j)
{
	free(j->rows.at);
	arena_release(&j->arena);
}

const struct judged_row *judged_find(const struct judged *j,
	bytes fingerprint)
{
	const struct judged_row key = {.fingerprint = fingerprint};

	return j->rows.n ? bsearch(&key, j->rows.at, j->rows.n, sizeof(key),
				   by_fingerprint)
			 : NULL;
}

/* ---- counts -------------------------------------------------------------- */

struct word {
	char text[24];
	uint64_t count;
};

struct counts {
	struct word verdicts[WORDS_MOST], states[WORDS_MOST];
	size_t verdict_n, state_n;
	uint64_t leaks, asked;
};

static void count_word(struct word *at, size_t *n, const char *text)
{
	size_t i = 0;

	while (i < *n && strcmp(at[i].text, text) != 0)
		i++;
	if (i == WORDS_MOST)
		return;
	if (i == *n) {
		snprintf(at[i].text, sizeof(at[i].text), "%s", text);
		++*n;
	}
	at[i].count++;
}

static void count(void *context, const struct store_open_leak *l)
{
	struct counts *c = context;

	c->leaks++;
	c->asked += l->verdict[0] != '\0';
	count_word(c->verdicts, &c->verdict_n,
		l->verdict[0] ? l->verdict : "not asked");
	if (l->state[0])
		count_word(c->states, &c->state_n, l->state);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->text,
		((const struct word *)b)->text);
}

static void put_words(struct buf *out, struct word *at, size_t n)
{
	qsort(at, n, sizeof(*at), by_text);
	for (size_t i = 0; i < n; i++) {
		for (char *c = at[i].text; *c; c++)
			if (*c == '_')
				*c = ' ';
		buf_printf(out, "%s%llu %s", i ? ", " : "",
			(unsigned long long)at[i].count, at[i].text);
	}
}

enum status judged_put_counts(struct store *store, const char *target,
	struct buf *out, struct error *err)
{
	struct counts c = {.leaks = 0};
	enum status status = store_read_open_leaks(store, target, count, &c,
		err);

	if (status != OK || (c.asked == 0 && c.state_n == 0))
		return status;
	buf_printf(out, "%llu leaks: ", (unsigned long long)c.leaks);
	put_words(out, c.verdicts, c.verdict_n);
	if (c.state_n) {
		buf_put_text(out, "; incidents: ");
		put_words(out, c.states, c.state_n);
	}
	buf_put_byte(out, '\n');
	return OK;
}
