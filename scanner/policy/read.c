/*
 * Tables, keys and values of a policy; every error names its place.
 */
#include "policy/internal.h"

#include "args/args.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

#define NAMES_MAX 40

enum status policy_fail(struct policy_reading *r,
	const struct toml_entry *entry, const char *format, ...)
{
	char what[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return error_set(r->err, ERR_USAGE, "read the policy %.150s:%u:%u: "
		"'%.*s' %s", r->name, entry->line, entry->column,
		(int)(entry->key.n < 60 ? entry->key.n : 60),
		(const char *)entry->key.at, what);
}

static enum status no_memory(struct policy_reading *r)
{
	return error_set(r->err, ERR_MEMORY, "read the policy %.150s: no "
		"memory, or too large", r->name);
}

struct table_reading {
	struct policy_reading *r;
	const struct policy_keys *keys;
	unsigned char *object;
};

static enum status fail_unknown(struct table_reading *t,
	const struct toml_entry *entry)
{
	const char *names[NAMES_MAX];
	const char *key = arena_copy_text(t->r->arena, entry->key);
	const char *nearest;
	size_t n;

	for (n = 0; n < t->keys->n && n < NAMES_MAX - 1; n++)
		names[n] = t->keys->at[n].name;
	names[n] = NULL;
	nearest = key ? args_nearest(key, names) : NULL;
	if (nearest)
		return policy_fail(t->r, entry, "is no key of %s; did you "
			"mean '%s'?", t->keys->what, nearest);
	return policy_fail(t->r, entry, "is no key of %s", t->keys->what);
}

static enum status read_entry(void *context, const struct toml_entry *entry,
	struct error *err)
{
	struct table_reading *t = context;

	(void)err;
	for (size_t i = 0; i < t->keys->n; i++) {
		const struct policy_key *key = &t->keys->at[i];

		if (bytes_equal(entry->key, bytes_text(key->name)))
			return key->read(t->r, entry, t->object + key->offset);
	}
	return fail_unknown(t, entry);
}

enum status policy_read_table(struct policy_reading *r,
	const struct policy_keys *keys, const struct toml_node *table,
	void *object)
{
	struct table_reading t = {r, keys, object};

	return ruleset_toml_each(table, read_entry, &t, r->err);
}

static enum status expect_kind(struct policy_reading *r,
	const struct toml_entry *entry, enum toml_kind kind)
{
	if (ruleset_toml_kind(entry->value) == kind)
		return OK;
	return policy_fail(r, entry, "must be %s, not %s",
		ruleset_toml_kind_name(kind),
		ruleset_toml_kind_name(ruleset_toml_kind(entry->value)));
}

enum status policy_read_list(struct policy_reading *r,
	const struct toml_entry *entry, const struct policy_list *list,
	void *out_array, size_t *out_count)
{
	enum status status = expect_kind(r, entry, TOML_ARRAY);
	const size_t n = ruleset_toml_count(entry->value);
	unsigned char *array;

	if (status)
		return status;
	array = arena_array(r->arena, n ? n : 1, list->size);
	if (array == NULL)
		return no_memory(r);
	for (size_t i = 0; status == OK && i < n; i++) {
		const struct toml_node *item =
			ruleset_toml_item(entry->value, i);

		memcpy(array + i * list->size, list->fresh, list->size);
		if (ruleset_toml_kind(item) != TOML_TABLE)
			return policy_fail(r, entry, "must hold tables");
		status = policy_read_table(r, list->keys, item,
			array + i * list->size);
	}
	*(void **)out_array = array;
	*out_count = n;
	return status;
}

/* ---- values ------------------------------------------------------------- */

enum status policy_read_text(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	enum status status = expect_kind(r, entry, TOML_STRING);
	bytes text = ruleset_toml_string(entry->value);

	if (status)
		return status;
	if (text.n == 0)
		return policy_fail(r, entry, "is empty");
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] < 0x20 || text.at[i] == 0x7f)
			return policy_fail(r, entry, "has a control character");
	*(const char **)field = arena_copy_text(r->arena, text);
	return *(const char **)field ? OK : no_memory(r);
}

enum status policy_read_path(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	enum status status = policy_read_text(r, entry, field);

	if (status == OK && **(const char **)field != '/')
		return policy_fail(r, entry, "must be an absolute path: what "
			"it names must not depend on where stanch runs");
	return status;
}

enum status policy_read_url(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	enum status status = policy_read_text(r, entry, field);

	if (status == OK && !bytes_starts(bytes_text(*(const char **)field),
		bytes_text("https://")))
		return policy_fail(r, entry, "must start with https://");
	return status;
}

static enum status read_strings(struct policy_reading *r,
	const struct toml_entry *entry, const char ***out, size_t *count)
{
	enum status status = expect_kind(r, entry, TOML_ARRAY);
	const size_t n = ruleset_toml_count(entry->value);
	const char **at;

	if (status)
		return status;
	at = arena_array(r->arena, n + 1, sizeof(*at));
	if (at == NULL)
		return no_memory(r);
	for (size_t i = 0; status == OK && i < n; i++) {
		struct toml_entry item = *entry;

		item.value = ruleset_toml_item(entry->value, i);
		status = policy_read_text(r, &item, &at[i]);
	}
	*out = at;
	*count = n;
	return status;
}

enum status policy_read_texts(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	struct policy_texts *texts = field;
	const char **at = NULL;
	enum status status = read_strings(r, entry, &at, &texts->n);

	texts->at = at;
	return status;
}

enum status policy_read_flag(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	enum status status = expect_kind(r, entry, TOML_BOOLEAN);

	if (status == OK)
		*(bool *)field = ruleset_toml_boolean(entry->value);
	return status;
}

enum status policy_read_choice(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	bool is_on = false;
	enum status status = policy_read_flag(r, entry, &is_on);

	if (status == OK)
		*(enum policy_choice *)field = is_on ? POLICY_ON : POLICY_OFF;
	return status;
}

static enum status read_integer(struct policy_reading *r,
	const struct toml_entry *entry, int64_t least, int64_t most,
	int64_t *out)
{
	enum status status = expect_kind(r, entry, TOML_INTEGER);
	int64_t n = ruleset_toml_integer(entry->value);

	if (status)
		return status;
	if (n < least || n > most)
		return policy_fail(r, entry, "must be from %lld to %lld",
			(long long)least, (long long)most);
	*out = n;
	return OK;
}

enum status policy_read_port(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	int64_t n = 0;
	enum status status = read_integer(r, entry, 1, UINT16_MAX, &n);

	if (status == OK)
		*(uint16_t *)field = (uint16_t)n;
	return status;
}

enum status policy_read_count(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	int64_t n = 0;
	enum status status = read_integer(r, entry, 0, 1000000, &n);

	if (status == OK)
		*(uint32_t *)field = (uint32_t)n;
	return status;
}

/* 90, "90", "90s", "5m", "72h", "3d". */
enum status policy_read_seconds(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct {
		unsigned char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	const int64_t most = 366 * INT64_C(86400);
	bytes text = ruleset_toml_string(entry->value);
	int64_t n = 0, factor = 1;

	if (ruleset_toml_kind(entry->value) == TOML_INTEGER)
		return read_integer(r, entry, 0, most, field);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text.n && text.at[text.n - 1] == units[i].unit)
			factor = units[i].seconds;
	if (text.n && (text.at[text.n - 1] < '0' || text.at[text.n - 1] > '9'))
		text = factor == 1 && text.at[text.n - 1] != 's' ?
			bytes_take(text, 0) : bytes_take(text, text.n - 1);
	for (size_t i = 0; i < text.n && n <= most; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			text.n = 0;
		else
			n = n * 10 + (text.at[i] - '0');
	}
	if (text.n == 0 || n * factor > most)
		return policy_fail(r, entry, "must be a time up to a year "
			"such as \"90s\", \"5m\", \"72h\" or \"3d\"");
	*(int64_t *)field = n * factor;
	return OK;
}

enum status policy_read_name(struct policy_reading *r,
	const struct toml_entry *entry, const char *const *names, int *out)
{
	const char *text = NULL, *nearest;
	enum status status = policy_read_text(r, entry, &text);

	if (status)
		return status;
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return OK;
		}
	nearest = args_nearest(text, names);
	return policy_fail(r, entry, "is '%.40s', which is none of its "
		"values%s%s%s", text, nearest ? "; did you mean '" : "",
		nearest ? nearest : "", nearest ? "'?" : "");
}

enum status policy_read_confidence(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	/* in the order of enum confidence */
	static const char *const names[] = {"low", "medium", "high",
		"certain", NULL};

	return policy_read_name(r, entry, names, field);
}

static enum status read_command(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	struct policy_secret *s = field;
	const char **at = NULL;
	size_t n = 0;
	enum status status = read_strings(r, entry, &at, &n);

	if (status == OK && (n == 0 || at[0][0] != '/'))
		return policy_fail(r, entry, "must start with the absolute "
			"path of a program");
	s->command = at;
	return status;
}

enum status policy_read_secret_source(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"env", policy_read_text, offsetof(struct policy_secret, env)},
		{"command", read_command, 0},
	};
	static const struct policy_keys table = POLICY_KEYS(keys,
		"a credential");
	struct policy_secret *s = field;
	enum status status;

	if (ruleset_toml_kind(entry->value) == TOML_STRING)
		return policy_fail(r, entry, "must not be written here: say "
			"{ env = \"NAME\" } or { command = [\"/path\", ...] }");
	status = expect_kind(r, entry, TOML_TABLE);
	if (status == OK)
		status = policy_read_table(r, &table, entry->value, s);
	if (status == OK && (s->env != NULL) == (s->command != NULL))
		return policy_fail(r, entry, "must have either env or "
			"command");
	return status;
}
