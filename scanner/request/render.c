/* render: a step and values to what is sent. */
#include "request/internal.h"

#include "base/banned.h"

#define HEADER_MOST ((size_t)16 << 10)

static bool value_holds(void *context, const struct request_condition *c)
{
	const struct request_values *values = context;
	const struct request_value *v =
		request_values_find(values, c->from, 0);

	return request_test_text(c, c->text,
		v ? v->value : bytes_of(NULL, 0), v != NULL);
}

bool request_applies(const struct request_step *step,
	const struct request_values *values)
{
	struct request_values copy = *values;

	return request_all_hold(step->when, step->when_count, value_holds,
		&copy);
}

struct buf *request_add_header(struct request_rendered *r, const char *name,
	struct error *err)
{
	struct request_header *h;

	if (r->header_count == REQUEST_HEADERS) {
		error_set(err, ERR_LIMIT, "more than %d headers",
			REQUEST_HEADERS);
		return NULL;
	}
	h = &r->headers[r->header_count++];
	h->name = name;
	buf_init(&h->value, HEADER_MOST);
	return &h->value;
}

/* A value that broke its line would be another header. */
static bool is_header_value(bytes value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.at[i] < ' ' || value.at[i] == 0x7f)
			return false;
	return true;
}

static enum status add_headers(const struct request_step *step,
	const struct request_values *values, struct request_rendered *r,
	struct error *err)
{
	for (size_t i = 0; i < step->header_count; i++) {
		const struct request_field *f = &step->headers[i];
		struct buf *value = request_add_header(r, f->name, err);
		enum status status;

		if (value == NULL)
			return ERR_LIMIT;
		status = request_template(f->value, values, REQUEST_RAW,
			value, err);
		if (status != OK)
			return status;
		if (!is_header_value(buf_bytes(value)))
			return error_set(err, ERR_FORMAT, "the header %s "
				"would hold a control character", f->name);
	}
	return OK;
}

static enum status add_pairs(const struct request_field *fields, size_t n,
	const struct request_values *values, char first, struct buf *out,
	struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		enum status status;

		if (i > 0 || first)
			buf_put_byte(out, (unsigned char)(i ? '&' : first));
		request_escape_url(bytes_text(fields[i].name), out);
		buf_put_byte(out, '=');
		status = request_template(fields[i].value, values,
			REQUEST_URL, out, err);
		if (status != OK)
			return status;
	}
	return OK;
}

static enum status add_url(const struct request_step *step,
	const struct request_values *values, struct buf *url,
	struct error *err)
{
	enum status status =
		request_template(step->url, values, REQUEST_URL, url, err);
	char first = '?';

	if (status != OK)
		return status;
	if (bytes_find_byte(buf_bytes(url), '?') != BYTES_NONE)
		first = '&';
	return add_pairs(step->query, step->query_count, values, first, url,
		err);
}

static enum status add_body(const struct request_step *step,
	const struct request_values *values, struct request_rendered *r,
	struct error *err)
{
	const char *type = step->content_type;
	enum status status = OK;
	struct buf *value;

	if (step->json) {
		type = type ? type : "application/json";
		status = request_template(step->json, values,
			REQUEST_JSON_TEXT, &r->body, err);
	} else if (step->form_count > 0) {
		type = type ? type : "application/x-www-form-urlencoded";
		status = add_pairs(step->form, step->form_count, values, 0,
			&r->body, err);
	} else if (step->body) {
		status = request_template(step->body, values, REQUEST_RAW,
			&r->body, err);
	}
	if (status != OK || type == NULL)
		return status;
	value = request_add_header(r, "Content-Type", err);
	if (value == NULL)
		return ERR_LIMIT;
	buf_put_text(value, type);
	return OK;
}

enum status request_render(const struct request_step *step,
	const struct request_values *values, struct request_rendered *out,
	struct error *err)
{
	enum status status;

	*out = (struct request_rendered){.method = step->method};
	if (out->method == NULL)
		out->method = step->json || step->form_count || step->body
			? "POST" : "GET";
	buf_init(&out->url, REQUEST_URL_MOST);
	buf_init(&out->body, REQUEST_BODY_MOST);
	status = add_url(step, values, &out->url, err);
	if (status == OK)
		status = add_headers(step, values, out, err);
	if (status == OK)
		status = add_body(step, values, out, err);
	if (status == OK && step->sign.kind)
		status = request_sign(step, values, out, err);
	return status;
}

void request_release(struct request_rendered *r)
{
	buf_release_wiped(&r->url);
	buf_release_wiped(&r->body);
	for (size_t i = 0; i < r->header_count; i++)
		buf_release_wiped(&r->headers[i].value);
	r->header_count = 0;
}
