/*
 * toml++ behind a C interface.
 *
 * toml++ bounds the nesting of values, not the parts of a dotted key, and
 * frees its tree by recursion: [a.a.a. ... ] with a million parts would
 * overflow the stack. So the text is looked over first and a key of more
 * than KEY_PARTS_MAX parts refused. The look-over knows strings and comments
 * as TOML does; where the text is not TOML it may go astray, but the parser
 * stops there too.
 *
 * Compiled without toml++'s exceptions; allocations may still throw, hence
 * the catch-all at each door that allocates.
 */
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 24
#include <toml++/toml.h>

#include <cstring>
#include <new>

/* The headers of base/ are C and do not say so. */
extern "C" {
#include "ruleset/toml.h"
}

/* Parts of a dotted key, or of a table's header. */
static const size_t KEY_PARTS_MAX = 16;

struct toml_document {
	toml::table root;
};

static const toml::node *unwrap(const struct toml_node *node)
{
	return reinterpret_cast<const toml::node *>(node);
}

static const struct toml_node *wrap(const toml::node *node)
{
	return reinterpret_cast<const struct toml_node *>(node);
}

/* The offset past a string that begins at `at` (where its quote stands). */
static size_t skip_string(bytes text, size_t at)
{
	const unsigned char quote = text.at[at];
	const bool long_form = at + 2 < text.n && text.at[at + 1] == quote &&
			       text.at[at + 2] == quote;

	at += long_form ? 3 : 1;
	while (at < text.n) {
		const unsigned char c = text.at[at];

		if (c == '\\' && quote == '"') {
			at += 2;
			continue;
		}
		if (c == '\n' && !long_form)
			return at;
		at++;
		if (c != quote)
			continue;
		if (!long_form)
			return at;
		if (at + 1 < text.n && text.at[at] == quote &&
			text.at[at + 1] == quote) {
			at += 2;
			/* Up to two quotes may stand before the closing. */
			while (at < text.n && text.at[at] == quote)
				at++;
			return at;
		}
	}
	return text.n;
}

/* The offset of a key with too many parts, or BYTES_NONE. */
static size_t find_long_key(bytes text)
{
	size_t dots = 0;

	for (size_t at = 0; at < text.n;) {
		const unsigned char c = text.at[at];

		if (c == '"' || c == '\'') {
			at = skip_string(text, at);
			continue;
		}
		if (c == '#')
			while (at + 1 < text.n && text.at[at + 1] != '\n')
				at++;
		if (c == '.' && ++dots >= KEY_PARTS_MAX)
			return at;
		if (c && strchr("\n=,[]{}", c))
			dots = 0;
		at++;
	}
	return BYTES_NONE;
}

/* Line and column of an offset, from 1. */
static void locate(bytes text, size_t offset, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset; i++) {
		(*column)++;
		if (text.at[i] == '\n') {
			(*line)++;
			*column = 1;
		}
	}
}

static struct toml_document *parse(const char *name, bytes text,
	struct error *err)
{
	const std::string_view view(reinterpret_cast<const char *>(text.at),
		text.n);
	toml::parse_result result = toml::parse(view, std::string_view(name));

	if (!result) {
		const toml::parse_error &why = result.error();
		const std::string description(why.description());

		error_set(err, ERR_RULES, "%s:%u:%u: %s", name,
			static_cast<unsigned>(why.source().begin.line),
			static_cast<unsigned>(why.source().begin.column),
			description.c_str());
		return nullptr;
	}
	return new toml_document{std::move(result).table()};
}

struct toml_document *ruleset_toml_parse(const char *name, bytes text,
	struct error *err)
{
	const size_t long_key = find_long_key(text);
	unsigned line, column;

	if (long_key != BYTES_NONE) {
		locate(text, long_key, &line, &column);
		error_set(err, ERR_RULES,
			"%s:%u:%u: a key of more than %zu parts", name, line,
			column, KEY_PARTS_MAX);
		return nullptr;
	}
	try {
		return parse(name, text, err);
	} catch (...) {
		error_set(err, ERR_MEMORY, "%s: no memory to read it", name);
	}
	return nullptr;
}

void ruleset_toml_free(struct toml_document *document)
{
	delete document;
}

const struct toml_node *ruleset_toml_root(const struct toml_document *document)
{
	return wrap(&document->root);
}

enum toml_kind ruleset_toml_kind(const struct toml_node *node)
{
	switch (unwrap(node)->type()) {
	case toml::node_type::table:
		return TOML_TABLE;
	case toml::node_type::array:
		return TOML_ARRAY;
	case toml::node_type::string:
		return TOML_STRING;
	case toml::node_type::integer:
		return TOML_INTEGER;
	case toml::node_type::floating_point:
		return TOML_FLOAT;
	case toml::node_type::boolean:
		return TOML_BOOLEAN;
	default:
		return TOML_OTHER;
	}
}

const char *ruleset_toml_kind_name(enum toml_kind kind)
{
	static const char *const names[] = {"a table", "an array", "a string",
		"an integer", "a number", "true or false", "a date"};

	return names[kind];
}

uint32_t ruleset_toml_line(const struct toml_node *node)
{
	return unwrap(node)->source().begin.line;
}

uint32_t ruleset_toml_column(const struct toml_node *node)
{
	return unwrap(node)->source().begin.column;
}

bytes ruleset_toml_string(const struct toml_node *node)
{
	const toml::value<std::string> *value = unwrap(node)->as_string();

	return value ? bytes_of(value->get().data(), value->get().size())
		     : bytes_of(nullptr, 0);
}

int64_t ruleset_toml_integer(const struct toml_node *node)
{
	const toml::value<int64_t> *value = unwrap(node)->as_integer();

	return value ? value->get() : 0;
}

double ruleset_toml_float(const struct toml_node *node)
{
	const toml::value<double> *value = unwrap(node)->as_floating_point();

	return value ? value->get()
		     : static_cast<double>(ruleset_toml_integer(node));
}

bool ruleset_toml_boolean(const struct toml_node *node)
{
	const toml::value<bool> *value = unwrap(node)->as_boolean();

	return value && value->get();
}

size_t ruleset_toml_count(const struct toml_node *array)
{
	const toml::array *items = unwrap(array)->as_array();

	return items ? items->size() : 0;
}

const struct toml_node *ruleset_toml_item(const struct toml_node *array,
	size_t i)
{
	const toml::array *items = unwrap(array)->as_array();

	return items && i < items->size() ? wrap(items->get(i)) : nullptr;
}

enum status ruleset_toml_each(const struct toml_node *table,
	toml_visit *visit, void *context, struct error *err)
{
	const toml::table *entries = unwrap(table)->as_table();

	if (!entries)
		return OK;
	for (auto &&[key, value] : *entries) {
		const std::string_view name = key.str();
		const struct toml_entry entry = {
			bytes_of(name.data(), name.size()),
			key.source().begin.line, key.source().begin.column,
			wrap(&value)};
		const enum status status = visit(context, &entry, err);

		if (status != OK)
			return status;
	}
	return OK;
}
