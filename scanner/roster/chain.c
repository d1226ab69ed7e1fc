/*
 * chain: several rosters as one. Its cursor is the number of the one that is
 * being listed and that one's own, so an audit of three organizations goes on
 * in the second where it was stopped there.
 *
 * One that fails does not keep the others from being listed: its error is
 * told at the end, and then the whole is not whole.
 */
#include "roster/roster.h"

#include "base/buf.h"

#include <stdlib.h>

#include "base/banned.h"

#define CURSOR_MOST ((size_t)8 << 20)

struct part {
	struct roster roster;
	char *prefix;
};

struct chain {
	struct part *parts;
	size_t count, at;
	struct buf cursor, name;
	struct error failed; /* of the first that failed */
	struct buf stopped;  /* its cursor */
};

/* Where the chain is: "2 <cursor of the third>". After a failure it stays
 * there, so that the next run begins with what this one could not list. */
static bytes chain_cursor(void *self)
{
	struct chain *c = self;
	const struct roster *r;

	if (c->failed.code != OK)
		return buf_bytes(&c->stopped);
	buf_clear(&c->cursor);
	if (c->at == c->count)
		return buf_bytes(&c->cursor);
	r = &c->parts[c->at].roster;
	buf_printf(&c->cursor, "%zu ", c->at);
	if (r->kind->cursor)
		buf_put(&c->cursor, r->kind->cursor(r->self));
	return buf_bytes(&c->cursor);
}

static void fail_one(struct chain *c, const struct error *err)
{
	if (c->failed.code != OK)
		return;
	buf_clear(&c->stopped);
	buf_put(&c->stopped, chain_cursor(c));
	c->failed = *err;
}

static void set_name(struct chain *c, const struct part *part,
	struct roster_repository *out)
{
	if (part->prefix == NULL || out->name == NULL)
		return;
	buf_clear(&c->name);
	buf_printf(&c->name, "%s/%s", part->prefix, out->name);
	out->name = buf_text(&c->name);
}

static enum status chain_next(void *self, struct roster_repository *out,
	struct error *err)
{
	struct chain *c = self;

	for (; c->at < c->count; c->at++) {
		const struct part *part = &c->parts[c->at];
		struct error why = {0};
		enum status status = part->roster.kind->next(
			part->roster.self, out, &why);

		if (status == OK) {
			set_name(c, part, out);
			if (why.code != OK && err)
				*err = why;
			return OK;
		}
		if (status == ERR_INTERRUPTED)
			return error_set(err, status, "%s", why.text);
		if (status != ERR_NOT_FOUND)
			fail_one(c, &why);
	}
	if (c->failed.code != OK)
		return error_set(err, c->failed.code, "%s", c->failed.text);
	return ERR_NOT_FOUND;
}

static enum status chain_resume(void *self, bytes cursor, struct error *err)
{
	struct chain *c = self;
	const struct roster *r;
	bytes number, rest;
	size_t at = 0;

	bytes_cut(cursor, ' ', &number, &rest);
	for (size_t i = 0; i < number.n && i < 9; i++)
		at = at * 10 + (size_t)(number.at[i] - '0');
	if (number.n == 0 || at >= c->count)
		return OK; /* from the start: nothing is lost by it */
	c->at = at;
	r = &c->parts[at].roster;
	return r->kind->resume && rest.n ? r->kind->resume(r->self, rest, err)
					 : OK;
}

static void chain_close(void *self)
{
	struct chain *c = self;

	for (size_t i = 0; i < c->count; i++) {
		c->parts[i].roster.kind->close(c->parts[i].roster.self);
		free(c->parts[i].prefix);
	}
	free(c->parts);
	buf_release(&c->cursor);
	buf_release(&c->stopped);
	buf_release(&c->name);
	free(c);
}

static const struct roster_kind kind = {chain_next, chain_cursor, chain_resume,
	chain_close};

enum status roster_open_chain(struct roster *out, const struct roster *parts,
	const char *const *prefixes, size_t count, struct error *err)
{
	struct chain *c = calloc(1, sizeof(*c));
	bool is_good = c != NULL;

	if (c)
		c->parts = calloc(count ? count : 1, sizeof(*c->parts));
	if (c == NULL || c->parts == NULL) {
		for (size_t i = 0; i < count; i++)
			parts[i].kind->close(parts[i].self);
		free(c);
		return error_set(err, ERR_MEMORY, "list repositories");
	}
	buf_init(&c->cursor, CURSOR_MOST);
	buf_init(&c->stopped, CURSOR_MOST);
	buf_init(&c->name, (size_t)64 << 10);
	c->count = count;
	for (size_t i = 0; i < count; i++) {
		c->parts[i].roster = parts[i];
		c->parts[i].prefix = prefixes[i] ? strdup(prefixes[i]) : NULL;
		is_good = is_good && (!prefixes[i] || c->parts[i].prefix);
	}
	if (!is_good) {
		chain_close(c);
		return error_set(err, ERR_MEMORY, "list repositories");
	}
	out->kind = &kind;
	out->self = c;
	return OK;
}
