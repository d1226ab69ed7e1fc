/*
 * rebuild: findings in the store become leaks again, so that every format of
 * report/ tells an audit as it tells a scan. What a record says is taken from
 * it; the secret is its redacted form, and is shown as it is.
 */
#include "survey/internal.h"

#include "json/json.h"

#include <stdlib.h>

#include "base/banned.h"

struct rebuilding {
	const struct survey_view *view;
	const struct store_place_filter *filter;
	struct leaks *leaks;
	enum status status;
};

static void rule_free(struct rule *rule)
{
	if (rule == NULL)
		return;
	free((char *)(uintptr_t)rule->id);
	free((char *)(uintptr_t)rule->provider);
	free(rule);
}

void survey_release_rules(struct column *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		rule_free(((struct rule **)rules->at)[i]);
	free(rules->at);
	*rules = (struct column){.at = NULL};
}

/* A rule that is gone since, by what the store knows of it. */
static const struct rule *gone_rule(struct column *rules,
	const struct store_place_row *row)
{
	struct rule **list = rules->at, *rule;

	for (size_t i = 0; i < rules->n; i++)
		if (bytes_equal(bytes_text(list[i]->id), row->rule))
			return list[i];
	rule = calloc(1, sizeof(*rule));
	if (rule == NULL)
		return NULL;
	rule->id = strndup((const char *)row->rule.at, row->rule.n);
	rule->provider = strndup((const char *)row->provider.at,
		row->provider.n);
	rule->description = "A rule that is not in this rule set";
	if (!rule->id || !rule->provider ||
		!column_grow(rules, 1, sizeof(rule))) {
		rule_free(rule);
		return NULL;
	}
	((struct rule **)rules->at)[rules->n++] = rule;
	return rule;
}

static const struct rule *rule_of(const struct rebuilding *r,
	const struct store_place_row *row)
{
	char *id = strndup((const char *)row->rule.at, row->rule.n);
	const struct rule *rule = id ? ruleset_find(r->view->rules, id) : NULL;

	free(id);
	return rule ? rule : gone_rule(r->view->gone_rules, row);
}

static bytes text_of(const struct json_value *v, const char *key)
{
	return json_value_text(json_value_get(v, key));
}

static uint64_t number_of(const struct json_value *v, const char *key)
{
	int64_t n = json_value_integer(json_value_get(v, key), 0);

	return n > 0 ? (uint64_t)n : 0;
}

static enum leak_source source_of(bytes name)
{
	for (int i = LEAK_WORKTREE; i <= LEAK_ARCHIVE; i++)
		if (bytes_equal(name, bytes_text(leak_source_name(
			(enum leak_source)i))))
			return (enum leak_source)i;
	return LEAK_HISTORY;
}

static void put_encodings(struct sighting *s, bytes names)
{
	enum encoding encoding;
	bytes name;

	while (names.n && s->encoding_count < SIGHTING_ENCODINGS) {
		bytes_cut(names, '+', &name, &names);
		if (encoding_parse(name, &encoding) &&
			encoding != ENCODING_PLAIN)
			s->encodings[s->encoding_count++] = (uint8_t)encoding;
	}
}

static struct sighting sighting_of(const struct store_place_row *row,
	const struct json_value *v, const struct rule *rule)
{
	struct sighting s = {
		.rule = rule,
		.secret = row->secret,
		.offset = number_of(v, "offset"),
		.length = number_of(v, "length"),
		.line = (uint32_t)number_of(v, "line"),
		.column = (uint32_t)number_of(v, "column"),
		.end_line = (uint32_t)number_of(v, "end_line"),
		.end_column = (uint32_t)number_of(v, "end_column"),
		.confidence = (enum confidence)row->confidence,
	};

	/* The record counts to one past the last byte. */
	s.end_column -= s.end_column > 0;
	put_encodings(&s, text_of(v, "encoding"));
	return s;
}

static const struct leak_commit *commit_of(const struct rebuilding *r,
	const struct json_value *v)
{
	const struct json_value *at = json_value_get(v, "commit");
	const struct leak_commit commit = {
		.id = text_of(at, "id"),
		.author = text_of(at, "author"),
		.email = text_of(at, "email"),
		.date = text_of(at, "date"),
		.subject = text_of(at, "subject"),
	};

	return commit.id.n ? leaks_keep_commit(r->leaks, &commit) : NULL;
}

static void add_place(struct rebuilding *r, const struct store_place_row *row,
	const struct json_value *v)
{
	const struct rule *rule = rule_of(r, row);
	struct leak_where where = {
		.source = source_of(text_of(v, "source")),
		.object = text_of(v, "object"),
		.commit = commit_of(r, v),
		.in_head = row->in_head,
		.unreachable = row->unreachable,
		.fingerprint = row->fingerprint,
	};
	struct sighting s;
	struct buf path;

	if (rule == NULL) {
		r->status = ERR_MEMORY;
		return;
	}
	s = sighting_of(row, v, rule);
	buf_init(&path, (size_t)1 << 20);
	if (r->filter->repository == NULL)
		buf_printf(&path, "%s/", row->repository);
	buf_put(&path, row->path);
	where.path = buf_bytes(&path);
	if (leaks_add_at(r->leaks, &s, &where) != OK)
		r->status = ERR_MEMORY;
	buf_release(&path);
}

static void each(void *context, const struct store_place_row *row)
{
	struct rebuilding *r = context;
	struct json_document *d = json_document_parse("a record", row->record,
		1, NULL);

	add_place(r, row, d ? json_document_root(d) : NULL);
	json_document_free(d);
}

enum status survey_rebuild(const struct survey_view *view,
	const struct store_place_filter *filter, struct leaks **out,
	struct error *err)
{
	const struct leaks_options options = {.fingerprint_key = {NULL, 0}};
	/* No comment is in a store. */
	const struct suppress_options accepted = {
		.comments = SUPPRESS_INLINE_IGNORE};
	struct suppress_count count;
	struct rebuilding r = {.view = view, .filter = filter, .status = OK};
	enum status status;

	r.leaks = leaks_new(&options, err);
	if (r.leaks == NULL)
		return ERR_MEMORY;
	status = store_read_places(view->store, filter, each, &r, err);
	if (status == OK && r.status != OK)
		status = error_set(err, r.status, "read findings: no memory");
	if (status == OK)
		status = leaks_finish(r.leaks, err);
	if (status == OK && view->suppress)
		status = suppress_apply(view->suppress, r.leaks, &accepted,
			&count, err);
	if (status == OK)
		*out = r.leaks;
	else
		leaks_free(r.leaks);
	return status;
}
