/*
 * .stanch.toml. Strict: an unknown key or a value of the wrong kind is an
 * error with its place, since a suppression that does not hold is seen late
 * and one that holds too much is not seen at all.
 *
 *	exclude-paths = ["tests/fixtures/", "*.lock"]	as in .gitignore
 *	exclude-rules = ["generic-*"]
 *	min-confidence = "high"		what is less sure is suppressed
 *	baseline = ".stanch-baseline"	or a list; paths from the root
 *	inline = true			comments open a gate (base branch)
 *	[[allow]]			all kinds given must hold
 *	paths = []	rules = []	fingerprints = []
 *	reason = ""	owner = ""	expires = 2027-01-31
 */
#include "suppress/internal.h"

#include "args/args.h"
#include "base/limits.h"
#include "ruleset/toml.h"

#include <stdio.h>

#include "base/banned.h"

struct reading {
	struct suppress *s;
	const char *name;
	const struct suppress_scope *scope;
	struct entry *entry; /* of the [[allow]] in work, else NULL */
	const char *expires;
	char day[16];
	bool is_lost;
};

typedef enum status read_key(struct reading *r, const struct toml_entry *at,
	struct error *err);
struct key {
	const char *name;
	read_key *read;
};

static enum status refuse(const struct reading *r,
	const struct toml_entry *at, const char *what, struct error *err)
{
	return error_set(err, ERR_FORMAT, "%.200s:%u:%u: '%.*s' %s", r->name,
		at->line, at->column, (int)(at->key.n < 64 ? at->key.n : 64),
		(const char *)at->key.at, what);
}

/* ---- values ------------------------------------------------------------- */

static enum status read_text(const struct reading *r,
	const struct toml_entry *at, bytes *out, struct error *err)
{
	*out = ruleset_toml_string(at->value);
	if (ruleset_toml_kind(at->value) != TOML_STRING || out->n == 0)
		return refuse(r, at, "must be a text, and not empty", err);
	for (size_t i = 0; i < out->n; i++)
		if (out->at[i] < ' ' || out->at[i] == 0x7f)
			return refuse(r, at, "must be one line of text", err);
	return OK;
}

/* A list of texts, or one text for a list of one. */
static enum status read_list(struct reading *r, const struct toml_entry *at,
	const char *const **out, size_t *n, struct error *err)
{
	bool is_one = ruleset_toml_kind(at->value) == TOML_STRING;
	size_t count = is_one ? 1 : ruleset_toml_count(at->value);
	const char **list;

	if (!is_one && ruleset_toml_kind(at->value) != TOML_ARRAY)
		return refuse(r, at, "must be a list of texts", err);
	list = arena_array(&r->s->arena, count + 1, sizeof(*list));
	if (list == NULL)
		return suppress_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		struct toml_entry item = *at;
		enum status status;
		bytes text;

		if (!is_one)
			item.value = ruleset_toml_item(at->value, i);
		status = read_text(r, &item, &text, err);
		if (status != OK)
			return status;
		list[i] = suppress_text(r->s, text, &r->is_lost);
	}
	*out = list;
	*n = count;
	return r->is_lost ? suppress_no_memory(err) : OK;
}

/* Patterns of a list, as the lines of a .gitignore. */
static enum status read_patterns(struct reading *r,
	const struct toml_entry *at, struct source_ignore **out,
	struct error *err)
{
	const char *const *list;
	struct buf lines;
	enum status status;
	size_t n;

	*out = NULL;
	status = read_list(r, at, &list, &n, err);
	buf_init(&lines, LIMIT_SETTINGS * 2);
	for (size_t i = 0; status == OK && i < n; i++) {
		if (list[i][0] == '#')
			buf_put_byte(&lines, '\\');
		buf_put_text(&lines, list[i]);
		buf_put_byte(&lines, '\n');
	}
	if (status == OK && !lines.failed)
		*out = source_ignore_new(buf_bytes(&lines));
	if (status == OK && *out == NULL)
		status = suppress_no_memory(err);
	buf_release(&lines);
	return status;
}

/* ---- top level ---------------------------------------------------------- */

static struct entry *add_entry(struct reading *r, const struct toml_entry *at,
	const char *what, struct error *err)
{
	struct entry *e = suppress_entry_new(r->s, r->name, err);

	if (e == NULL)
		return NULL;
	e->shown.line = at->line;
	e->shown.kind = "settings";
	e->shown.what = what;
	e->scope = r->scope;
	return e;
}

static enum status on_exclude_paths(struct reading *r,
	const struct toml_entry *at, struct error *err)
{
	struct entry *e = add_entry(r, at, "exclude-paths", err);

	return e ? read_patterns(r, at, &e->patterns, err) : ERR_MEMORY;
}

static enum status on_exclude_rules(struct reading *r,
	const struct toml_entry *at, struct error *err)
{
	struct entry *e = add_entry(r, at, "exclude-rules", err);
	enum status status;

	if (e == NULL)
		return ERR_MEMORY;
	status = read_list(r, at, &e->rules, &e->rule_count, err);
	/* An empty list means no rule, not every one. */
	if (status == OK && e->rule_count == 0)
		r->s->n--;
	return status;
}

static enum status on_min_confidence(struct reading *r,
	const struct toml_entry *at, struct error *err)
{
	struct entry *e = add_entry(r, at, "min-confidence", err);

	if (e == NULL)
		return ERR_MEMORY;
	e->has_below = confidence_parse(ruleset_toml_string(at->value),
		&e->below);
	return e->has_below ? OK : refuse(r, at, "must be low, medium, high "
		"or certain", err);
}

static bool is_inside(const char *path)
{
	bytes rest = bytes_text(path), part;

	if (path[0] == '/' || strchr(path, '\\'))
		return false;
	while (rest.n) {
		bytes_cut(rest, '/', &part, &rest);
		if (bytes_equal(part, bytes_text("..")) ||
			bytes_equal_nocase(part, bytes_text(".git")))
			return false;
	}
	return true;
}

static enum status on_baseline(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	const char *const *list;
	size_t n;
	enum status status = read_list(r, at, &list, &n, err);

	for (size_t i = 0; status == OK && i < n; i++)
		status = !is_inside(list[i])
			? refuse(r, at, "must name files inside the "
				"repository, by their path from its root", err)
			: suppress_list_add(r->s, &r->s->wanted,
				&r->s->wanted_count, bytes_text(list[i]), err);
	return status;
}

static enum status on_inline(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	if (ruleset_toml_kind(at->value) != TOML_BOOLEAN)
		return refuse(r, at, "must be true or false", err);
	r->s->allows_comments = ruleset_toml_boolean(at->value);
	return OK;
}

/* ---- [[allow]] ---------------------------------------------------------- */

static enum status on_paths(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	return read_patterns(r, at, &r->entry->patterns, err);
}

static enum status on_rules(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	enum status status = read_list(r, at, &r->entry->rules,
		&r->entry->rule_count, err);

	return status == OK && r->entry->rule_count == 0
		? refuse(r, at, "must not be empty", err) : status;
}

static enum status on_fingerprints(struct reading *r,
	const struct toml_entry *at, struct error *err)
{
	struct entry *e = r->entry;
	enum status status = read_list(r, at, &e->fingerprints,
		&e->fingerprint_count, err);

	if (status == OK && e->fingerprint_count == 0)
		return refuse(r, at, "must not be empty", err);
	for (size_t i = 0; status == OK && i < e->fingerprint_count; i++)
		if (!baseline_is_fingerprint(bytes_text(e->fingerprints[i])))
			return refuse(r, at, "must be fingerprints, as "
				"reports have them: RULE:HASH", err);
	return status;
}

static enum status on_reason(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	bytes text;
	enum status status = read_text(r, at, &text, err);

	if (status == OK)
		r->entry->shown.reason = suppress_text(r->s, text,
			&r->is_lost);
	return status;
}

static enum status on_owner(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	bytes text;
	enum status status = read_text(r, at, &text, err);

	if (status == OK)
		r->entry->shown.owner = suppress_text(r->s, text,
			&r->is_lost);
	return status;
}

/* A day of TOML, or the same as a text. */
static enum status on_expires(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	bytes text = ruleset_toml_string(at->value);
	int year, month, day;

	if (ruleset_toml_date(at->value, &year, &month, &day)) {
		snprintf(r->day, sizeof(r->day), "%04d-%02d-%02d",
			year % 10000, month % 100, day % 100);
		text = bytes_text(r->day);
	}
	if (!baseline_day_end(text, &r->entry->end))
		return refuse(r, at, "must be a day, as 2027-01-31", err);
	r->entry->shown.expires = suppress_text(r->s, text, &r->is_lost);
	return OK;
}

static const struct key allow_keys[] = {
	{"paths", on_paths},
	{"rules", on_rules},
	{"fingerprints", on_fingerprints},
	{"reason", on_reason},
	{"owner", on_owner},
	{"expires", on_expires},
};

static enum status on_allow(struct reading *r, const struct toml_entry *at,
	struct error *err);

static const struct key top_keys[] = {
	{"exclude-paths", on_exclude_paths},
	{"exclude-rules", on_exclude_rules},
	{"min-confidence", on_min_confidence},
	{"baseline", on_baseline},
	{"inline", on_inline},
	{"allow", on_allow},
};
#define TOP_KEYS (sizeof(top_keys) / sizeof(top_keys[0]))
#define ALLOW_KEYS (sizeof(allow_keys) / sizeof(allow_keys[0]))

static enum status unknown(const struct reading *r,
	const struct toml_entry *at, const struct key *keys, size_t count,
	struct error *err)
{
	const char *names[TOP_KEYS + ALLOW_KEYS + 1];
	const char *nearest;
	char key[65], what[128];

	snprintf(key, sizeof(key), "%.*s", (int)at->key.n,
		(const char *)at->key.at);
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	names[count] = NULL;
	nearest = args_nearest(key, names);
	snprintf(what, sizeof(what), "is no key of %s%s%s%s",
		r->entry ? "an [[allow]]" : "these settings",
		nearest ? "; did you mean '" : "", nearest ? nearest : "",
		nearest ? "'?" : "");
	return refuse(r, at, what, err);
}

static enum status read_by(struct reading *r, const struct toml_entry *at,
	const struct key *keys, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(at->key, bytes_text(keys[i].name)))
			return keys[i].read(r, at, err);
	return unknown(r, at, keys, count, err);
}

static enum status visit_allow(void *context, const struct toml_entry *at,
	struct error *err)
{
	return read_by(context, at, allow_keys, ALLOW_KEYS, err);
}

static enum status on_one_allow(struct reading *r,
	const struct toml_entry *at, const struct toml_node *table,
	struct error *err)
{
	struct toml_entry here = *at;
	enum status status;

	here.line = ruleset_toml_line(table);
	if (ruleset_toml_kind(table) != TOML_TABLE)
		return refuse(r, at, "must be written as [[allow]]", err);
	r->entry = add_entry(r, &here, "allow", err);
	if (r->entry == NULL)
		return ERR_MEMORY;
	status = ruleset_toml_each(table, visit_allow, r, err);
	if (status == OK && !r->entry->patterns && !r->entry->rule_count &&
		!r->entry->fingerprint_count)
		status = refuse(r, &here, "needs paths, rules or "
			"fingerprints", err);
	r->entry = NULL;
	return status;
}

static enum status on_allow(struct reading *r, const struct toml_entry *at,
	struct error *err)
{
	enum status status = OK;

	if (ruleset_toml_kind(at->value) != TOML_ARRAY)
		return refuse(r, at, "must be written as [[allow]]", err);
	for (size_t i = 0; status == OK &&
		i < ruleset_toml_count(at->value); i++)
		status = on_one_allow(r, at, ruleset_toml_item(at->value, i),
			err);
	return status;
}

static enum status visit_top(void *context, const struct toml_entry *at,
	struct error *err)
{
	return read_by(context, at, top_keys, TOP_KEYS, err);
}

enum status suppress_read_settings(struct suppress *s, const char *name,
	bytes toml, const struct suppress_scope *scope, struct error *err)
{
	struct reading r = {.s = s, .name = name,
		.scope = suppress_scope(s, scope)};
	struct toml_document *document;
	enum status status;

	if (r.scope == NULL)
		return suppress_no_memory(err);
	if (toml.n > LIMIT_SETTINGS)
		return error_set(err, ERR_LIMIT, "%.200s: settings are at most "
			"%zu KiB", name, LIMIT_SETTINGS >> 10);
	document = ruleset_toml_parse(name, toml, err);
	if (document == NULL)
		return err->code == ERR_MEMORY ? ERR_MEMORY : ERR_FORMAT;
	status = ruleset_toml_each(ruleset_toml_root(document), visit_top, &r,
		err);
	if (status == OK && r.is_lost)
		status = suppress_no_memory(err);
	ruleset_toml_free(document);
	return status;
}
