/*
 * show: a block as it would be sent, without its secrets. The templates are
 * rendered with marks in the place of what may not be shown; a filter cannot
 * make anything of a mark but another text without the secret in it.
 */
#include "request/internal.h"

#include "base/banned.h"

#define MARK "***"

static void mask(struct request_values *values)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->at[i].is_secret)
			values->at[i].value = bytes_text(MARK);
}

/* Rendered, or the template itself when a filter cannot take a mark. */
static void put(struct buf *out, const char *template,
	const struct request_values *values)
{
	struct buf text;
	struct error err;

	buf_init(&text, REQUEST_BODY_MOST);
	if (request_template(template, values, REQUEST_RAW, &text, &err) == OK)
		buf_put(out, buf_bytes(&text));
	else
		buf_put_text(out, template);
	buf_release(&text);
}

static void put_fields(struct buf *out, const struct request_field *fields,
	size_t n, const char *before, const char *between,
	const struct request_values *values)
{
	for (size_t i = 0; i < n; i++) {
		buf_put_text(out, before);
		buf_put_text(out, fields[i].name);
		buf_put_text(out, between);
		put(out, fields[i].value, values);
	}
}

static void put_step(struct buf *out, const struct request_step *step,
	const struct request_values *values)
{
	bool has_body = step->json || step->form_count || step->body;

	buf_printf(out, "%s ", step->method ? step->method
					    : has_body ? "POST" : "GET");
	put(out, step->url, values);
	put_fields(out, step->query, step->query_count, " ?", "=", values);
	put_fields(out, step->headers, step->header_count, "\n  ", ": ",
		values);
	if (step->sign.kind)
		buf_printf(out, "\n  signed by %s", step->sign.kind);
	put_fields(out, step->form, step->form_count, "\n  form ", "=",
		values);
	if (step->json || step->body) {
		buf_put_text(out, "\n  body ");
		put(out, step->json ? step->json : step->body, values);
	}
	buf_put_byte(out, '\n');
}

void request_show(const struct request_block *block,
	const struct request_values *values, struct buf *out)
{
	struct request_values shown = *values;

	mask(&shown);
	for (size_t i = 0; i < block->step_count; i++)
		if (request_applies(&block->steps[i], values))
			put_step(out, &block->steps[i], &shown);
}
