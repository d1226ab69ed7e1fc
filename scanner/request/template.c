/*
 * template: {{name | filter(argument)}} in text.
 *
 * An argument is "text" with \" and \\, a number, or the name of a value. The
 * parser and the checker are one walk: checking uses values that are empty.
 */
#include "request/internal.h"

#include "base/banned.h"

#define FILTERS_MOST 8
#define VALUE_MOST ((size_t)64 << 10)

struct walk {
	bytes rest; /* of the inside of one {{ }} */
	const struct request_values *values; /* NULL: only check */
	struct error *err;
};

static bool is_name_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void skip_blanks(struct walk *w)
{
	while (w->rest.n > 0 && w->rest.at[0] == ' ')
		w->rest = bytes_drop(w->rest, 1);
}

static bool take_byte(struct walk *w, unsigned char c)
{
	skip_blanks(w);
	if (w->rest.n == 0 || w->rest.at[0] != c)
		return false;
	w->rest = bytes_drop(w->rest, 1);
	return true;
}

static bytes take_name(struct walk *w)
{
	bytes name;
	size_t n = 0;

	skip_blanks(w);
	while (n < w->rest.n && is_name_byte(w->rest.at[n]))
		n++;
	name = bytes_take(w->rest, n);
	w->rest = bytes_drop(w->rest, n);
	return name;
}

static enum status find_value(const struct walk *w, bytes name, bytes *out)
{
	*out = bytes_of("", 0);
	if (w->values == NULL)
		return OK;
	for (size_t i = 0; i < w->values->count; i++)
		if (bytes_equal(bytes_text(w->values->at[i].name), name)) {
			*out = w->values->at[i].value;
			return OK;
		}
	return error_set(w->err, ERR_NOT_FOUND, "needs %.*s",
		(int)(name.n < 80 ? name.n : 80), (const char *)name.at);
}

/* "text" with \" and \\ for themselves. */
static enum status take_text(struct walk *w, struct buf *out)
{
	while (w->rest.n > 0 && w->rest.at[0] != '"') {
		if (w->rest.at[0] == '\\' && w->rest.n > 1 &&
			(w->rest.at[1] == '"' || w->rest.at[1] == '\\'))
			w->rest = bytes_drop(w->rest, 1);
		buf_put_byte(out, w->rest.at[0]);
		w->rest = bytes_drop(w->rest, 1);
	}
	if (!take_byte(w, '"'))
		return error_set(w->err, ERR_FORMAT,
			"template: a text has no end");
	return OK;
}

static enum status take_argument(struct walk *w, struct buf *out)
{
	bytes name, value;
	enum status status;

	if (take_byte(w, '"'))
		return take_text(w, out);
	name = take_name(w);
	if (name.n == 0)
		return error_set(w->err, ERR_FORMAT,
			"template: an argument is a name, a number or a "
			"\"text\"");
	if (name.at[0] >= '0' && name.at[0] <= '9') {
		buf_put(out, name);
		return OK;
	}
	status = find_value(w, name, &value);
	if (status == OK)
		buf_put(out, value);
	return status;
}

static enum status take_arguments(struct walk *w,
	struct buf arguments[REQUEST_ARGUMENTS], size_t *count)
{
	enum status status = OK;

	*count = 0;
	if (!take_byte(w, '('))
		return OK;
	do {
		if (*count == REQUEST_ARGUMENTS)
			return error_set(w->err, ERR_FORMAT,
				"template: too many arguments");
		status = take_argument(w, &arguments[(*count)++]);
	} while (status == OK && take_byte(w, ','));
	if (status == OK && !take_byte(w, ')'))
		return error_set(w->err, ERR_FORMAT,
			"template: a ) is missing");
	return status;
}

static enum status run_filter(struct walk *w, const struct request_filter *f,
	bytes name, struct buf *value)
{
	struct buf arguments[REQUEST_ARGUMENTS], out;
	bytes given[REQUEST_ARGUMENTS];
	size_t count;
	enum status status;

	for (size_t i = 0; i < REQUEST_ARGUMENTS; i++)
		buf_init(&arguments[i], VALUE_MOST);
	buf_init(&out, VALUE_MOST);
	status = take_arguments(w, arguments, &count);
	if (status == OK && count != request_filter_arguments(f))
		status = error_set(w->err, ERR_FORMAT,
			"template: %.*s takes %zu arguments", (int)name.n,
			(const char *)name.at, request_filter_arguments(f));
	for (size_t i = 0; i < REQUEST_ARGUMENTS; i++)
		given[i] = buf_bytes(&arguments[i]);
	if (status == OK && w->values != NULL &&
		(!request_filter_run(f, buf_bytes(value), given, &out) ||
			out.failed))
		status = error_set(w->err, ERR_FORMAT,
			"template: %.*s cannot take this value", (int)name.n,
			(const char *)name.at);
	for (size_t i = 0; i < REQUEST_ARGUMENTS; i++)
		buf_release_wiped(&arguments[i]);
	if (status != OK) {
		buf_release_wiped(&out);
		return status;
	}
	buf_release_wiped(value);
	*value = out;
	return OK;
}

static enum status take_filters(struct walk *w, struct buf *value, bool *raw)
{
	enum status status = OK;

	for (size_t n = 0; status == OK && take_byte(w, '|'); n++) {
		bytes name = take_name(w);
		const struct request_filter *f = request_filter_find(name);

		if (f == NULL || n == FILTERS_MOST)
			return error_set(w->err, ERR_FORMAT,
				"template: no filter is called '%.*s'",
				(int)(name.n < 40 ? name.n : 40),
				(const char *)name.at);
		*raw = request_filter_is_raw(f);
		if (!*raw)
			status = run_filter(w, f, name, value);
	}
	return status;
}

/* What stands between {{ and }}. */
static enum status put_inside(bytes inside,
	const struct request_values *values, enum request_escape escape,
	struct buf *out, struct error *err)
{
	struct walk w = {inside, values, err};
	bytes name = take_name(&w), found;
	struct buf value;
	bool raw = false;
	enum status status;

	if (name.n == 0)
		return error_set(err, ERR_FORMAT,
			"template: {{ }} holds no name");
	status = find_value(&w, name, &found);
	if (status != OK)
		return status;
	buf_init(&value, VALUE_MOST);
	buf_put(&value, found);
	status = take_filters(&w, &value, &raw);
	skip_blanks(&w);
	if (status == OK && w.rest.n > 0)
		status = error_set(err, ERR_FORMAT,
			"template: '%.*s' after a value",
			(int)(w.rest.n < 40 ? w.rest.n : 40),
			(const char *)w.rest.at);
	if (status == OK && value.failed)
		status = error_set(err, ERR_LIMIT, "template: a value is too "
						   "long");
	if (status == OK && (raw || escape == REQUEST_RAW))
		buf_put(out, buf_bytes(&value));
	else if (status == OK && escape == REQUEST_URL)
		request_escape_url(buf_bytes(&value), out);
	else if (status == OK)
		request_escape_json(buf_bytes(&value), out);
	buf_release_wiped(&value);
	return status;
}

enum status request_template(const char *text,
	const struct request_values *values, enum request_escape escape,
	struct buf *out, struct error *err)
{
	bytes rest = bytes_text(text);

	for (;;) {
		size_t from = bytes_find(rest, bytes_text("{{")), to;
		enum status status;

		buf_put(out, bytes_take(rest, from));
		if (from == BYTES_NONE)
			break;
		rest = bytes_drop(rest, from + 2);
		to = bytes_find(rest, bytes_text("}}"));
		if (to == BYTES_NONE)
			return error_set(err, ERR_FORMAT,
				"template: a {{ has no }}");
		status = put_inside(bytes_take(rest, to), values, escape, out,
			err);
		if (status != OK)
			return status;
		rest = bytes_drop(rest, to + 2);
	}
	return out->failed ? error_set(err, ERR_LIMIT,
				     "template: its result is too long")
			   : OK;
}

enum status request_template_check(const char *text, struct error *err)
{
	struct buf out;
	enum status status;

	buf_init(&out, VALUE_MOST);
	status = request_template(text, NULL, REQUEST_RAW, &out, err);
	buf_release(&out);
	return status;
}

bool request_values_add(struct request_values *values, const char *name,
	bytes value)
{
	if (values->count == REQUEST_VALUES)
		return false;
	values->at[values->count++] =
		(struct request_value){.name = name, .value = value};
	return true;
}

const struct request_value *request_values_find(
	const struct request_values *values, const char *name, size_t n)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->at[i].name, name) == 0 && n-- == 0)
			return &values->at[i];
	return NULL;
}

struct request_values request_values_with(const struct request_values *values,
	const char *each, size_t n)
{
	struct request_values out = *values;
	const struct request_value *chosen =
		request_values_find(values, each, n);

	for (size_t i = 0; chosen && i < out.count; i++)
		if (strcmp(out.at[i].name, each) == 0) {
			out.at[i] = *chosen;
			break;
		}
	return out;
}
