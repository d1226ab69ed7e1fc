/*
 * ends: which commits a push brings. The remote's side is what git tells of
 * it and what this repository knows of it: for pre-push its remote-tracking
 * refs, for pre-receive all refs that are there before.
 */
#include "hook/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

/* A push of a hundred thousand refs. */
#define LINES_MAX ((size_t)64 << 20)

static bool is_object_name(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");

	return text[n] == '\0' && (n == 40 || n == 64);
}

/* The word at *rest, terminated in place; the last one is all that is left. */
static const char *next_word(char **rest, bool is_last)
{
	char *word = *rest, *space = is_last ? NULL : strchr(word, ' ');

	if (space)
		*space = '\0';
	*rest = space ? space + 1 : word + strlen(word);
	return word;
}

static bool parse(char *line, enum hook_kind kind, struct hook_update *out)
{
	char *rest = line;

	if (kind == HOOK_PRE_PUSH) {
		/* A local side may be an expression with blanks in it. */
		char *from = rest + strlen(rest);
		int words = 0;

		while (from > rest && words < 3)
			words += *--from == ' ';
		if (words < 3)
			return false;
		rest = from + 1;
		out->new = next_word(&rest, false);
		out->ref = next_word(&rest, false);
		out->old = next_word(&rest, true);
	} else {
		out->old = next_word(&rest, false);
		out->new = next_word(&rest, false);
		out->ref = next_word(&rest, true);
	}
	return is_object_name(out->old) && is_object_name(out->new) &&
	       out->ref[0] != '\0';
}

static enum status updates_read(enum hook_kind kind,
	const atomic_int *signal, struct hook_updates *out, struct error *err)
{
	enum status status = console_read(signal, LINES_MAX, &out->text, err);
	size_t lines = 1;
	char *line, *end;

	if (status != OK)
		return status;
	for (size_t i = 0; i < out->text.n; i++)
		lines += out->text.at[i] == '\n';
	out->at = calloc(lines, sizeof(*out->at));
	buf_put_byte(&out->text, '\0');
	if (out->at == NULL || out->text.failed)
		return error_set(err, ERR_MEMORY, "read the updates from git");
	for (line = (char *)out->text.at; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (*line == '\0')
			continue;
		if (!parse(line, kind, &out->at[out->n++]))
			return error_set(err, ERR_FORMAT, "read the updates "
				"from git: line %zu is none", out->n);
	}
	return OK;
}

static void updates_release(struct hook_updates *u)
{
	buf_release(&u->text);
	free(u->at);
}

/* ---- ends --------------------------------------------------------------- */

static bool is_none(const char *name)
{
	return name[strspn(name, "0")] == '\0';
}

/*
 * The pre-commit framework reads git's lines itself and hands on the ends of
 * each push in the environment.
 */
static size_t add_framework(const char **tips, const char **known)
{
	const char *from = getenv("PRE_COMMIT_FROM_REF");
	const char *to = getenv("PRE_COMMIT_TO_REF");

	if (to == NULL || *to == '\0')
		return 0;
	tips[0] = to;
	known[0] = from ? from : "";
	return 1;
}

static enum status name_remote(struct hook_ends *out,
	const struct args_list *words, struct error *err)
{
	const char *name = words->n > 1 ? words->at[1]
					: getenv("PRE_COMMIT_REMOTE_NAME");

	/* A URL without a name: nothing is known of it but what git tells. */
	if (name == NULL || *name == '\0' || strchr(name, ':') ||
		strchr(name, '/') == name)
		return OK;
	if (asprintf(&out->known_refs, "refs/remotes/%s/", name) < 0) {
		out->known_refs = NULL;
		return error_set(err, ERR_MEMORY, "read the updates from git");
	}
	out->ends.known_refs = out->known_refs;
	return OK;
}

enum status hook_ends_find(enum hook_kind kind, const struct args_list *words,
	const atomic_int *signal, struct hook_ends *out, struct error *err)
{
	struct hook_updates *u = &out->updates;
	enum status status = updates_read(kind, signal, u, err);
	size_t room;

	if (status != OK)
		return status;
	room = u->n + 1;
	out->names = calloc(2 * room, sizeof(*out->names));
	if (out->names == NULL)
		return error_set(err, ERR_MEMORY, "read the updates from git");
	out->ends.tips = out->names;
	out->ends.known = out->names + room;
	for (size_t i = 0; i < u->n; i++) {
		if (!is_none(u->at[i].new))
			out->names[out->ends.tip_count++] = u->at[i].new;
		if (!is_none(u->at[i].old))
			out->names[room + out->ends.known_count++] =
				u->at[i].old;
	}
	if (kind == HOOK_PRE_RECEIVE) {
		out->ends.known_refs = "";
		return OK;
	}
	if (u->n == 0) {
		out->ends.tip_count = add_framework(out->names,
			out->names + room);
		out->ends.known_count = out->ends.tip_count;
	}
	return name_remote(out, words, err);
}

void hook_ends_release(struct hook_ends *e)
{
	updates_release(&e->updates);
	free(e->names);
	free(e->known_refs);
}
