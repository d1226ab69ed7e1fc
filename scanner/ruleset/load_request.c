/*
 * [rules.verify] and [rules.revoke] -> struct request_block.
 *
 * A block has its step's keys itself, or `steps`, a list of tables; or it is
 * the id of an earlier rule, whose block it shares. See rules/README.md.
 */
#include "ruleset/load_request.h"

#include "request/request.h"
#include "request/sign.h"

#include "base/banned.h"

#define STEPS_MOST 15 /* three for each of a provider's sites */

static const struct key sign_keys[] = {
	{"kind", true, ruleset_read_text,
		offsetof(struct request_signer, kind)},
	{"id", true, ruleset_read_text, offsetof(struct request_signer, id)},
	{"secret", true, ruleset_read_text,
		offsetof(struct request_signer, secret)},
	{"session", true, ruleset_read_text,
		offsetof(struct request_signer, session)},
	{"service", true, ruleset_read_text,
		offsetof(struct request_signer, service)},
	{"region", true, ruleset_read_text,
		offsetof(struct request_signer, region)},
};
static const struct key_table sign_table = {sign_keys, KEY_COUNT(sign_keys),
	"'sign'"};

static enum status read_sign(struct load *l, const struct toml_entry *entry,
	void *field)
{
	struct request_signer *s = field;
	enum status status =
		ruleset_read_table(l, &sign_table, entry->value, s, NULL);

	if (status == OK && (!s->kind || !request_sign_is_known(s->kind)))
		return ruleset_fail(l, entry->value,
			"'sign' needs a kind that is known, such as aws-sigv4");
	return status;
}

/* ---- steps -------------------------------------------------------------- */

struct select_draft {
	struct request_select select;
	struct condition_list where;
	struct field_list take;
	const char *next;
};

static const struct key select_keys[] = {
	{"list", true, ruleset_read_text,
		offsetof(struct select_draft, select.list)},
	{"where", true, ruleset_read_where,
		offsetof(struct select_draft, where)},
	{"take", true, ruleset_read_fields,
		offsetof(struct select_draft, take)},
	{"next", true, ruleset_read_text,
		offsetof(struct select_draft, next)},
	{"pages", true, ruleset_read_count,
		offsetof(struct select_draft, select.pages)},
};
static const struct key_table select_table = {select_keys,
	KEY_COUNT(select_keys), "'select'"};

static enum status read_select(struct load *l, const struct toml_entry *entry,
	void *field)
{
	struct select_draft d = {.next = NULL};
	enum status status =
		ruleset_read_table(l, &select_table, entry->value, &d, NULL);

	if (status != OK)
		return status;
	if (d.select.list == NULL || d.where.n == 0)
		return ruleset_fail(l, entry->value,
			"'select' needs a list and a where");
	d.select.where = d.where.at;
	d.select.where_count = d.where.n;
	d.select.take = d.take.at;
	d.select.take_count = d.take.n;
	if (d.next)
		status = ruleset_read_place(l, entry->value, bytes_text(d.next),
			&d.select.next_place, &d.select.next);
	*(struct request_select *)field = d.select;
	return status;
}

struct step_draft {
	struct request_step step;
	struct field_list headers, query, form;
	struct condition_list when;
	struct clause_list answers;
	struct extract_list extracts;
};

#define STEP_KEYS(type, draft)                                               \
	{"name", true, ruleset_read_text, offsetof(type, draft step.name)},  \
	{"method", true, ruleset_read_text,                                  \
		offsetof(type, draft step.method)},                          \
	{"url", true, ruleset_read_text, offsetof(type, draft step.url)},    \
	{"headers", true, ruleset_read_fields,                               \
		offsetof(type, draft headers)},                              \
	{"query", true, ruleset_read_fields,                                 \
		offsetof(type, draft query)},                                \
	{"form", true, ruleset_read_fields,                                  \
		offsetof(type, draft form)},                                 \
	{"body", true, ruleset_read_text, offsetof(type, draft step.body)},  \
	{"json", true, ruleset_read_text, offsetof(type, draft step.json)},  \
	{"contentType", true, ruleset_read_text,                             \
		offsetof(type, draft step.content_type)},                    \
	{"each", true, ruleset_read_text, offsetof(type, draft step.each)},  \
	{"when", true, ruleset_read_when,                                    \
		offsetof(type, draft when)},                                 \
	{"sign", true, read_sign, offsetof(type, draft step.sign)},          \
	{"answers", true, ruleset_read_answers,                              \
		offsetof(type, draft answers)},                              \
	{"extract", true, ruleset_read_extracts,                             \
		offsetof(type, draft extracts)},                             \
	{"select", true, read_select, offsetof(type, draft step.select)}

#define NO_DRAFT /* the draft itself */
static const struct key step_keys[] = {
	STEP_KEYS(struct step_draft, NO_DRAFT)};
static const struct key_table step_table = {step_keys, KEY_COUNT(step_keys),
	"a step"};

static enum status check_template(struct load *l, const struct toml_node *at,
	const char *text)
{
	struct error problem;

	if (text == NULL || request_template_check(text, &problem) == OK)
		return OK;
	return ruleset_fail(l, at, "%s", problem.text);
}

static enum status check_fields(struct load *l, const struct toml_node *at,
	const struct field_list *fields)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < fields->n; i++)
		status = check_template(l, at, fields->at[i].value);
	return status;
}

static enum status finish_step(struct load *l, const struct toml_node *at,
	struct step_draft *d, struct request_step *out)
{
	struct request_step *s = &d->step;
	enum status status = check_template(l, at, s->url);

	if (s->url == NULL || d->answers.n == 0)
		return ruleset_fail(l, at, "a step needs a url and answers");
	if ((s->body != NULL) + (s->json != NULL) + (d->form.n > 0) > 1)
		return ruleset_fail(l, at,
			"a step has at most one of body, json and form");
	if (status == OK)
		status = check_template(l, at, s->body);
	if (status == OK)
		status = check_template(l, at, s->json);
	if (status == OK)
		status = check_fields(l, at, &d->headers);
	if (status == OK)
		status = check_fields(l, at, &d->query);
	if (status == OK)
		status = check_fields(l, at, &d->form);
	s->headers = d->headers.at;
	s->header_count = d->headers.n;
	s->query = d->query.at;
	s->query_count = d->query.n;
	s->form = d->form.at;
	s->form_count = d->form.n;
	s->when = d->when.at;
	s->when_count = d->when.n;
	s->answers = d->answers.at;
	s->answer_count = d->answers.n;
	s->extracts = d->extracts.at;
	s->extract_count = d->extracts.n;
	*out = *s;
	return status;
}

/* ---- blocks ------------------------------------------------------------- */

struct block_draft {
	struct request_block block;
	struct step_draft one;
	struct text_list hosts;
	const struct toml_node *steps;
};

static const struct key block_keys[] = {
	STEP_KEYS(struct block_draft, one.),
	{"steps", true, ruleset_keep_node, offsetof(struct block_draft, steps)},
	{"hosts", true, ruleset_read_list,
		offsetof(struct block_draft, hosts)},
	{"perMinute", true, ruleset_read_count,
		offsetof(struct block_draft, block.per_minute)},
	{"burst", true, ruleset_read_count,
		offsetof(struct block_draft, block.burst)},
	{"parallel", true, ruleset_read_count,
		offsetof(struct block_draft, block.parallel)},
	{"tries", true, ruleset_read_count,
		offsetof(struct block_draft, block.tries)},
	{"unsafe", true, ruleset_read_flag,
		offsetof(struct block_draft, block.unsafe)},
	{"kind", true, ruleset_read_text,
		offsetof(struct block_draft, block.kind)},
	{"credential", true, ruleset_read_text,
		offsetof(struct block_draft, block.credential)},
	{"effect", true, ruleset_read_text,
		offsetof(struct block_draft, block.effect)},
	{"reversible", true, ruleset_read_flag,
		offsetof(struct block_draft, block.reversible)},
	{"batch", true, ruleset_read_count,
		offsetof(struct block_draft, block.batch)},
	{"perHour", true, ruleset_read_count,
		offsetof(struct block_draft, block.per_hour)},
};
static const struct key_table block_table = {block_keys,
	KEY_COUNT(block_keys), "a verify or revoke block"};

static enum status read_steps(struct load *l, struct block_draft *d,
	const struct toml_node *table)
{
	size_t n = d->steps ? ruleset_toml_count(d->steps) : 1;
	struct request_step *steps =
		arena_array(l->arena, n + 1, sizeof(*steps));
	enum status status = OK;

	if (steps == NULL)
		return ruleset_load_no_memory(l);
	if (n == 0 || n > STEPS_MOST)
		return ruleset_fail(l, table, "'steps' is a list of 1 to %d "
			"tables", STEPS_MOST);
	d->block.steps = steps;
	d->block.step_count = n;
	if (d->steps == NULL)
		return finish_step(l, table, &d->one, &steps[0]);
	if (d->one.step.url)
		return ruleset_fail(l, table,
			"a block has steps, or is one itself");
	for (size_t i = 0; status == OK && i < n; i++) {
		const struct toml_node *node = ruleset_toml_item(d->steps, i);
		struct step_draft step = {.step = {.url = NULL}};

		status = ruleset_read_table(l, &step_table, node, &step,
			NULL);
		if (status == OK)
			status = finish_step(l, node, &step, &steps[i]);
	}
	return status;
}

/* verify = "ID": the block of a rule that stands before this one. */
static enum status share_block(struct load *l, const struct toml_entry *entry,
	void *field)
{
	const struct ruleset_entry *other;
	const struct request_block *block = NULL;
	const char *id;
	enum status status = ruleset_read_text(l, entry, &id);

	if (status != OK)
		return status;
	other = ruleset_entry(l->set, id);
	if (other && bytes_equal(entry->key, bytes_text("verify")))
		block = other->rule->verify;
	else if (other)
		block = other->rule->revoke;
	if (block == NULL)
		return ruleset_fail(l, entry->value,
			"no rule before this one is '%s' with such a block",
			id);
	*(const struct request_block **)field = block;
	return OK;
}

enum status ruleset_read_request(struct load *l,
	const struct toml_entry *entry, void *field)
{
	struct block_draft d = {.steps = NULL};
	struct request_block *kept = arena_alloc(l->arena, sizeof(*kept));
	enum status status;

	if (ruleset_toml_kind(entry->value) == TOML_STRING)
		return share_block(l, entry, field);
	status = ruleset_read_table(l, &block_table, entry->value, &d, NULL);
	if (status != OK)
		return status;
	if (kept == NULL)
		return ruleset_load_no_memory(l);
	if (d.hosts.n == 0)
		return ruleset_fail(l, entry->value,
			"a block needs the hosts that it may ask");
	d.block.hosts = d.hosts.at;
	d.block.host_count = d.hosts.n;
	status = read_steps(l, &d, entry->value);
	*kept = d.block;
	if (status == OK)
		*(const struct request_block **)field = kept;
	return status;
}
