/*
 * list: repositories as somebody wrote them down, a line each. Names are made
 * from them: of a URL host and path, of a path itself.
 */
#include "roster/roster.h"

#include "base/buf.h"
#include "base/limits.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct list {
	FILE *file;
	bool is_stdin;
	char *line;
	size_t room;
	uint64_t number; /* of the last line read */
	char *url, *name;
	struct roster_options options;
};

static bool is_plain(bytes line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.at[i] < 0x20 || line.at[i] == 0x7f)
			return false;
	return line.n > 0 && line.n < PATH_MAX;
}

/* "://user:password@" */
static bool has_password(bytes url)
{
	size_t at = bytes_find(url, bytes_text("://"));
	bytes host, rest;

	if (at == BYTES_NONE)
		return false;
	bytes_cut(bytes_drop(url, at + 3), '/', &host, &rest);
	at = bytes_find_byte(host, '@');
	return at != BYTES_NONE &&
	       bytes_find_byte(bytes_take(host, at), ':') != BYTES_NONE;
}

static bool is_url(bytes line)
{
	bytes head, rest;

	return bytes_find(line, bytes_text("://")) != BYTES_NONE ||
	       (bytes_cut(line, ':', &head, &rest) &&
		       bytes_find_byte(head, '@') != BYTES_NONE &&
		       bytes_find_byte(head, '/') == BYTES_NONE);
}

/* Without scheme, user and ".git". */
static char *name_of(bytes line)
{
	size_t at = bytes_find(line, bytes_text("://"));
	bytes host, rest;

	if (at != BYTES_NONE)
		line = bytes_drop(line, at + 3);
	bytes_cut(line, '/', &host, &rest);
	at = bytes_find_byte(host, '@');
	if (at != BYTES_NONE)
		line = bytes_drop(line, at + 1);
	while (line.n > 1 && line.at[line.n - 1] == '/')
		line.n--;
	if (line.n > 4 && bytes_ends(line, bytes_text(".git")))
		line.n -= 4;
	return strndup((const char *)line.at, line.n);
}

/* A path becomes absolute, so that it means the same in the next run. */
static char *url_of(bytes line)
{
	char path[PATH_MAX], real[PATH_MAX];

	if (is_url(line))
		return strndup((const char *)line.at, line.n);
	snprintf(path, sizeof(path), "%.*s", (int)line.n,
		(const char *)line.at);
	return strdup(realpath(path, real) ? real : path);
}

/* What is refused is named by its line, and nothing of it is shown. */
static char *name_of_refused(const struct list *l)
{
	char text[40];

	snprintf(text, sizeof(text), "line %llu",
		(unsigned long long)l->number);
	return strdup(text);
}

static enum status take(struct list *l, bytes line,
	struct roster_repository *out, struct error *err)
{
	const char *refused = !is_plain(line) ? "not_a_repository" :
		has_password(line)	       ? "password_in_url" : NULL;

	free(l->url);
	free(l->name);
	l->url = refused ? strdup("") : url_of(line);
	l->name = refused ? name_of_refused(l) : name_of(line);
	if (l->url == NULL || l->name == NULL)
		return error_set(err, ERR_MEMORY, "read the list");
	*out = (struct roster_repository){
		.name = l->name, .url = l->url, .refused = refused};
	return OK;
}

static enum status list_next(void *self, struct roster_repository *out,
	struct error *err)
{
	struct list *l = self;
	ssize_t n;

	for (;;) {
		bytes line;

		if (l->options.is_stopped &&
			l->options.is_stopped(l->options.context))
			return error_set(err, ERR_INTERRUPTED,
				"read the list: interrupted");
		errno = 0;
		n = getline(&l->line, &l->room, l->file);
		if (n < 0 && (ferror(l->file) || errno == ENOMEM))
			return error_set_errno(err, ERR_IO, "read the list");
		if (n < 0)
			return ERR_NOT_FOUND;
		l->number++;
		line = bytes_trim(bytes_of(l->line, (size_t)n));
		if (line.n && line.at[0] != '#')
			return take(l, line, out, err);
	}
}

static void list_close(void *self)
{
	struct list *l = self;

	if (l->file && !l->is_stdin)
		fclose(l->file);
	free(l->line);
	free(l->url);
	free(l->name);
	free(l);
}

/* Not gone on with: it may be another list by then, and reading it again costs
 * nothing. */
static const struct roster_kind kind = {list_next, NULL, NULL, list_close};

enum status roster_open_list(struct roster *out, const char *file,
	const struct roster_options *options, struct error *err)
{
	struct list *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return error_set(err, ERR_MEMORY, "read the list");
	l->options = *options;
	l->is_stdin = strcmp(file, "-") == 0;
	l->file = l->is_stdin ? stdin : fopen(file, "re");
	if (l->file == NULL) {
		list_close(l);
		return error_set_errno(err, ERR_USAGE, "read the list %.200s",
			file);
	}
	out->kind = &kind;
	out->self = l;
	return OK;
}
