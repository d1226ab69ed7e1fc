/* internal: what the files of this room share. */
#ifndef STANCH_REQUEST_INTERNAL_H
#define STANCH_REQUEST_INTERNAL_H

#include "json/json.h"
#include "request/request.h"

#define REQUEST_ARGUMENTS 2

/* filter.c: one filter of a template. */
struct request_filter;
/* NULL: no filter of that name. */
const struct request_filter *request_filter_find(bytes name);
size_t request_filter_arguments(const struct request_filter *f);
bool request_filter_is_raw(const struct request_filter *f);
/* False: it cannot take this. */
bool request_filter_run(const struct request_filter *f, bytes in,
	const bytes arguments[REQUEST_ARGUMENTS], struct buf *out);
void request_escape_url(bytes in, struct buf *out);
void request_escape_json(bytes in, struct buf *out);

/* sign.c: adds headers to what was rendered. */
enum status request_sign(const struct request_step *step,
	const struct request_values *values, struct request_rendered *r,
	struct error *err) MUST_USE;
/* render.c: NULL with an error when there are too many. */
struct buf *request_add_header(struct request_rendered *r, const char *name,
	struct error *err);

/* reading.c: the value at a path, or NULL. */
const struct json_value *request_path(const struct json_value *root,
	const char *path);
/* A scalar's text, or a list's texts joined by commas; false when it has
 * none. */
bool request_scalar(const struct json_value *value, struct buf *out);

/* condition.c */
bool request_test_text(const struct request_condition *c, const char *text,
	bytes value, bool is_there);
bool request_test_json(const struct request_condition *c, const char *text,
	const struct json_value *value);
/* Walks a list of conditions whose alternatives follow each other. */
typedef bool request_holds(void *context, const struct request_condition *c);
bool request_all_hold(const struct request_condition *conditions, size_t n,
	request_holds *holds, void *context);

const struct json_value *request_json(const struct request_reading *r);
bytes request_answer_header(const struct request_reading *r,
	const char *name, bool *is_there);
/* The text at a place of an answer; false: not there. */
bool request_look(const struct request_reading *r, enum request_place place,
	const char *from, struct buf *out);

#endif
