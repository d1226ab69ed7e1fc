/*
 * Reports as stanch writes them. jsonl: a record a line, the summary last; one
 * without a summary was cut off, so it is not complete. json: one document.
 * What is no report at all is an error, never an empty one.
 */
#include "diff/internal.h"

#include "base/limits.h"
#include "json/json.h"
#include "suppress/baseline.h"

#include <stdlib.h>

#include "base/banned.h"

struct reading {
	struct diff_report *report;
	const char *path;
	bool has_summary;
	struct error *err;
};

static const char *text_of(struct reading *r, const struct json_value *object,
	const char *key)
{
	bytes text = json_value_text(json_value_get(object, key));

	return text.at ? arena_copy_text(&r->report->arena, text) : NULL;
}

static enum status no_memory(const struct reading *r)
{
	return error_set(r->err, ERR_MEMORY, "read %.200s: no memory for it",
		r->path);
}

static struct diff_finding *add(struct diff_report *report)
{
	if (report->n == report->room) {
		size_t room = report->room ? report->room * 2 : 256;
		struct diff_finding *more = reallocarray(report->at, room,
			sizeof(*more));

		if (more == NULL)
			return NULL;
		report->at = more;
		report->room = room;
	}
	report->at[report->n] = (struct diff_finding){.line = 0};
	return &report->at[report->n++];
}

/* `leak` holds what all its places share; in jsonl it is the same object. */
static enum status add_finding(struct reading *r,
	const struct json_value *leak, const struct json_value *place)
{
	const struct json_value *commit = json_value_get(place, "commit");
	struct diff_finding *f = add(r->report);

	if (f == NULL)
		return no_memory(r);
	f->fingerprint = text_of(r, leak, "fingerprint");
	f->rule = text_of(r, leak, "rule");
	f->description = text_of(r, leak, "description");
	f->secret = text_of(r, leak, "secret");
	f->confidence = text_of(r, place, "confidence");
	f->path = text_of(r, place, "path");
	f->source = text_of(r, place, "source");
	f->commit = text_of(r, commit, "id");
	f->line = (uint64_t)json_value_integer(json_value_get(place, "line"),
		0);
	f->column = (uint64_t)json_value_integer(json_value_get(place,
		"column"), 0);
	f->is_redacted = !json_value_get(leak, "redacted") ||
		json_value_flag(json_value_get(leak, "redacted"));
	f->is_suppressed = json_value_text(json_value_get(place,
		"suppressed")).at != NULL;
	if (f->fingerprint == NULL || f->rule == NULL || f->path == NULL ||
		f->source == NULL)
		return error_set(r->err, ERR_FORMAT, "read %.200s: a finding "
			"lacks fingerprint, rule, path or source; not a report "
			"of stanch?", r->path);
	return OK;
}

static void read_summary(struct reading *r, const struct json_value *summary)
{
	r->has_summary = true;
	r->report->is_complete = json_value_flag(json_value_get(summary,
		"complete"));
}

/* ---- json --------------------------------------------------------------- */

static enum status read_leak(struct reading *r, const struct json_value *leak)
{
	const struct json_value *places = json_value_get(leak, "places");
	enum status status = OK;

	for (size_t i = 0; status == OK && i < json_value_count(places); i++)
		status = add_finding(r, leak, json_value_item(places, i));
	return status;
}

static enum status read_document(struct reading *r,
	const struct json_value *root)
{
	const struct json_value *leaks = json_value_get(root, "leaks");
	enum status status = OK;

	for (size_t i = 0; status == OK && i < json_value_count(leaks); i++)
		status = read_leak(r, json_value_item(leaks, i));
	read_summary(r, json_value_get(root, "summary"));
	return status;
}

/* ---- jsonl -------------------------------------------------------------- */

static bool is_text(const struct json_value *value, const char *text)
{
	return bytes_equal(json_value_text(value), bytes_text(text));
}

static enum status read_record(struct reading *r,
	const struct json_value *record)
{
	const struct json_value *type = json_value_get(record, "type");

	if (json_value_text(type).at == NULL)
		return error_set(r->err, ERR_FORMAT, "read %.200s: a record "
			"without a type; not a report of stanch?", r->path);
	if (is_text(type, "finding"))
		return add_finding(r, record, record);
	if (is_text(type, "summary"))
		read_summary(r, record);
	return OK;
}

static enum status read_lines(struct reading *r, bytes text)
{
	enum status status = OK;
	uint32_t number = 0;
	bytes line;

	while (status == OK && text.n) {
		struct json_document *document;

		bytes_cut(text, '\n', &line, &text);
		number++;
		if (bytes_trim(line).n == 0)
			continue;
		document = json_document_parse(r->path, line, number, r->err);
		if (document == NULL)
			return r->err->code;
		status = read_record(r, json_document_root(document));
		json_document_free(document);
	}
	return status;
}

/* One document, or a record a line? */
static enum status read_text(struct reading *r, bytes text)
{
	struct error quiet = {.code = OK};
	struct json_document *document;
	enum status status;
	bytes first, rest;

	(void)bytes_cut(text, '\n', &first, &rest);
	document = json_document_parse(r->path, first, 1, &quiet);
	if (document != NULL) {
		bool is_record = json_value_get(json_document_root(document),
			"type") != NULL;

		json_document_free(document);
		if (is_record)
			return read_lines(r, text);
	}
	document = json_document_parse(r->path, text, 1, r->err);
	if (document == NULL)
		return r->err->code;
	if (json_value_kind(json_value_get(json_document_root(document),
			    "leaks")) != JSON_KIND_LIST)
		status = error_set(r->err, ERR_FORMAT, "read %.200s: not a "
			"report of stanch, in json or jsonl", r->path);
	else
		status = read_document(r, json_document_root(document));
	json_document_free(document);
	return status;
}

/* ---- order -------------------------------------------------------------- */

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

int diff_compare_place(const struct diff_finding *a,
	const struct diff_finding *b)
{
	int order = compare_text(a->path, b->path);

	if (order == 0)
		order = (a->line > b->line) - (a->line < b->line);
	if (order == 0)
		order = (a->column > b->column) - (a->column < b->column);
	if (order == 0)
		order = compare_text(a->source, b->source);
	return order ? order : compare_text(a->commit, b->commit);
}

static int compare(const void *a, const void *b)
{
	const struct diff_finding *x = a, *y = b;
	int order = compare_text(x->fingerprint, y->fingerprint);

	return order ? order : diff_compare_place(x, y);
}

enum status diff_read(struct diff_report *report, const char *path,
	struct error *err)
{
	struct reading r = {.report = report, .path = path, .err = err};
	struct buf text;
	enum status status;

	arena_init(&report->arena, LIMIT_REPORT);
	status = baseline_load_file(path, LIMIT_REPORT, &text, err);
	if (status != OK)
		return status;
	status = text.n ? read_text(&r, buf_bytes(&text))
			: error_set(err, ERR_FORMAT, "read %.200s: it is "
				"empty", path);
	buf_release_wiped(&text);
	if (!r.has_summary)
		report->is_complete = false;
	if (status == OK && report->n)
		qsort(report->at, report->n, sizeof(*report->at), compare);
	return status;
}

void diff_release(struct diff_report *r)
{
	arena_release(&r->arena);
	free(r->at);
}
