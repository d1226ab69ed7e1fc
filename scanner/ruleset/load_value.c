/*
 * Tables, keys and values of a rule file; every error names its place.
 */
#include "ruleset/load.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

static void place(const struct load *l, const struct toml_node *at,
	char text[ERROR_TEXT_MAX])
{
	const char *before = l->rule ? "rule '" : "";
	const char *after = l->rule ? "': " : "";
	const char *id = l->rule ? l->rule : "";

	if (at)
		snprintf(text, ERROR_TEXT_MAX, "%.200s:%u:%u: %s%.80s%s",
			l->file, ruleset_toml_line(at),
			ruleset_toml_column(at), before, id, after);
	else
		snprintf(text, ERROR_TEXT_MAX, "%.200s: %s%.80s%s", l->file,
			before, id, after);
}

enum status ruleset_fail(const struct load *l, const struct toml_node *at,
	const char *format, ...)
{
	char where[ERROR_TEXT_MAX], what[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	place(l, at, where);
	return error_set(l->err, ERR_RULES, "%s%s", where, what);
}

void ruleset_note(const struct load *l, const struct toml_node *at,
	const char *format, ...)
{
	char where[ERROR_TEXT_MAX], what[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	place(l, at, where);
	ruleset_warn(l->set, "%s%s", where, what);
}

enum status ruleset_load_no_memory(const struct load *l)
{
	return error_set(l->err, ERR_MEMORY,
		"%s: no memory, or over %zu MiB of rules", l->file,
		LIMIT_RULESET >> 20);
}

struct reading {
	struct load *load;
	const struct key_table *table;
	void *object;
	const struct toml_node **at;
};

static enum status unknown_key(const struct reading *r,
	const struct toml_entry *entry)
{
	const struct load *l = r->load;
	struct ruleset_nearest near = {.wanted = entry->key};
	const char *before = l->rule ? "rule '" : "";
	const char *id = l->rule ? l->rule : "";
	const char *after = l->rule ? "': " : "";
	int shown = entry->key.n < 64 ? (int)entry->key.n : 64;

	for (size_t i = 0; i < r->table->count; i++)
		ruleset_nearest_offer(&near, r->table->keys[i].name);
	return error_set(l->err, ERR_RULES,
		"%.200s:%u:%u: %s%.80s%sunknown key '%.*s' in %s%s%s%s",
		l->file, entry->line, entry->column, before, id, after, shown,
		(const char *)entry->key.at, r->table->what,
		near.best ? "; did you mean '" : "",
		near.best ? near.best : "", near.best ? "'?" : "");
}

static enum status visit_key(void *context, const struct toml_entry *entry,
	struct error *err)
{
	struct reading *r = context;
	bool foreign = r->load->origin == RULESET_FOREIGN;

	(void)err;
	for (size_t i = 0; i < r->table->count; i++) {
		const struct key *key = &r->table->keys[i];
		bytes name = bytes_text(key->name);

		if (foreign ? !bytes_equal_nocase(name, entry->key)
			    : !bytes_equal(name, entry->key))
			continue;
		if (r->at)
			r->at[i] = entry->value;
		return key->read(r->load, entry,
			(char *)r->object + key->offset);
	}
	return foreign ? OK : unknown_key(r, entry);
}

enum status ruleset_read_table(struct load *l, const struct key_table *table,
	const struct toml_node *node, void *object,
	const struct toml_node **at)
{
	struct reading r = {l, table, object, at};
	enum toml_kind kind = ruleset_toml_kind(node);

	if (kind != TOML_TABLE)
		return ruleset_fail(l, node, "%s must be a table, not %s",
			table->what, ruleset_toml_kind_name(kind));
	return ruleset_toml_each(node, visit_key, &r, l->err);
}

struct lookup {
	bytes name;
	const struct toml_node *found;
};

static enum status visit_name(void *context, const struct toml_entry *entry,
	struct error *err)
{
	struct lookup *lookup = context;

	(void)err;
	if (bytes_equal_nocase(entry->key, lookup->name))
		lookup->found = entry->value;
	return OK;
}

const struct toml_node *ruleset_key(const struct toml_node *table,
	const char *name)
{
	struct lookup lookup = {bytes_text(name), NULL};

	if (ruleset_toml_each(table, visit_name, &lookup, NULL) != OK)
		return NULL;
	return lookup.found;
}

static enum status expect(const struct load *l,
	const struct toml_entry *entry, const struct toml_node *node,
	enum toml_kind kind)
{
	enum toml_kind got = ruleset_toml_kind(node);

	if (got == kind || (kind == TOML_FLOAT && got == TOML_INTEGER))
		return OK;
	return ruleset_fail(l, node, "'%.*s' must be %s, not %s",
		(int)entry->key.n, (const char *)entry->key.at,
		ruleset_toml_kind_name(kind), ruleset_toml_kind_name(got));
}

enum status ruleset_read_ignored(struct load *l,
	const struct toml_entry *entry, void *field)
{
	(void)l;
	(void)entry;
	(void)field;
	return OK;
}

/* A string, copied; it may hold no NUL, since C strings are made of it. */
static enum status copy_text(const struct load *l,
	const struct toml_entry *entry, const struct toml_node *node,
	char **out)
{
	enum status status = expect(l, entry, node, TOML_STRING);
	bytes text;
	char *copy;

	if (status != OK)
		return status;
	text = ruleset_toml_string(node);
	if (bytes_find_byte(text, 0) != BYTES_NONE)
		return ruleset_fail(l, node, "'%.*s' holds a NUL character",
			(int)entry->key.n, (const char *)entry->key.at);
	copy = arena_copy_text(l->arena, text);
	if (copy == NULL)
		return ruleset_load_no_memory(l);
	*out = copy;
	return OK;
}

enum status ruleset_read_text(struct load *l, const struct toml_entry *entry,
	void *field)
{
	char *text;
	enum status status = copy_text(l, entry, entry->value, &text);

	if (status == OK)
		*(const char **)field = text;
	return status;
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 32);
}

enum letters { LETTERS_KEPT, LETTERS_LOWERED };

static enum status read_texts(const struct load *l,
	const struct toml_entry *entry, struct text_list *list,
	enum letters letters)
{
	enum status status = expect(l, entry, entry->value, TOML_ARRAY);
	size_t count = ruleset_toml_count(entry->value);
	const char **texts;

	if (status != OK)
		return status;
	texts = arena_array(l->arena, count ? count : 1, sizeof(*texts));
	if (texts == NULL)
		return ruleset_load_no_memory(l);
	for (size_t i = 0; i < count; i++) {
		char *text;

		status = copy_text(l, entry,
			ruleset_toml_item(entry->value, i), &text);
		if (status != OK)
			return status;
		if (letters == LETTERS_LOWERED)
			lower(text);
		texts[i] = text;
	}
	*list = (struct text_list){texts, count};
	return OK;
}

enum status ruleset_read_list(struct load *l, const struct toml_entry *entry,
	void *field)
{
	return read_texts(l, entry, field, LETTERS_KEPT);
}

enum status ruleset_read_lowered(struct load *l,
	const struct toml_entry *entry, void *field)
{
	return read_texts(l, entry, field, LETTERS_LOWERED);
}

static enum status read_integer(const struct load *l,
	const struct toml_entry *entry, int64_t max, int64_t *out)
{
	enum status status = expect(l, entry, entry->value, TOML_INTEGER);
	int64_t value;

	if (status != OK)
		return status;
	value = ruleset_toml_integer(entry->value);
	if (value < 0 || value > max)
		return ruleset_fail(l, entry->value,
			"'%.*s' must be from 0 to %lld", (int)entry->key.n,
			(const char *)entry->key.at, (long long)max);
	*out = value;
	return OK;
}

enum status ruleset_read_count(struct load *l, const struct toml_entry *entry,
	void *field)
{
	int64_t value;
	enum status status = read_integer(l, entry, INT32_MAX, &value);

	if (status == OK)
		*(uint32_t *)field = (uint32_t)value;
	return status;
}

enum status ruleset_read_short(struct load *l, const struct toml_entry *entry,
	void *field)
{
	int64_t value;
	enum status status = read_integer(l, entry, UINT16_MAX, &value);

	if (status == OK)
		*(uint16_t *)field = (uint16_t)value;
	return status;
}

enum status ruleset_read_byte(struct load *l, const struct toml_entry *entry,
	void *field)
{
	int64_t value;
	enum status status = read_integer(l, entry, UINT8_MAX, &value);

	if (status == OK)
		*(uint8_t *)field = (uint8_t)value;
	return status;
}

enum status ruleset_read_flag(struct load *l, const struct toml_entry *entry,
	void *field)
{
	enum status status = expect(l, entry, entry->value, TOML_BOOLEAN);

	if (status == OK)
		*(bool *)field = ruleset_toml_boolean(entry->value);
	return status;
}

enum status ruleset_read_number(struct load *l,
	const struct toml_entry *entry, void *field)
{
	enum status status = expect(l, entry, entry->value, TOML_FLOAT);
	double value;

	if (status != OK)
		return status;
	value = ruleset_toml_float(entry->value);
	if (!(value >= 0 && value <= 8))
		return ruleset_fail(l, entry->value,
			"'%.*s' must be from 0 to 8", (int)entry->key.n,
			(const char *)entry->key.at);
	*(float *)field = (float)value;
	return OK;
}

enum status ruleset_read_charset(struct load *l,
	const struct toml_entry *entry, void *field)
{
	enum status status = expect(l, entry, entry->value, TOML_STRING);
	struct charset set;

	if (status != OK)
		return status;
	if (!charset_parse(&set, ruleset_toml_string(entry->value)))
		return ruleset_fail(l, entry->value,
			"'%.*s' is not a set of characters, as A-Za-z0-9_-"
			" (a range runs upwards; '-' itself stands last)",
			(int)entry->key.n, (const char *)entry->key.at);
	*(struct charset *)field = set;
	return OK;
}

enum status ruleset_read_encodings(struct load *l,
	const struct toml_entry *entry, void *field)
{
	enum status status = expect(l, entry, entry->value, TOML_ARRAY);
	unsigned bits = 0;

	if (status != OK)
		return status;
	for (size_t i = 0; i < ruleset_toml_count(entry->value); i++) {
		const struct toml_node *item =
			ruleset_toml_item(entry->value, i);
		enum encoding e;

		status = expect(l, entry, item, TOML_STRING);
		if (status != OK)
			return status;
		if (!encoding_parse(ruleset_toml_string(item), &e))
			return ruleset_fail(l, item, "no such encoding; known "
				"are plain, base64, base64url, hex, percent, "
				"utf16le, utf16be");
		bits |= ENCODING_BIT(e);
	}
	if (bits == 0)
		return ruleset_fail(l, entry->value,
			"'encodings' needs at least one");
	*(uint8_t *)field = (uint8_t)bits;
	return OK;
}
