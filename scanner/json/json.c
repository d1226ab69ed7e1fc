/*
 * jansson behind our own names. Its values are reference-counted and mutable;
 * we never take a reference and never change one, so that a const pointer
 * into the tree is all that a reader needs.
 */
#include "json/json.h"

#include "base/secret.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/banned.h"

struct json_document {
	json_t *root;
};

/* Its readers take a pointer to what they do not change. */
static const json_t *unwrap(const struct json_value *value)
{
	return (const json_t *)(const void *)value;
}

static const struct json_value *wrap(const json_t *value)
{
	return (const struct json_value *)(const void *)value;
}

/* jansson's text quotes what stands near the error, which may be a secret. */
static const char *what_is_wrong(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_stack_overflow:
		return "nested too deep";
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "something follows the value";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a NUL character";
	case json_error_numeric_overflow:
		return "a number is too large";
	default:
		return "not JSON";
	}
}

struct json_document *json_document_parse(const char *name, bytes text,
	uint32_t line, struct error *err)
{
	struct json_document *document = malloc(sizeof(*document));
	json_error_t error = {.line = 0};

	if (document != NULL)
		document->root = json_loadb((const char *)text.at, text.n,
			JSON_DECODE_ANY, &error);
	if (document != NULL && document->root != NULL)
		return document;
	if (document == NULL ||
		json_error_code(&error) == json_error_out_of_memory)
		(void)error_set(err, ERR_MEMORY, "%s: no memory to read it",
			name);
	else
		(void)error_set(err, ERR_FORMAT, "%s:%u:%d: %s", name,
			line - 1 + (unsigned)(error.line > 0 ? error.line : 1),
			error.column > 0 ? error.column : 1,
			what_is_wrong(&error));
	free(document);
	return NULL;
}

/* Depth is bounded by the parser, so that recursion is. */
static void wipe(json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(value) && json_string_length(value) > 0) {
		union {
			const char *read;
			char *write;
		} text = {.read = json_string_value(value)};

		secret_wipe(text.write, json_string_length(value));
	}
	json_array_foreach(value, i, item)
		wipe(item);
	json_object_foreach(value, key, item)
		wipe(item);
}

void json_document_free(struct json_document *document)
{
	if (document == NULL)
		return;
	wipe(document->root);
	json_decref(document->root);
	free(document);
}

const struct json_value *json_document_root(
	const struct json_document *document)
{
	return wrap(document->root);
}

enum json_kind json_value_kind(const struct json_value *value)
{
	const json_t *v = unwrap(value);

	if (v == NULL)
		return JSON_KIND_NULL;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return JSON_KIND_OBJECT;
	case JSON_ARRAY:
		return JSON_KIND_LIST;
	case JSON_STRING:
		return JSON_KIND_TEXT;
	case JSON_INTEGER:
		return JSON_KIND_INTEGER;
	case JSON_REAL:
		return JSON_KIND_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_KIND_FLAG;
	case JSON_NULL:
		break;
	}
	return JSON_KIND_NULL;
}

const struct json_value *json_value_get(const struct json_value *object,
	const char *key)
{
	return wrap(json_object_get(unwrap(object), key));
}

size_t json_value_count(const struct json_value *list)
{
	return json_array_size(unwrap(list));
}

const struct json_value *json_value_item(const struct json_value *list,
	size_t i)
{
	return wrap(json_array_get(unwrap(list), i));
}

bytes json_value_text(const struct json_value *value)
{
	const json_t *v = unwrap(value);

	if (v == NULL || !json_is_string(v))
		return bytes_of(NULL, 0);
	return bytes_of(json_string_value(v), json_string_length(v));
}

int64_t json_value_integer(const struct json_value *value, int64_t otherwise)
{
	const json_t *v = unwrap(value);

	return v && json_is_integer(v) ? (int64_t)json_integer_value(v)
				       : otherwise;
}

bool json_value_flag(const struct json_value *value)
{
	const json_t *v = unwrap(value);

	return v != NULL && json_is_true(v);
}

enum status json_value_each(const struct json_value *object,
	json_visit *visit, void *context)
{
	union {
		const struct json_value *read;
		json_t *tree;
	} table = {.read = object};
	const char *key;
	json_t *value;

	if (json_value_kind(object) != JSON_KIND_OBJECT)
		return OK;
	json_object_foreach(table.tree, key, value) {
		enum status status = visit(context, bytes_text(key),
			wrap(value));

		if (status != OK)
			return status;
	}
	return OK;
}

const char *json_library(void)
{
	return jansson_version_str();
}
