/*
 * Files of other tools, as their documentation describes them, so that a
 * team's list of accepted findings need not be made anew:
 *
 *	.gitleaksignore	 lines [COMMIT:]FILE:RULE:LINE, '#' comments
 *	gitleaks JSON	 a list of objects with File, StartLine, EndLine,
 *			 Commit, RuleID and, where it was not redacted, Secret
 *	detect-secrets	 an object with `results`: per file a list of
 *			 hashed_secret (SHA-1), type, line_number
 *
 * Their rules have other names than ours, so rules do not count: places and
 * secrets do. A report with its secrets in it is compared by secret, and what
 * is new on the same line stays open; else the place decides, and then the
 * whole leak is meant, since those tools tell a secret once, where it was
 * added, and we tell each place.
 */
#include "suppress/internal.h"

#include "base/limits.h"
#include "json/json.h"

#include <stdlib.h>

#include "base/banned.h"

struct import {
	struct suppress *s;
	const char *name;
	const struct suppress_scope *scope;
	const char *what;
	bytes file; /* of detect-secrets: the list in work */
	bool is_lost;
	struct error *err;
};

static bytes first_word(bytes text)
{
	if (bytes_starts(text, bytes_text("\xef\xbb\xbf")))
		text = bytes_drop(text, 3);
	return bytes_trim(text);
}

/* A line of .gitleaksignore ends with a number behind a colon. */
static bool is_ignore_line(bytes line)
{
	size_t digits = 0;

	while (digits < line.n && line.at[line.n - 1 - digits] >= '0' &&
		line.at[line.n - 1 - digits] <= '9')
		digits++;
	return digits > 0 && digits < line.n &&
	       line.at[line.n - 1 - digits] == ':';
}

/* The first line that says something. */
static bytes first_line(bytes text)
{
	bytes line;

	while (text.n) {
		bytes_cut(text, '\n', &line, &text);
		line = bytes_trim(line);
		if (line.n && line.at[0] != '#')
			return line;
	}
	return bytes_of(NULL, 0);
}

bool suppress_is_foreign(bytes text)
{
	bytes head = first_word(text);

	if (baseline_is(text) || head.n == 0)
		return false;
	return head.at[0] == '[' || head.at[0] == '{' ||
	       is_ignore_line(first_line(head));
}

static struct entry *add(struct import *i, uint32_t line)
{
	struct entry *e;

	if (i->s->n >= LIMIT_IMPORTED) {
		(void)error_set(i->err, ERR_LIMIT, "%.200s: more than %d "
			"entries", i->name, LIMIT_IMPORTED);
		return NULL;
	}
	e = suppress_entry_new(i->s, i->name, i->err);
	if (e == NULL)
		return NULL;
	e->scope = i->scope;
	e->shown.line = line;
	e->shown.kind = "baseline";
	e->shown.what = e->shown.reason = i->what;
	return e;
}

/* With '/', without "./" before it. */
static const char *path_of(struct import *i, bytes path)
{
	const char *kept;
	char *copy;

	while (bytes_starts(path, bytes_text("./")))
		path = bytes_drop(path, 2);
	copy = arena_copy_text(&i->s->arena, path);
	kept = copy;
	if (copy == NULL)
		i->is_lost = true;
	for (; copy && *copy; copy++)
		if (*copy == '\\')
			*copy = '/';
	return kept;
}

/* ---- .gitleaksignore ---------------------------------------------------- */

static bool read_number(bytes text, uint32_t *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || n > UINT32_MAX)
			return false;
		n = n * 10 + (uint64_t)(text.at[i] - '0');
	}
	*out = (uint32_t)n;
	return text.n > 0 && n > 0 && n <= UINT32_MAX;
}

/* Cut at the last colon. */
static bool cut_last(bytes text, bytes *head, bytes *tail)
{
	const unsigned char *colon = text.n ? memrchr(text.at, ':', text.n)
					    : NULL;

	if (colon == NULL)
		return false;
	*head = bytes_take(text, (size_t)(colon - text.at));
	*tail = bytes_drop(text, head->n + 1);
	return true;
}

static bool is_commit(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.at[i] >= '0' && text.at[i] <= '9') ||
			    ((text.at[i] | 0x20) >= 'a' &&
				    (text.at[i] | 0x20) <= 'f')))
			return false;
	return text.n == 40 || text.n == 64;
}

static enum status add_ignore_line(struct import *i, uint32_t number,
	bytes line)
{
	bytes file, rule, at, commit, rest;
	struct entry *e;
	uint32_t start;

	if (!cut_last(line, &file, &at) || !read_number(at, &start) ||
		!cut_last(file, &file, &rule) || file.n == 0)
		return error_set(i->err, ERR_FORMAT, "%.200s:%u: not "
			"[COMMIT:]FILE:RULE:LINE", i->name, number);
	e = add(i, number);
	if (e == NULL)
		return i->err->code;
	if (bytes_cut(file, ':', &commit, &rest) && is_commit(commit)) {
		e->commit = suppress_text(i->s, commit, &i->is_lost);
		file = rest;
	}
	e->path = path_of(i, file);
	e->line = e->end_line = start;
	return OK;
}

static enum status add_ignore(struct import *i, bytes text)
{
	enum status status = OK;
	uint32_t number = 0;
	bytes line;

	i->what = ".gitleaksignore";
	while (status == OK && text.n) {
		bytes_cut(text, '\n', &line, &text);
		number++;
		line = bytes_trim(line);
		if (line.n && line.at[0] != '#')
			status = add_ignore_line(i, number, line);
	}
	return status;
}

/* ---- JSON --------------------------------------------------------------- */

static enum status not_one(const struct import *i, const char *what)
{
	return error_set(i->err, ERR_FORMAT, "%.200s: neither a gitleaks "
		"report nor a detect-secrets baseline: %s", i->name, what);
}

/* "REDACTED", or the first letters and "...": not a secret. */
static bool is_redacted(bytes secret)
{
	return secret.n < 8 || bytes_equal(secret, bytes_text("REDACTED")) ||
	       bytes_ends(secret, bytes_text("..."));
}

static void keep_secret(struct import *i, struct entry *e, bytes secret)
{
	if (is_redacted(secret))
		return;
	e->secret = arena_alloc(&i->s->arena, secret.n);
	if (e->secret == NULL) {
		i->is_lost = true;
		return;
	}
	memcpy(e->secret, secret.at, secret.n);
	e->secret_n = secret.n;
}

static uint32_t line_at(const struct json_value *value, uint32_t otherwise)
{
	int64_t n = json_value_integer(value, otherwise);

	return n < 0 || n > UINT32_MAX ? otherwise : (uint32_t)n;
}

static enum status add_leak(struct import *i, const struct json_value *leak,
	size_t number)
{
	bytes file = json_value_text(json_value_get(leak, "File"));
	bytes commit = json_value_text(json_value_get(leak, "Commit"));
	struct entry *e;

	if (json_value_kind(leak) != JSON_KIND_OBJECT || file.n == 0 ||
		json_value_kind(json_value_get(leak, "StartLine")) !=
			JSON_KIND_INTEGER)
		return not_one(i, "an item lacks File or StartLine");
	e = add(i, (uint32_t)number);
	if (e == NULL)
		return i->err->code;
	e->path = path_of(i, file);
	e->line = line_at(json_value_get(leak, "StartLine"), 0);
	e->end_line = line_at(json_value_get(leak, "EndLine"), e->line);
	e->commit = suppress_text(i->s, commit, &i->is_lost);
	keep_secret(i, e, json_value_text(json_value_get(leak, "Secret")));
	return OK;
}

static enum status add_report(struct import *i, const struct json_value *list)
{
	enum status status = OK;

	i->what = "a gitleaks report";
	for (size_t k = 0; status == OK && k < json_value_count(list); k++)
		status = add_leak(i, json_value_item(list, k), k + 1);
	return status;
}

static bool read_sha1(bytes hex, unsigned char out[20])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 40 && hex.n == 40; i++) {
		const char *digit = hex.at[i] ? strchr(digits,
			hex.at[i] | (hex.at[i] >= 'A' ? 0x20 : 0)) : NULL;
		unsigned value;

		if (digit == NULL)
			return false;
		value = (unsigned)(digit - digits);
		out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | value
						   : value << 4);
	}
	return hex.n == 40;
}

static enum status add_hashed(struct import *i, const struct json_value *item)
{
	bytes hash = json_value_text(json_value_get(item, "hashed_secret"));
	struct entry *e = add(i,
		line_at(json_value_get(item, "line_number"), 0));

	if (e == NULL)
		return i->err->code;
	if (!read_sha1(hash, e->sha1))
		return not_one(i, "a hashed_secret is not a SHA-1");
	e->has_hash = true;
	e->path = path_of(i, i->file);
	return OK;
}

static enum status add_file(void *context, bytes key,
	const struct json_value *list)
{
	struct import *i = context;
	enum status status = OK;

	if (json_value_kind(list) != JSON_KIND_LIST)
		return not_one(i, "the results of a file are no list");
	i->file = key;
	for (size_t k = 0; status == OK && k < json_value_count(list); k++)
		status = add_hashed(i, json_value_item(list, k));
	return status;
}

static enum status add_json(struct import *i, bytes text)
{
	struct json_document *document = json_document_parse(i->name, text, 1,
		i->err);
	const struct json_value *root, *results;
	enum status status;

	if (document == NULL)
		return i->err->code;
	root = json_document_root(document);
	results = json_value_get(root, "results");
	if (json_value_kind(root) == JSON_KIND_LIST) {
		status = add_report(i, root);
	} else if (json_value_kind(results) == JSON_KIND_OBJECT) {
		i->what = "a detect-secrets baseline";
		status = json_value_each(results, add_file, i);
	} else {
		status = not_one(i, "it has no `results`");
	}
	json_document_free(document);
	return status;
}

enum status suppress_add_foreign(struct suppress *s, const char *name,
	bytes text, const struct suppress_scope *scope, struct error *err)
{
	struct import i = {.s = s, .name = name,
		.scope = suppress_scope(s, scope), .err = err};
	bytes head = first_word(text);
	enum status status;

	if (i.scope == NULL)
		return suppress_no_memory(err);
	status = head.at[0] == '[' || head.at[0] == '{' ? add_json(&i, head)
							: add_ignore(&i, head);
	return status == OK && i.is_lost ? suppress_no_memory(err) : status;
}
