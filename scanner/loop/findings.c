/*
 * Findings of a report, back to leaks. Each line is a record; what a response
 * needs is its rule, its secret and its place. Companions are not in a report:
 * an organization then comes from the policy or the network configuration.
 */
#include "loop/findings.h"

#include "base/secret.h"
#include "json/json.h"

#include <errno.h>
#include <stdlib.h>

#include "base/banned.h"

struct reading {
	const char *name;
	const struct ruleset *rules;
	struct leaks *leaks;
	size_t *passed;
	struct error *err;
	uint32_t line;
};

static bytes text_of(const struct json_value *object, const char *key)
{
	return json_value_text(json_value_get(object, key));
}

static const struct rule *rule_of(const struct reading *r,
	const struct json_value *record)
{
	char id[128];
	bytes text = text_of(record, "rule");

	if (text.n == 0 || text.n >= sizeof(id))
		return NULL;
	memcpy(id, text.at, text.n);
	id[text.n] = '\0';
	return ruleset_find(r->rules, id);
}

static enum confidence confidence_of(const struct json_value *record)
{
	bytes text = text_of(record, "confidence");

	for (int c = CONFIDENCE_LOW; c <= CONFIDENCE_CERTAIN; c++)
		if (bytes_equal(text,
			    bytes_text(confidence_name((enum confidence)c))))
			return (enum confidence)c;
	return CONFIDENCE_LOW;
}

static enum leak_source source_of(const struct json_value *record)
{
	bytes text = text_of(record, "source");

	for (int s = LEAK_WORKTREE; s <= LEAK_ARCHIVE; s++)
		if (bytes_equal(text,
			    bytes_text(leak_source_name((enum leak_source)s))))
			return (enum leak_source)s;
	return LEAK_WORKTREE;
}

static enum status add(struct reading *r, const struct json_value *record,
	const struct rule *rule)
{
	const struct json_value *commit = json_value_get(record, "commit");
	const struct leak_commit told = {
		.id = text_of(commit, "id"),
		.author = text_of(commit, "author"),
		.email = text_of(commit, "email"),
		.date = text_of(commit, "date"),
		.subject = text_of(commit, "subject"),
	};
	const struct sighting sighting = {
		.rule = rule,
		.secret = text_of(record, "secret"),
		.offset = (uint64_t)json_value_integer(
			json_value_get(record, "offset"), 0),
		.length = (uint64_t)json_value_integer(
			json_value_get(record, "length"), 0),
		.line = (uint32_t)json_value_integer(
			json_value_get(record, "line"), 1),
		.column = (uint32_t)json_value_integer(
			json_value_get(record, "column"), 1),
		.confidence = confidence_of(record),
	};
	struct leak_where where = {
		.path = text_of(record, "path"),
		.source = source_of(record),
		.object = text_of(record, "object"),
	};

	if (told.id.n)
		where.commit = leaks_keep_commit(r->leaks, &told);
	return leaks_add_at(r->leaks, &sighting, &where);
}

static enum status read_record(struct reading *r, bytes line)
{
	struct json_document *document = json_document_parse(r->name, line,
		r->line, r->err);
	const struct json_value *record;
	const struct rule *rule;
	enum status status = OK;

	if (document == NULL)
		return r->err->code;
	record = json_document_root(document);
	rule = rule_of(r, record);
	if (!bytes_equal(text_of(record, "type"), bytes_text("finding")))
		;
	else if (json_value_flag(json_value_get(record, "redacted")))
		status = error_set(r->err, ERR_USAGE, "read %.200s:%u: its "
			"secret is redacted; make the report with "
			"--show-secrets, or give what was scanned to "
			"`stanch scan --respond`", r->name, r->line);
	else if (rule == NULL || text_of(record, "secret").n == 0)
		++*r->passed;
	else
		status = add(r, record, rule);
	json_document_free(document);
	return status;
}

enum status loop_findings_read(FILE *from, const char *name,
	const struct ruleset *rules, struct leaks *leaks, size_t *passed,
	struct error *err)
{
	struct reading r = {name, rules, leaks, passed, err, 0};
	enum status status = OK;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while (status == OK && (n = getline(&line, &room, from)) >= 0) {
		r.line++;
		if (bytes_trim(bytes_of(line, (size_t)n)).n)
			status = read_record(&r, bytes_of(line, (size_t)n));
	}
	if (status == OK && ferror(from))
		status = error_set_errno(err, ERR_USAGE, "read %.300s", name);
	if (line)
		secret_wipe(line, room);
	free(line);
	return status;
}
