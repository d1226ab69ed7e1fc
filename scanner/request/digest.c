/* digest: what a block says, hashed: equal blocks ask alike. */
#include "request/request.h"

#include "base/hash.h"

#include "base/banned.h"

#define DIGEST_MOST ((size_t)4 << 20)

static void put_text(struct buf *out, const char *text)
{
	if (text)
		buf_printf(out, "%zu:%s", strlen(text), text);
	else
		buf_put_text(out, "-:");
}

static void put_number(struct buf *out, long long number)
{
	buf_printf(out, "%lld;", number);
}

static void put_fields(struct buf *out, const struct request_field *fields,
	size_t n)
{
	put_number(out, (long long)n);
	for (size_t i = 0; i < n; i++) {
		put_text(out, fields[i].name);
		put_text(out, fields[i].value);
	}
}

static void put_conditions(struct buf *out,
	const struct request_condition *conditions, size_t n)
{
	put_number(out, (long long)n);
	for (size_t i = 0; i < n; i++) {
		const struct request_condition *c = &conditions[i];

		put_number(out, c->place);
		put_number(out, c->test);
		put_number(out, c->negated);
		put_number(out, c->alternative);
		put_number(out, c->number);
		put_text(out, c->from);
		put_text(out, c->text);
	}
}

static void put_clauses(struct buf *out, const struct request_step *s)
{
	put_number(out, (long long)s->answer_count);
	for (size_t i = 0; i < s->answer_count; i++) {
		const struct request_clause *c = &s->answers[i];

		put_number(out, c->status_low);
		put_number(out, c->status_high);
		put_number(out, (long long)c->status_count);
		for (size_t k = 0; k < c->status_count; k++)
			put_number(out, c->statuses[k]);
		put_conditions(out, c->conditions, c->condition_count);
		put_number(out, c->verdict);
		put_text(out, c->note);
	}
	put_number(out, (long long)s->extract_count);
	for (size_t i = 0; i < s->extract_count; i++) {
		put_text(out, s->extracts[i].name);
		put_number(out, s->extracts[i].place);
		put_text(out, s->extracts[i].from);
		put_text(out, s->extracts[i].regex);
	}
}

static void put_step(struct buf *out, const struct request_step *s)
{
	const char *const texts[] = {s->method, s->url, s->body, s->json,
		s->content_type, s->each, s->sign.kind, s->sign.id,
		s->sign.secret, s->sign.session, s->sign.service,
		s->sign.region, s->select.list, s->select.next};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		put_text(out, texts[i]);
	put_fields(out, s->headers, s->header_count);
	put_fields(out, s->query, s->query_count);
	put_fields(out, s->form, s->form_count);
	put_conditions(out, s->when, s->when_count);
	put_clauses(out, s);
	put_conditions(out, s->select.where, s->select.where_count);
	put_fields(out, s->select.take, s->select.take_count);
	put_number(out, s->select.next_place);
	put_number(out, s->select.pages);
}

uint64_t request_digest(const struct request_block *b)
{
	struct buf out;
	uint64_t digest;

	if (b == NULL)
		return 0;
	buf_init(&out, DIGEST_MOST);
	for (size_t i = 0; i < b->host_count; i++)
		put_text(&out, b->hosts[i]);
	for (size_t i = 0; i < b->step_count; i++)
		put_step(&out, &b->steps[i]);
	put_text(&out, b->kind);
	put_text(&out, b->credential);
	put_text(&out, b->effect);
	put_number(&out, b->reversible);
	put_number(&out, b->unsafe);
	put_number(&out, b->batch);
	digest = hash_64(buf_bytes(&out), 0);
	buf_release(&out);
	return digest;
}
