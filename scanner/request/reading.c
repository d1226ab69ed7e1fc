/*
 * reading: one answer, and what clauses and extracts see of it.
 */
#include "request/internal.h"

#include "pattern/pattern.h"

#include <stdlib.h>

#include "base/banned.h"

#define KEY_MOST 128
#define LIST_MOST 200
/* Bytes of one value that is kept. */
#define EXTRACT_MOST 1024

struct request_reading {
	const struct request_answer *answer;
	struct json_document *document; /* NULL: no JSON */
	const struct json_value *root;
};

/* ---- paths: a.b[0].c in a JSON tree ------------------------------------- */

static bool take_index(bytes *rest, size_t *index)
{
	size_t n = 1;

	*index = 0;
	while (n < rest->n && rest->at[n] >= '0' && rest->at[n] <= '9' &&
		n < 8)
		*index = *index * 10 + (size_t)(rest->at[n++] - '0');
	if (n == 1 || n >= rest->n || rest->at[n] != ']')
		return false;
	*rest = bytes_drop(*rest, n + 1);
	return true;
}

const struct json_value *request_path(const struct json_value *root,
	const char *path)
{
	bytes rest = bytes_text(path);
	char key[KEY_MOST];
	size_t n, index;

	while (root != NULL && rest.n > 0) {
		if (rest.at[0] == '[') {
			if (!take_index(&rest, &index))
				return NULL;
			root = json_value_item(root, index);
			continue;
		}
		if (rest.at[0] == '.')
			rest = bytes_drop(rest, 1);
		for (n = 0; n < rest.n && rest.at[n] != '.' &&
			rest.at[n] != '['; n++)
			;
		if (n == 0 || n >= sizeof(key))
			return NULL;
		memcpy(key, rest.at, n);
		key[n] = '\0';
		root = json_value_get(root, key);
		rest = bytes_drop(rest, n);
	}
	return root;
}

static bool put_list(const struct json_value *list, struct buf *out)
{
	size_t n = json_value_count(list);

	for (size_t i = 0; i < n && i < LIST_MOST; i++) {
		bytes text = json_value_text(json_value_item(list, i));

		if (text.at == NULL)
			continue;
		if (out->n > 0)
			buf_put_byte(out, ',');
		buf_put(out, text);
	}
	return out->n > 0;
}

bool request_scalar(const struct json_value *value, struct buf *out)
{
	switch (json_value_kind(value)) {
	case JSON_KIND_TEXT:
		buf_put(out, json_value_text(value));
		return true;
	case JSON_KIND_INTEGER:
		buf_printf(out, "%lld", (long long)json_value_integer(value,
			0));
		return true;
	case JSON_KIND_FLAG:
		buf_put_text(out, json_value_flag(value) ? "true" : "false");
		return true;
	case JSON_KIND_LIST:
		return put_list(value, out);
	default:
		return false;
	}
}

/* ---- the answer --------------------------------------------------------- */

bytes request_answer_header(const struct request_reading *r,
	const char *name, bool *is_there)
{
	const struct request_answer *a = r->answer;

	for (size_t i = 0; i < a->header_count; i++)
		if (bytes_equal_nocase(a->headers[i].name,
				bytes_text(name))) {
			*is_there = true;
			return a->headers[i].value;
		}
	*is_there = false;
	return bytes_of(NULL, 0);
}

struct request_reading *request_read(const struct request_answer *answer)
{
	struct request_reading *r = calloc(1, sizeof(*r));
	struct error err;
	bool is_there;
	bytes type;

	if (r == NULL)
		return NULL;
	r->answer = answer;
	type = request_answer_header(r, "Content-Type", &is_there);
	if (!answer->cut && bytes_find_nocase(type, bytes_text("json")) !=
			BYTES_NONE)
		r->document = json_document_parse("answer", answer->body, 1,
			&err);
	if (r->document)
		r->root = json_document_root(r->document);
	return r;
}

void request_reading_free(struct request_reading *r)
{
	if (r == NULL)
		return;
	json_document_free(r->document);
	free(r);
}

const struct json_value *request_json(const struct request_reading *r)
{
	return r->root;
}

/* ---- clauses ------------------------------------------------------------ */

static bool holds(void *context, const struct request_condition *c)
{
	const struct request_reading *r = context;
	bool is_there;
	bytes value;

	switch (c->place) {
	case REQUEST_HEADER:
		value = request_answer_header(r, c->from, &is_there);
		return request_test_text(c, c->text, value, is_there);
	case REQUEST_BODY:
		return request_test_text(c, c->text, r->answer->body, true);
	case REQUEST_JSON:
		/* Of what is no JSON nothing holds, not even the contrary. */
		return r->document && request_test_json(c, c->text,
					      request_path(r->root, c->from));
	case REQUEST_VALUE:
		break;
	}
	return false;
}

static bool has_status(const struct request_clause *clause, int status)
{
	if (clause->status_high == 0 && clause->status_count == 0)
		return true;
	if (status >= clause->status_low && status <= clause->status_high)
		return true;
	for (size_t i = 0; i < clause->status_count; i++)
		if (clause->statuses[i] == status)
			return true;
	return false;
}

const struct request_clause *request_judge(const struct request_step *step,
	const struct request_reading *answer)
{
	struct request_reading copy = *answer;

	for (size_t i = 0; i < step->answer_count; i++) {
		const struct request_clause *clause = &step->answers[i];

		if (has_status(clause, answer->answer->status) &&
			request_all_hold(clause->conditions,
				clause->condition_count, holds, &copy))
			return clause;
	}
	return NULL;
}

enum verdict request_default(int status)
{
	return status == 408 || status == 429 || status >= 500
		? VERDICT_RETRY : VERDICT_UNKNOWN;
}

/* ---- extracts ----------------------------------------------------------- */

bool request_look(const struct request_reading *r, enum request_place place,
	const char *from, struct buf *out)
{
	bool is_there = true;

	switch (place) {
	case REQUEST_HEADER:
		buf_put(out, request_answer_header(r, from, &is_there));
		return is_there;
	case REQUEST_BODY:
		buf_put(out, r->answer->body);
		return true;
	case REQUEST_JSON:
		return request_scalar(request_path(r->root, from), out);
	case REQUEST_VALUE:
		break;
	}
	return false;
}

static void extract_one(const struct request_extract *e,
	const struct request_reading *answer, struct arena *arena,
	struct request_values *values)
{
	struct buf text;
	bytes value;
	char *copy;

	buf_init(&text, (size_t)1 << 20);
	if (request_look(answer, e->place, e->from, &text)) {
		value = buf_bytes(&text);
		if (e->regex && !pattern_search(e->regex, value, &value))
			value.n = 0;
		copy = value.n == 0 ? NULL : arena_copy_text(arena,
					bytes_take(value, EXTRACT_MOST));
		if (copy)
			request_values_add(values, e->name,
				bytes_text(copy));
	}
	buf_release_wiped(&text);
}

void request_extract(const struct request_step *step,
	const struct request_reading *answer, struct arena *arena,
	struct request_values *values)
{
	for (size_t i = 0; i < step->extract_count; i++)
		extract_one(&step->extracts[i], answer, arena, values);
}
