/* block: a request block as C: its parts first, then itself. */
#include "ruleset/tool/put.h"

#include <stdio.h>

#include "base/banned.h"

static void field(const char *name, const char *text)
{
	if (text == NULL)
		return;
	printf(".%s = ", name);
	put_text(text);
	fputs(", ", stdout);
}

static void number(const char *name, long long value)
{
	if (value)
		printf(".%s = %lld, ", name, value);
}

/* A pointer to a part and how many there are. */
static void part(const char *pointer, const char *counter, const char *name,
	const char *suffix, size_t n)
{
	if (n)
		printf(".%s = %s_%s, .%s = %zu, ", pointer, name, suffix,
			counter, n);
}

static void put_conditions(const char *name, const char *suffix,
	const struct request_condition *conditions, size_t n)
{
	if (n == 0)
		return;
	printf("static const struct request_condition %s_%s[] = {\n", name,
		suffix);
	for (size_t i = 0; i < n; i++) {
		const struct request_condition *c = &conditions[i];

		printf("\t{(enum request_place)%d, (enum request_test)%d, "
		       "%d, ", (int)c->place, (int)c->test, c->negated);
		put_text(c->from);
		fputs(", ", stdout);
		put_text(c->text);
		printf(", %lld, %d},\n", (long long)c->number,
			c->alternative);
	}
	fputs("};\n", stdout);
}

static void put_fields(const char *name, const char *suffix,
	const struct request_field *fields, size_t n)
{
	if (n == 0)
		return;
	printf("static const struct request_field %s_%s[] = {\n", name,
		suffix);
	for (size_t i = 0; i < n; i++) {
		fputs("\t{", stdout);
		put_text(fields[i].name);
		fputs(", ", stdout);
		put_text(fields[i].value);
		fputs("},\n", stdout);
	}
	fputs("};\n", stdout);
}

static void put_clause_parts(const char *name, const struct request_clause *c,
	size_t i)
{
	char suffix[32];

	snprintf(suffix, sizeof(suffix), "tests_%zu", i);
	put_conditions(name, suffix, c->conditions, c->condition_count);
	if (c->status_count == 0)
		return;
	printf("static const uint16_t %s_statuses_%zu[] = {", name, i);
	for (size_t k = 0; k < c->status_count; k++)
		printf("%u, ", c->statuses[k]);
	fputs("};\n", stdout);
}

static void put_clauses(const char *name, const struct request_clause *at,
	size_t n)
{
	char suffix[32];

	for (size_t i = 0; i < n; i++)
		put_clause_parts(name, &at[i], i);
	printf("static const struct request_clause %s_answers[] = {\n", name);
	for (size_t i = 0; i < n; i++) {
		fputs("\t{", stdout);
		number("status_low", at[i].status_low);
		number("status_high", at[i].status_high);
		snprintf(suffix, sizeof(suffix), "statuses_%zu", i);
		part("statuses", "status_count", name, suffix,
			at[i].status_count);
		snprintf(suffix, sizeof(suffix), "tests_%zu", i);
		part("conditions", "condition_count", name, suffix,
			at[i].condition_count);
		printf(".verdict = (enum verdict)%d, ", (int)at[i].verdict);
		field("note", at[i].note);
		fputs("},\n", stdout);
	}
	fputs("};\n", stdout);
}

static void put_extracts(const char *name, const struct request_extract *at,
	size_t n)
{
	if (n == 0)
		return;
	printf("static const struct request_extract %s_extracts[] = {\n",
		name);
	for (size_t i = 0; i < n; i++) {
		fputs("\t{", stdout);
		put_text(at[i].name);
		printf(", (enum request_place)%d, ", (int)at[i].place);
		put_text(at[i].from);
		fputs(", ", stdout);
		put_text(at[i].regex);
		fputs("},\n", stdout);
	}
	fputs("};\n", stdout);
}

static void put_step_parts(const char *name, const struct request_step *s)
{
	put_fields(name, "headers", s->headers, s->header_count);
	put_fields(name, "query", s->query, s->query_count);
	put_fields(name, "form", s->form, s->form_count);
	put_fields(name, "take", s->select.take, s->select.take_count);
	put_conditions(name, "when", s->when, s->when_count);
	put_conditions(name, "where", s->select.where,
		s->select.where_count);
	put_clauses(name, s->answers, s->answer_count);
	put_extracts(name, s->extracts, s->extract_count);
}

static void put_step(const char *name, const struct request_step *s)
{
	fputs("\t{", stdout);
	field("name", s->name);
	field("method", s->method);
	field("url", s->url);
	field("body", s->body);
	field("json", s->json);
	field("content_type", s->content_type);
	field("each", s->each);
	field("sign.kind", s->sign.kind);
	field("sign.id", s->sign.id);
	field("sign.secret", s->sign.secret);
	field("sign.session", s->sign.session);
	field("sign.service", s->sign.service);
	field("sign.region", s->sign.region);
	part("headers", "header_count", name, "headers", s->header_count);
	part("query", "query_count", name, "query", s->query_count);
	part("form", "form_count", name, "form", s->form_count);
	part("when", "when_count", name, "when", s->when_count);
	part("answers", "answer_count", name, "answers", s->answer_count);
	part("extracts", "extract_count", name, "extracts",
		s->extract_count);
	field("select.list", s->select.list);
	field("select.next", s->select.next);
	printf(".select.next_place = (enum request_place)%d, ",
		(int)s->select.next_place);
	number("select.pages", s->select.pages);
	part("select.where", "select.where_count", name, "where",
		s->select.where_count);
	part("select.take", "select.take_count", name, "take",
		s->select.take_count);
	fputs("},\n", stdout);
}

void put_block(const char *name, const struct request_block *b)
{
	char label[96];

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->step_count; i++) {
		snprintf(label, sizeof(label), "%s_%zu", name, i);
		put_step_parts(label, &b->steps[i]);
	}
	printf("static const struct request_step %s_steps[] = {\n", name);
	for (size_t i = 0; i < b->step_count; i++) {
		snprintf(label, sizeof(label), "%s_%zu", name, i);
		put_step(label, &b->steps[i]);
	}
	printf("};\nstatic const char *const %s_hosts[] = {", name);
	for (size_t i = 0; i < b->host_count; i++) {
		put_text(b->hosts[i]);
		fputs(", ", stdout);
	}
	printf("};\nstatic const struct request_block %s = {\n", name);
	printf("\t.hosts = %s_hosts, .host_count = %zu,\n\t.steps = "
	       "%s_steps, .step_count = %zu,\n\t", name, b->host_count, name,
		b->step_count);
	number("per_minute", b->per_minute);
	number("burst", b->burst);
	number("parallel", b->parallel);
	number("tries", b->tries);
	number("unsafe", b->unsafe);
	field("kind", b->kind);
	field("credential", b->credential);
	field("effect", b->effect);
	number("reversible", b->reversible);
	number("batch", b->batch);
	number("per_hour", b->per_hour);
	fputs("\n};\n", stdout);
}
