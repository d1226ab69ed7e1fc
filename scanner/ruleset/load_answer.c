/*
 * What is read of answers: clauses, tests, extracts; and tables of texts.
 *
 * Tests are small texts: "*" there, "!" not, "null", "#" a number, "=text",
 * "^text" at its start, "~regex"; or a TOML number or boolean for a JSON
 * value of that type; or a list, of which one must hold. See rules/README.md.
 */
#include "ruleset/load_request.h"

#include "base/banned.h"

#define CONDITIONS_MOST 32
#define FIELDS_MOST 32

/* ---- conditions --------------------------------------------------------- */

struct conditions {
	struct load *load;
	struct request_condition at[CONDITIONS_MOST];
	size_t n;
	enum request_place place;
	bool negated;
};

static enum status keep_conditions(struct load *l,
	const struct conditions *c, const struct request_condition **out,
	size_t *count)
{
	struct request_condition *kept =
		arena_array(l->arena, c->n + 1, sizeof(*kept));

	if (kept == NULL)
		return ruleset_load_no_memory(l);
	memcpy(kept, c->at, c->n * sizeof(*kept));
	*out = kept;
	*count = c->n;
	return OK;
}

static enum status read_test_text(struct load *l, const struct toml_node *at,
	struct request_condition *c)
{
	bytes text = ruleset_toml_string(at);
	static const char operators[] = "*!#=^~";
	static const enum request_test tests[] = {REQUEST_PRESENT,
		REQUEST_ABSENT, REQUEST_NUMBER, REQUEST_EQUALS,
		REQUEST_STARTS, REQUEST_MATCHES};
	const char *found = text.n ? memchr(operators, text.at[0],
				sizeof(operators) - 1) : NULL;

	if (bytes_equal(text, bytes_text("null"))) {
		c->test = REQUEST_NULL;
		return OK;
	}
	if (found == NULL || (found < operators + 3 && text.n != 1))
		return ruleset_fail(l, at, "a test is \"*\", \"!\", \"#\", "
			"\"null\", \"=text\", \"^text\" or \"~regex\"");
	c->test = tests[found - operators];
	c->text = arena_copy_text(l->arena, bytes_drop(text, 1));
	if (c->text == NULL)
		return ruleset_load_no_memory(l);
	return c->test == REQUEST_MATCHES
		? ruleset_check_pattern(l, at, c->text, NULL) : OK;
}

static enum status read_test(struct load *l, const struct toml_node *at,
	struct request_condition *c)
{
	switch (ruleset_toml_kind(at)) {
	case TOML_STRING:
		return read_test_text(l, at, c);
	case TOML_INTEGER:
		c->test = REQUEST_INTEGER;
		c->number = ruleset_toml_integer(at);
		return OK;
	case TOML_BOOLEAN:
		c->test = REQUEST_FLAG;
		c->number = ruleset_toml_boolean(at);
		return OK;
	default:
		return ruleset_fail(l, at,
			"a test is a text, a number or a boolean");
	}
}

/* One key: its test, or a list of alternatives. */
static enum status add_tests(struct conditions *c, const char *from,
	const struct toml_node *at)
{
	bool many = ruleset_toml_kind(at) == TOML_ARRAY;
	size_t n = many ? ruleset_toml_count(at) : 1;

	for (size_t i = 0; i < n; i++) {
		struct request_condition *one = &c->at[c->n];
		enum status status;

		if (c->n == CONDITIONS_MOST)
			return ruleset_fail(c->load, at,
				"more than %d tests", CONDITIONS_MOST);
		*one = (struct request_condition){.place = c->place,
			.from = from, .negated = c->negated,
			.alternative = i > 0};
		status = read_test(c->load,
			many ? ruleset_toml_item(at, i) : at, one);
		if (status != OK)
			return status;
		c->n++;
	}
	return OK;
}

static enum status visit_test(void *context, const struct toml_entry *entry,
	struct error *err)
{
	struct conditions *c = context;
	const char *from = arena_copy_text(c->load->arena, entry->key);

	(void)err;
	if (from == NULL)
		return ruleset_load_no_memory(c->load);
	return add_tests(c, from, entry->value);
}

static enum status read_tests(struct conditions *c, enum request_place place,
	const struct toml_node *at)
{
	c->place = place;
	if (place == REQUEST_BODY)
		return add_tests(c, "", at);
	if (ruleset_toml_kind(at) != TOML_TABLE)
		return ruleset_fail(c->load, at, "tests stand in a table");
	return ruleset_toml_each(at, visit_test, c, c->load->err);
}

static enum status read_list_of_tests(struct load *l,
	const struct toml_node *at, enum request_place place,
	struct condition_list *out)
{
	struct conditions c = {.load = l};
	enum status status = read_tests(&c, place, at);

	return status == OK ? keep_conditions(l, &c, &out->at, &out->n)
			    : status;
}

enum status ruleset_read_when(struct load *l, const struct toml_entry *entry,
	void *field)
{
	return read_list_of_tests(l, entry->value, REQUEST_VALUE, field);
}

enum status ruleset_read_where(struct load *l, const struct toml_entry *entry,
	void *field)
{
	return read_list_of_tests(l, entry->value, REQUEST_JSON, field);
}

/* ---- clauses ------------------------------------------------------------ */

struct clause_draft {
	struct request_clause clause;
	const char *verdict;
	const struct toml_node *header, *json, *body, *unless;
};

enum status ruleset_keep_node(struct load *l, const struct toml_entry *entry,
	void *field)
{
	(void)l;
	*(const struct toml_node **)field = entry->value;
	return OK;
}

/* 200, [200, 201] or "2xx". */
static enum status read_status(struct load *l, const struct toml_entry *entry,
	void *field)
{
	struct request_clause *c = field;
	const struct toml_node *at = entry->value;
	bytes text = ruleset_toml_string(at);
	size_t n = ruleset_toml_count(at);
	uint16_t *list = arena_array(l->arena, n + 1, sizeof(*list));

	if (list == NULL)
		return ruleset_load_no_memory(l);
	if (text.n == 3 && text.at[0] >= '1' && text.at[0] <= '5' &&
		bytes_ends(text, bytes_text("xx"))) {
		c->status_low = (uint16_t)((text.at[0] - '0') * 100);
		c->status_high = (uint16_t)(c->status_low + 99);
		return OK;
	}
	for (size_t i = 0; i < (n ? n : 1); i++) {
		const struct toml_node *one = n ? ruleset_toml_item(at, i)
						: at;
		int64_t value = ruleset_toml_integer(one);

		if (ruleset_toml_kind(one) != TOML_INTEGER || value < 100 ||
			value > 599)
			return ruleset_fail(l, one, "'status' is 100 to 599, "
				"a list of such, or \"2xx\"");
		list[i] = (uint16_t)value;
	}
	c->statuses = list;
	c->status_count = n ? n : 1;
	return OK;
}

static const struct key unless_keys[] = {
	{"header", true, ruleset_keep_node,
		offsetof(struct clause_draft, header)},
	{"json", true, ruleset_keep_node, offsetof(struct clause_draft, json)},
	{"body", true, ruleset_keep_node, offsetof(struct clause_draft, body)},
};
static const struct key_table unless_table = {unless_keys,
	KEY_COUNT(unless_keys), "'unless'"};

static const struct key clause_keys[] = {
	{"status", true, read_status, offsetof(struct clause_draft, clause)},
	{"header", true, ruleset_keep_node,
		offsetof(struct clause_draft, header)},
	{"json", true, ruleset_keep_node, offsetof(struct clause_draft, json)},
	{"body", true, ruleset_keep_node, offsetof(struct clause_draft, body)},
	{"unless", true, ruleset_keep_node,
		offsetof(struct clause_draft, unless)},
	{"verdict", true, ruleset_read_text,
		offsetof(struct clause_draft, verdict)},
	{"note", true, ruleset_read_text,
		offsetof(struct clause_draft, clause.note)},
};
static const struct key_table clause_table = {clause_keys,
	KEY_COUNT(clause_keys), "an answer"};

static enum status read_all_tests(struct conditions *c,
	const struct clause_draft *d)
{
	enum status status = OK;

	if (d->header)
		status = read_tests(c, REQUEST_HEADER, d->header);
	if (status == OK && d->json)
		status = read_tests(c, REQUEST_JSON, d->json);
	if (status == OK && d->body)
		status = read_tests(c, REQUEST_BODY, d->body);
	return status;
}

static enum status read_clause(struct load *l, const struct toml_node *node,
	struct request_clause *out)
{
	struct clause_draft d = {.verdict = NULL}, unless = {.verdict = NULL};
	struct conditions c = {.load = l};
	enum status status =
		ruleset_read_table(l, &clause_table, node, &d, NULL);

	if (status == OK && (d.verdict == NULL ||
			!verdict_parse(d.verdict, &d.clause.verdict)))
		status = ruleset_fail(l, node, "an answer needs a verdict: "
			"live, dead, restricted, unknown, retry, next or "
			"elsewhere; of revoking: revoked, accepted, gone or "
			"refused");
	if (status == OK)
		status = read_all_tests(&c, &d);
	if (status == OK && d.unless)
		status = ruleset_read_table(l, &unless_table, d.unless,
			&unless, NULL);
	c.negated = true;
	if (status == OK && d.unless)
		status = read_all_tests(&c, &unless);
	if (status == OK)
		status = keep_conditions(l, &c, &d.clause.conditions,
			&d.clause.condition_count);
	if (status == OK)
		*out = d.clause;
	return status;
}

enum status ruleset_read_answers(struct load *l,
	const struct toml_entry *entry, void *field)
{
	struct clause_list *list = field;
	size_t n = ruleset_toml_count(entry->value);
	struct request_clause *clauses =
		arena_array(l->arena, n + 1, sizeof(*clauses));
	enum status status = OK;

	if (clauses == NULL)
		return ruleset_load_no_memory(l);
	if (n == 0)
		return ruleset_fail(l, entry->value,
			"'answers' is a list of tables");
	for (size_t i = 0; status == OK && i < n; i++)
		status = read_clause(l, ruleset_toml_item(entry->value, i),
			&clauses[i]);
	*list = (struct clause_list){clauses, n};
	return status;
}

/* ---- fields and extracts ------------------------------------------------ */

struct fields {
	struct load *load;
	struct request_field *at;
	size_t n;
};

static enum status visit_field(void *context, const struct toml_entry *entry,
	struct error *err)
{
	struct fields *f = context;
	struct request_field *one = &f->at[f->n];
	enum status status;

	(void)err;
	if (f->n == FIELDS_MOST)
		return ruleset_fail(f->load, entry->value,
			"more than %d entries", FIELDS_MOST);
	one->name = arena_copy_text(f->load->arena, entry->key);
	status = ruleset_read_text(f->load, entry, &one->value);
	if (status == OK && one->name == NULL)
		return ruleset_load_no_memory(f->load);
	f->n++;
	return status;
}

enum status ruleset_read_fields(struct load *l, const struct toml_entry *entry,
	void *field)
{
	struct field_list *list = field;
	struct fields f = {.load = l};
	enum status status;

	f.at = arena_array(l->arena, FIELDS_MOST, sizeof(*f.at));
	if (f.at == NULL)
		return ruleset_load_no_memory(l);
	if (ruleset_toml_kind(entry->value) != TOML_TABLE)
		return ruleset_fail(l, entry->value, "'%.*s' is a table",
			(int)entry->key.n, (const char *)entry->key.at);
	status = ruleset_toml_each(entry->value, visit_field, &f, l->err);
	*list = (struct field_list){f.at, f.n};
	return status;
}

/* "json:path", "header:Name" or "body". */
enum status ruleset_read_place(struct load *l, const struct toml_node *at,
	bytes text, enum request_place *place, const char **from)
{
	static const struct {
		const char *prefix;
		enum request_place place;
	} places[] = {{"json:", REQUEST_JSON}, {"header:", REQUEST_HEADER},
		{"body", REQUEST_BODY}};

	for (size_t i = 0; i < 3; i++) {
		bytes prefix = bytes_text(places[i].prefix);

		if (!bytes_starts(text, prefix))
			continue;
		*place = places[i].place;
		*from = arena_copy_text(l->arena,
			bytes_drop(text, prefix.n));
		return *from ? OK : ruleset_load_no_memory(l);
	}
	return ruleset_fail(l, at,
		"a place is json:PATH, header:NAME or body");
}

/* "PLACE", or "PLACE ~ regex" for its first group. */
enum status ruleset_read_extracts(struct load *l,
	const struct toml_entry *entry, void *field)
{
	struct extract_list *list = field;
	struct field_list fields;
	struct request_extract *out;
	enum status status = ruleset_read_fields(l, entry, &fields);

	if (status != OK)
		return status;
	out = arena_array(l->arena, fields.n + 1, sizeof(*out));
	if (out == NULL)
		return ruleset_load_no_memory(l);
	for (size_t i = 0; status == OK && i < fields.n; i++) {
		bytes text = bytes_text(fields.at[i].value);
		size_t tilde = bytes_find(text, bytes_text(" ~ "));

		out[i].name = fields.at[i].name;
		if (tilde != BYTES_NONE)
			out[i].regex = fields.at[i].value + tilde + 3;
		status = ruleset_read_place(l, entry->value,
			bytes_take(text, tilde),
			&out[i].place, &out[i].from);
		if (status == OK && out[i].regex)
			status = ruleset_check_pattern(l, entry->value,
				out[i].regex, NULL);
	}
	*list = (struct extract_list){out, fields.n};
	return status;
}
