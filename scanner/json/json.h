/*
 * json: a JSON text as a tree that is only read: reports, baselines of other
 * tools, answers. Behind it stands jansson; nothing of it shows here.
 *
 * Input is hostile: nesting is bounded (jansson: 2048), strings must be valid
 * UTF-8, of a key that stands twice the last value counts, and a text that
 * goes on behind its value is refused. Values live as long as their document.
 * A document belongs to one thread at a time. Secrets that a text holds are
 * in the tree until it is freed; json_document_free wipes strings.
 *
 * Writing needs no tree: see render/render.h.
 */
#ifndef STANCH_JSON_JSON_H
#define STANCH_JSON_JSON_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

struct json_document;
struct json_value;

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_FLAG,
	JSON_KIND_INTEGER,
	JSON_KIND_REAL,
	JSON_KIND_TEXT,
	JSON_KIND_LIST,
	JSON_KIND_OBJECT,
};

/*
 * `name` stands in the error: "name:line:column: what is wrong" (never what
 * stands there). `line` is that of the text's first line in its file, from 1.
 * NULL on failure: ERR_FORMAT or ERR_MEMORY.
 */
struct json_document *json_document_parse(const char *name, bytes text,
	uint32_t line, struct error *err);
void json_document_free(struct json_document *document); /* accepts NULL */
const struct json_value *json_document_root(
	const struct json_document *document);

/* All accept NULL, as a null; readers of another kind give nothing. */
enum json_kind json_value_kind(const struct json_value *value);
/* A member of an object, or NULL. */
const struct json_value *json_value_get(const struct json_value *object,
	const char *key);
size_t json_value_count(const struct json_value *list);
const struct json_value *json_value_item(const struct json_value *list,
	size_t i);
/* Empty, with `at` NULL, when it is no text. May hold any character but
 * NUL, which the parser refuses. */
bytes json_value_text(const struct json_value *value);
/* Of an integer; `otherwise` for all else. */
int64_t json_value_integer(const struct json_value *value, int64_t otherwise);
bool json_value_flag(const struct json_value *value);

/* Call `visit` for each member, in the order in which they stand, until it
 * returns something else than OK; returns that. */
typedef enum status json_visit(void *context, bytes key,
	const struct json_value *value);
enum status json_value_each(const struct json_value *object,
	json_visit *visit, void *context) MUST_USE;

/* The version of jansson that runs here. */
const char *json_library(void);
#endif
