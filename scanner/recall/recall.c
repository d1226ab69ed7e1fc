#include "recall/internal.h"

#include "json/json.h"
#include "store/verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define TEXTS_MOST ((size_t)1 << 30)

struct recalling {
	const struct recall_options *options;
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

void recall_kept_init(struct recall_kept *kept)
{
	*kept = (struct recall_kept){.rules = {.at = NULL}};
	arena_init(&kept->texts, TEXTS_MOST);
}

void recall_kept_release(struct recall_kept *kept)
{
	for (size_t i = 0; i < kept->rules.n; i++)
		rule_free(((struct rule **)kept->rules.at)[i]);
	free(kept->rules.at);
	free(kept->accepted.at);
	arena_release(&kept->texts);
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

static const struct rule *rule_of(const struct recalling *r,
	const struct store_place_row *row)
{
	char *id = strndup((const char *)row->rule.at, row->rule.n);
	const struct rule *rule = id ? ruleset_find(r->options->rules, id)
				     : NULL;

	free(id);
	return rule ? rule : gone_rule(&r->options->kept->rules, row);
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

/* More than what belongs to a token stands away from it. */
#define FAR_LINES 1000

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

static const struct leak_commit *commit_of(const struct recalling *r,
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

/* What stood beside it: as near, or as far, as it was. */
static void put_parts(const struct recalling *r,
	const struct vault_secret *kept, struct sighting *s)
{
	for (size_t i = 0; i < kept->part_count; i++) {
		const struct vault_part *part = &kept->parts[i];
		char id[128];
		const struct rule *rule;

		if (part->rule.n >= sizeof(id))
			continue;
		snprintf(id, sizeof(id), "%.*s", (int)part->rule.n,
			(const char *)part->rule.at);
		rule = ruleset_find(r->options->rules, id);
		if (rule && s->part_count < SIGHTING_PARTS)
			s->parts[s->part_count++] = (struct sighting_part){
				.rule = rule,
				.secret = part->secret,
				.line = part->is_near ? s->line
						      : s->line + FAR_LINES,
			};
	}
}

/* False: it is not wanted, or cannot be had. */
static bool take_secret(const struct recalling *r,
	const struct store_place_row *row, struct sighting *s)
{
	const struct recall_options *o = r->options;
	struct vault_secret kept;

	if (o->vault == NULL)
		return true;
	if ((o->wants && !o->wants(o->context, row->fingerprint)) ||
		!vault_find(o->vault, row->fingerprint, &kept))
		return false;
	s->secret = kept.secret;
	put_parts(r, &kept, s);
	return true;
}

static void add_place(struct recalling *r, const struct store_place_row *row,
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
	if (!take_secret(r, row, &s))
		return;
	buf_init(&path, (size_t)1 << 20);
	if (r->filter->repository == NULL)
		buf_printf(&path, "%s/", row->repository);
	buf_put(&path, row->path);
	where.path = buf_bytes(&path);
	if (leaks_add_at(r->leaks, &s, &where) != OK ||
		!recall_keep_accepted(r->options->kept, &s, &where, v))
		r->status = ERR_MEMORY;
	buf_release(&path);
}

static void each(void *context, const struct store_place_row *row)
{
	struct recalling *r = context;
	struct json_document *d = json_document_parse("a record", row->record,
		1, NULL);

	add_place(r, row, d ? json_document_root(d) : NULL);
	json_document_free(d);
}

/* ---- verdicts ------------------------------------------------------------ */

struct numbered {
	const char *fingerprint;
	size_t i;
};

struct judging {
	struct leaks *leaks;
	struct numbered *at; /* by fingerprint */
	size_t n;
	enum status status;
};

static int by_fingerprint(const void *a, const void *b)
{
	return strcmp(((const struct numbered *)a)->fingerprint,
		((const struct numbered *)b)->fingerprint);
}

static void put_time(char text[32], int64_t milliseconds)
{
	time_t seconds = (time_t)(milliseconds / 1000);
	struct tm utc;

	text[0] = '\0';
	if (gmtime_r(&seconds, &utc))
		(void)strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void judge(void *context, const struct store_verdict *v,
	const char *incident)
{
	struct judging *j = context;
	char *fingerprint = strndup((const char *)v->fingerprint.at,
		v->fingerprint.n);
	const struct numbered key = {fingerprint, 0}, *found = NULL;
	struct verdict_facts facts = {
		.note = v->note, .owner = v->owner, .email = v->email,
		.owner_id = v->owner_id, .organization = v->organization,
		.scopes = v->scopes, .expires = v->expires};
	char checked[32];

	(void)incident;
	put_time(checked, v->checked);
	facts.checked = checked;
	if (fingerprint && j->n)
		found = bsearch(&key, j->at, j->n, sizeof(key),
			by_fingerprint);
	if (found && verdict_parse(v->verdict, &facts.verdict) &&
		leaks_set_verdict(j->leaks, found->i, &facts, NULL) != OK)
		j->status = ERR_MEMORY;
	free(fingerprint);
}

static enum status set_verdicts(const struct recalling *r, struct error *err)
{
	struct judging j = {.leaks = r->leaks, .n = leaks_count(r->leaks),
		.status = OK};
	enum status status;

	j.at = calloc(j.n + 1, sizeof(*j.at));
	if (j.at == NULL)
		return error_set(err, ERR_MEMORY, "read verdicts");
	for (size_t i = 0; i < j.n; i++)
		j.at[i] = (struct numbered){
			leaks_at(r->leaks, i)->fingerprint, i};
	qsort(j.at, j.n, sizeof(*j.at), by_fingerprint);
	status = store_read_verdicts(r->options->store, r->filter->target,
		judge, &j, err);
	if (status == OK && j.status != OK)
		status = error_set(err, ERR_MEMORY, "read verdicts");
	free(j.at);
	return status;
}

enum status recall_leaks(const struct recall_options *options,
	const struct store_place_filter *filter, struct leaks **out,
	struct error *err)
{
	const struct leaks_options keyless = {.fingerprint_key = {NULL, 0}};
	struct recalling r = {.options = options, .filter = filter,
		.status = OK};
	enum status status;

	options->kept->accepted.n = 0;
	r.leaks = leaks_new(&keyless, err);
	if (r.leaks == NULL)
		return ERR_MEMORY;
	status = store_read_places(options->store, filter, each, &r, err);
	if (status == OK && r.status != OK)
		status = error_set(err, r.status, "read findings: no memory");
	if (status == OK)
		status = leaks_finish(r.leaks, err);
	if (status == OK)
		status = set_verdicts(&r, err);
	if (status == OK)
		*out = r.leaks;
	else
		leaks_free(r.leaks);
	return status;
}
