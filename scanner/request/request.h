/*
 * request: from a block's templates to a request, and from its answer to a
 * verdict. No network here: see ask/.
 *
 * A template is text with {{name}} or {{name | filter | filter(argument)}}.
 * Names are the values given by the caller and those that earlier steps took
 * from answers. A value is escaped for where it stands (percent-encoded in
 * URLs, queries and forms, as a JSON string's content in `json`), unless its
 * last filter is `raw`; in headers and bodies it stands as it is, and a
 * header with a control character is refused. A name without a value fails
 * the step: nothing is ever sent with a hole in it.
 *
 * Everything is bounded. Pure functions on the caller's memory, any thread.
 */
#ifndef STANCH_REQUEST_REQUEST_H
#define STANCH_REQUEST_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "flow/request.h"

/* ---- values ------------------------------------------------------------- */

#define REQUEST_VALUES 64

struct request_value {
	const char *name;
	bytes value;
	bool is_secret; /* shown as *** in a dry run */
	bool is_trusted; /* a candidate that stood with the token itself */
};

/* In order; of one name several may stand, for `each`; others take the first.
 * Names and values are borrowed. */
struct request_values {
	struct request_value at[REQUEST_VALUES];
	size_t count;
};

/* False when there is no room; the oldest are kept. */
bool request_values_add(struct request_values *values, const char *name,
	bytes value);
/* NULL: none of that name. `n` counts from 0 among those of the name. */
const struct request_value *request_values_find(
	const struct request_values *values, const char *name, size_t n);
/* The same, with the value of `each` at n standing before all of its name. */
struct request_values request_values_with(const struct request_values *values,
	const char *each, size_t n);

/* ---- templates ---------------------------------------------------------- */

enum request_escape {
	REQUEST_RAW,
	REQUEST_URL,
	REQUEST_JSON_TEXT,
};

/* ERR_NOT_FOUND: a name without a value, which the text names; ERR_FORMAT:
 * not a template, or a filter that cannot take what it got. */
enum status request_template(const char *text,
	const struct request_values *values, enum request_escape escape,
	struct buf *out, struct error *err) MUST_USE;
/* Syntax and filters, for rule files. */
enum status request_template_check(const char *text, struct error *err)
	MUST_USE;

/* ---- requests ----------------------------------------------------------- */

#define REQUEST_HEADERS 24
/* Bytes of a URL, a header, a body. */
#define REQUEST_URL_MOST ((size_t)16 << 10)
#define REQUEST_BODY_MOST ((size_t)1 << 20)

struct request_header {
	const char *name;
	struct buf value;
};

struct request_rendered {
	const char *method;
	struct buf url, body;
	struct request_header headers[REQUEST_HEADERS];
	size_t header_count;
};

/* Do the step's `when` conditions hold? */
bool request_applies(const struct request_step *step,
	const struct request_values *values);
/* Release with request_release, also after a failure. */
enum status request_render(const struct request_step *step,
	const struct request_values *values, struct request_rendered *out,
	struct error *err) MUST_USE;
void request_release(struct request_rendered *r); /* wipes */
/*
 * What would be sent, for people: each step as it stands, secrets as ***, what
 * is not known yet as <name>.
 */
void request_show(const struct request_block *block,
	const struct request_values *values, struct buf *out);

/* 64 bits that change with what a block asks or concludes; 0 for NULL. */
uint64_t request_digest(const struct request_block *block);

/* ---- answers ------------------------------------------------------------ */

struct request_answer_header {
	bytes name, value;
};

struct request_answer {
	int status;
	const struct request_answer_header *headers;
	size_t header_count;
	bytes body;
	bool cut; /* there was more of the body: it is no JSON then */
};

struct request_reading; /* an answer with its JSON, parsed once */

/* NULL without memory; the answer is borrowed. JSON is only what calls itself
 * so and is whole. */
struct request_reading *request_read(const struct request_answer *answer);
void request_reading_free(struct request_reading *r);

/* The first clause that holds; NULL when none does. */
const struct request_clause *request_judge(const struct request_step *step,
	const struct request_reading *answer);
/* What an answer means that no clause knows: retry for 408, 429 and 5xx,
 * else unknown. */
enum verdict request_default(int status);
/* Adds what the step's extracts find, copied to the arena. */
void request_extract(const struct request_step *step,
	const struct request_reading *answer, struct arena *arena,
	struct request_values *values);

/*
 * Counts the elements of the step's list that `where` describes, and takes
 * the values of the first. Add up over pages: only 1 in all is a selection.
 */
enum status request_select(const struct request_step *step,
	const struct request_reading *answer,
	const struct request_values *asked, struct arena *arena,
	struct request_values *taken, size_t *found, struct error *err)
	MUST_USE;
/* The value for the next page; empty: there is none. */
bytes request_next_page(const struct request_step *step,
	const struct request_reading *answer, struct arena *arena);

#endif
