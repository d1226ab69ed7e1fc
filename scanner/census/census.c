/*
 * census: a listing as a roster.
 */
#include "census/internal.h"

#include "base/secret.h"

#include <stdlib.h>

#include "base/banned.h"

#define ENTRIES_MOST ((size_t)8 << 20)
#define CURSOR_MOST ((size_t)6 << 20)

bool census_credential(const struct census *c, struct credential *out)
{
	const struct census_provider *p = c->target.provider;
	const struct credential_binding binding = {
		.host = c->target.host,
		.token_variable = p->token_variable,
		.user_variable = p->user_variable,
		.user = p->clone_user,
	};

	return credential_find(&binding, c->target.web, NULL, out);
}

static bool is_stopped(const struct census *c)
{
	const struct roster_options *o = &c->options.roster;

	return o->is_stopped && o->is_stopped(o->context);
}

static enum status census_next(void *self, struct roster_repository *out,
	struct error *err)
{
	struct census *c = self;
	enum status status;

	if (!c->is_begun) {
		c->is_begun = true;
		c->target.provider->begin(c);
	}
	if (is_stopped(c))
		return error_set(err, ERR_INTERRUPTED, "list %.150s: "
			"interrupted", c->text);
	if (c->has_page) {
		if (census_give(c, out))
			return OK;
		census_advance(c);
	}
	*out = (struct roster_repository){.name = NULL};
	status = census_step(c, err);
	if (status == OK && c->has_page && census_give(c, out))
		return OK;
	return status;
}

static bytes census_cursor(void *self)
{
	return buf_bytes(&((struct census *)self)->cursor);
}

/* A line: a part, an address, perhaps another. What waits longest stands
 * last. */
static bool push_line(struct census *c, bytes line)
{
	bytes part, url, otherwise;
	char texts[2][CENSUS_URL];
	bool has_other;

	if (!bytes_cut(line, ' ', &part, &url) || part.n != 1)
		return false;
	has_other = bytes_cut(url, ' ', &url, &otherwise);
	if (!census_is_ours(c, url) || otherwise.n >= CENSUS_URL)
		return false;
	memcpy(texts[0], url.at, url.n);
	texts[0][url.n] = '\0';
	if (otherwise.n)
		memcpy(texts[1], otherwise.at, otherwise.n);
	texts[1][otherwise.n] = '\0';
	census_push(c, (enum census_part)part.at[0], texts[0],
		has_other ? texts[1] : NULL);
	return true;
}

/* Lines from the last to the first, since they are taken from the end. */
static enum status census_resume(void *self, bytes cursor, struct error *err)
{
	struct census *c = self;

	c->is_begun = cursor.n > 0;
	while (cursor.n) {
		size_t at = cursor.n - 1;

		while (at > 0 && cursor.at[at - 1] != '\n')
			at--;
		if (!push_line(c, bytes_trim(bytes_drop(cursor, at))))
			return error_set(err, ERR_USAGE, "list %.150s: the "
				"store says nonsense of where to go on; use "
				"--restart", c->text);
		cursor = bytes_take(cursor, at);
	}
	return OK;
}

static void census_close(void *self)
{
	struct census *c = self;

	net_close(c->net);
	if (c->credential)
		secret_wipe(c->credential, sizeof(*c->credential));
	free(c->credential);
	census_request_release(&c->current);
	for (size_t i = 0; i < c->waiting_count; i++)
		census_request_release(&c->waiting[i]);
	buf_release(&c->entries);
	buf_release(&c->next);
	buf_release(&c->etag);
	buf_release(&c->cursor);
	buf_release(&c->texts);
	keymap_release(&c->pages);
	keymap_release(&c->names);
	free(c->text_kept);
	free(c);
}

static const struct roster_kind kind = {census_next, census_cursor,
	census_resume, census_close};

static enum status open_parts(struct census *c, struct error *err)
{
	struct credential *found = calloc(1, sizeof(*found));

	c->text_kept = strdup(c->text);
	c->text = c->text_kept;
	if (found == NULL || c->text == NULL) {
		free(found);
		return error_set(err, ERR_MEMORY, "list repositories");
	}
	if (census_credential(c, found)) {
		c->credential = found;
	} else {
		secret_wipe(found, sizeof(*found));
		free(found);
	}
	return net_open(c->options.network, &c->net, err);
}

enum status census_open(struct roster *out, const char *target,
	const struct census_options *options, struct error *err)
{
	struct census *c = calloc(1, sizeof(*c));
	enum status status;

	if (c == NULL)
		return error_set(err, ERR_MEMORY, "list repositories");
	c->options = *options;
	c->text = target;
	buf_init(&c->entries, ENTRIES_MOST);
	buf_init(&c->next, CENSUS_URL);
	buf_init(&c->etag, CENSUS_URL);
	buf_init(&c->cursor, CURSOR_MOST);
	buf_init(&c->texts, ENTRIES_MOST);
	status = census_target_read(target, &c->target, err);
	if (status == OK)
		status = open_parts(c, err);
	if (status != OK) {
		census_close(c);
		return status;
	}
	out->kind = &kind;
	out->self = c;
	return OK;
}
