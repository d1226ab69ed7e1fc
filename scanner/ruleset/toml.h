/*
 * toml: a TOML text as a tree, behind a small C interface.
 *
 * The only C++ of the project stands behind it (toml++). No exception leaves
 * it. Nesting and the parts of a dotted key are bounded, so that freeing the
 * tree cannot run out of stack. Nodes live as long as their document; lines
 * and columns count from 1. One thread at a time.
 */
#ifndef STANCH_RULESET_TOML_H
#define STANCH_RULESET_TOML_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct toml_document;
struct toml_node;

enum toml_kind {
	TOML_TABLE,
	TOML_ARRAY,
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOLEAN,
	TOML_OTHER, /* dates and times */
};

/* `name` stands in the error: name:line:column: what is wrong. */
struct toml_document *ruleset_toml_parse(const char *name, bytes text,
	struct error *err);
void ruleset_toml_free(struct toml_document *document);
const struct toml_node *ruleset_toml_root(const struct toml_document *document);

enum toml_kind ruleset_toml_kind(const struct toml_node *node);
/* "a table", "a string", ...: for errors. */
const char *ruleset_toml_kind_name(enum toml_kind kind);
uint32_t ruleset_toml_line(const struct toml_node *node);
uint32_t ruleset_toml_column(const struct toml_node *node);

/* Empty or zero when the node is of another kind. */
bytes ruleset_toml_string(const struct toml_node *node);
int64_t ruleset_toml_integer(const struct toml_node *node);
/* Of an integer too. */
double ruleset_toml_float(const struct toml_node *node);
bool ruleset_toml_boolean(const struct toml_node *node);

/* Of a date without a time; false for all else. */
bool ruleset_toml_date(const struct toml_node *node, int *year, int *month,
	int *day);

/* Items of an array; NULL past the end. */
size_t ruleset_toml_count(const struct toml_node *array);
const struct toml_node *ruleset_toml_item(const struct toml_node *array,
	size_t i);

/* An entry of a table and where its key stands. */
struct toml_entry {
	bytes key;
	uint32_t line, column;
	const struct toml_node *value;
};
/*
 * Call `visit` for each entry, in the order of keys, until it returns
 * something else than OK; returns that.
 */
typedef enum status toml_visit(void *context, const struct toml_entry *entry,
	struct error *err);
enum status ruleset_toml_each(const struct toml_node *table,
	toml_visit *visit, void *context, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
