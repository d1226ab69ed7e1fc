/*
 * load_request: what the two files that read request blocks share.
 */
#ifndef STANCH_RULESET_LOAD_REQUEST_H
#define STANCH_RULESET_LOAD_REQUEST_H

#include "ruleset/load.h"

struct condition_list {
	const struct request_condition *at;
	size_t n;
};
struct clause_list {
	const struct request_clause *at;
	size_t n;
};
struct field_list {
	const struct request_field *at;
	size_t n;
};
struct extract_list {
	const struct request_extract *at;
	size_t n;
};

/* load_answer.c; the comment tells the field's type. */
key_read ruleset_keep_node;	/* const struct toml_node * */
key_read ruleset_read_when;	/* struct condition_list, of values */
key_read ruleset_read_where;	/* the same, of JSON */
key_read ruleset_read_answers;	/* struct clause_list */
key_read ruleset_read_fields;	/* struct field_list */
key_read ruleset_read_extracts; /* struct extract_list */
/* "json:PATH", "header:NAME" or "body". */
enum status ruleset_read_place(struct load *l, const struct toml_node *at,
	bytes text, enum request_place *place, const char **from) MUST_USE;

#endif
