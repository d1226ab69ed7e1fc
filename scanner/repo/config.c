/*
 * config: the few keys of .git/config that say how to read the repository.
 *
 * A small reader of our own, because libgit2 and git follow include.path out
 * of the tree. Everything that names a program is not even looked at.
 */
#include "repo/internal.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/banned.h"

#define CONFIG_MAX ((size_t)4 << 20)
/* Bytes of a remote's URL that is of use. */
#define REMOTE_MAX 4096

struct entry {
	bytes section; /* "extensions", 'remote "origin"' */
	bytes key, value;
};

/* A value up to a comment, without its quotes; continuation lines are not
 * needed for any key of ours. */
static bytes plain_value(bytes text)
{
	text = bytes_trim(text);
	if (text.n >= 2 && text.at[0] == '"') {
		size_t end = bytes_find_byte(bytes_drop(text, 1), '"');

		return bytes_take(bytes_drop(text, 1), end);
	}
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] == '#' || text.at[i] == ';')
			return bytes_trim(bytes_take(text, i));
	return text;
}

/* The next "key = value" of *rest; keeps track of the section. */
static bool next_entry(bytes *rest, struct entry *entry)
{
	bytes line;

	while (rest->n) {
		bytes_cut(*rest, '\n', &line, rest);
		line = bytes_trim(line);
		if (line.n && line.at[0] == '[') {
			size_t end = bytes_find_byte(line, ']');

			entry->section = bytes_trim(bytes_part(line, 1, end));
			line = end == BYTES_NONE ? bytes_drop(line, line.n)
						 : bytes_trim(bytes_drop(line,
							   end + 1));
		}
		if (line.n == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (!bytes_cut(line, '=', &entry->key, &entry->value))
			entry->value = bytes_text("true");
		entry->key = bytes_trim(entry->key);
		entry->value = plain_value(entry->value);
		return true;
	}
	return false;
}

static bool is_key(const struct entry *e, const char *section, const char *key)
{
	return bytes_equal_nocase(e->section, bytes_text(section)) &&
	       bytes_equal_nocase(e->key, bytes_text(key));
}

static bool is_word(bytes value, const char *word)
{
	return bytes_equal_nocase(value, bytes_text(word));
}

static enum status unsupported(struct error *err, const char *what,
	const struct entry *e)
{
	return error_set(err, ERR_UNSUPPORTED,
		"open repository: %s \"%.*s\" is not supported", what,
		(int)(e->value.n < 60 ? e->value.n : 60),
		(const char *)e->value.at);
}

/* Extensions that change nothing of how objects and refs are read. */
static bool is_harmless(bytes key)
{
	static const char *const keys[] = {"noop", "preciousobjects",
		"worktreeconfig", "relativeworktrees"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (bytes_equal_nocase(key, bytes_text(keys[i])))
			return true;
	return false;
}

static enum status apply(struct repo *r, const struct entry *e,
	struct error *err)
{
	if (is_key(e, "core", "repositoryformatversion")) {
		if (!is_word(e->value, "0") && !is_word(e->value, "1"))
			return unsupported(err, "format version", e);
	} else if (is_key(e, "extensions", "objectformat")) {
		if (is_word(e->value, "sha256"))
			r->id_size = 32;
		else if (!is_word(e->value, "sha1"))
			return unsupported(err, "object format", e);
	} else if (is_key(e, "extensions", "refstorage")) {
		if (!is_word(e->value, "files"))
			return unsupported(err, "ref storage", e);
	} else if (is_key(e, "extensions", "partialclone")) {
		r->is_partial = true;
	} else if (bytes_equal_nocase(e->section, bytes_text("extensions")) &&
		   !is_harmless(e->key)) {
		return error_set(err, ERR_UNSUPPORTED,
			"open repository: extension \"%.*s\" is not supported",
			(int)(e->key.n < 60 ? e->key.n : 60),
			(const char *)e->key.at);
	} else if (r->remote == NULL && is_key(e, "remote \"origin\"", "url") &&
		   e->value.n <= REMOTE_MAX) {
		r->remote = strndup((const char *)e->value.at, e->value.n);
	} else if (bytes_equal_nocase(e->key, bytes_text("promisor")) &&
		   !is_word(e->value, "false")) {
		r->is_partial = true;
	}
	return OK;
}

enum status repo_read_config(struct repo *r, struct error *err)
{
	char *path = repo_join(r->common_dir, "config");
	struct buf text = {.max = 0};
	struct entry entry = {.section = bytes_of(NULL, 0)};
	enum status status;
	bytes rest;

	if (path == NULL)
		return error_set(err, ERR_MEMORY, "open repository");
	status = repo_read_file(AT_FDCWD, path, CONFIG_MAX, &text, err);
	if (status == ERR_NOT_FOUND)
		status = OK; /* git reads such a repository, too */
	rest = buf_bytes(&text);
	while (status == OK && next_entry(&rest, &entry))
		status = apply(r, &entry, err);
	buf_release(&text);
	free(path);
	return status;
}
