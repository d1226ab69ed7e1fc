/*
 * SARIF 2.1.0 (OASIS), as code scanning services take it: one run, a result
 * for each place, the same partial fingerprint for all places of a leak.
 *
 * Regions: columns are code points, said so by columnKind, and end behind
 * the last one. Where our excerpt does not reach back to the line's start
 * only lines are given. Message texts have no links (brackets are escaped)
 * and there is no markdown, as viewers render both.
 */
#include "report/internal.h"

#include "render/verdict.h"

#include "base/banned.h"

#define SCHEMA                                                               \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"

static void text_field(struct report_writer *w, const char *key,
	const char *text)
{
	report_json_key(w, key);
	report_json_text(w, text);
}

static void number_field(struct report_writer *w, const char *key, uint64_t n)
{
	report_json_key(w, key);
	report_json_number(w, n);
}

/* A message object; `text` may hold anything. */
static void message_field(struct report *r, struct report_writer *w,
	const char *key, bytes text)
{
	buf_clear(&r->text);
	report_escape_sarif(text, &r->text);
	report_json_key(w, key);
	report_json_object(w);
	report_json_key(w, "text");
	report_json_bytes(w, report_take(r, &r->text));
	report_json_end(w);
}

/* What code scanning sorts by: 0.0 to 10.0, as in CVSS. */
static const char *security_severity(const struct rule *rule)
{
	const char *severity = report_severity(rule);

	if (strcmp(severity, "critical") == 0)
		return "9.5";
	if (strcmp(severity, "high") == 0)
		return "8.0";
	return strcmp(severity, "low") == 0 ? "3.0" : "5.5";
}

static const char *precision(const struct rule *rule)
{
	if (rule->check.name)
		return "very-high";
	switch (rule->confidence) {
	case CONFIDENCE_LOW:
		return "low";
	case CONFIDENCE_MEDIUM:
		return "medium";
	case CONFIDENCE_HIGH:
		return "high";
	case CONFIDENCE_CERTAIN:
		break;
	}
	return "very-high";
}

static const char *level_name(enum report_level level)
{
	switch (level) {
	case REPORT_NOTE:
		return "note";
	case REPORT_WARNING:
		return "warning";
	case REPORT_ERROR:
		break;
	}
	return "error";
}

static void rule_object(struct report *r, struct report_writer *w,
	const struct rule *rule)
{
	const char *what = report_or(rule->description, rule->id);
	const char *page = rule->reference_count ? rule->references[0] : "";

	report_json_object(w);
	text_field(w, "id", rule->id);
	message_field(r, w, "shortDescription", bytes_text(what));
	if (rule->mend)
		message_field(r, w, "help", bytes_text(rule->mend));
	if (bytes_starts(bytes_text(page), bytes_text("https://")))
		text_field(w, "helpUri", page);
	report_json_key(w, "properties");
	report_json_object(w);
	report_json_key(w, "tags");
	report_json_array(w);
	report_json_text(w, "security");
	report_json_text(w, "secret");
	for (size_t i = 0; i < rule->tag_count; i++)
		if (strcmp(rule->tags[i], "security") != 0 &&
			strcmp(rule->tags[i], "secret") != 0)
			report_json_text(w, rule->tags[i]);
	report_json_end(w);
	text_field(w, "precision", precision(rule));
	text_field(w, "security-severity", security_severity(rule));
	report_json_end(w);
	report_json_end(w);
}

static void tool_field(struct report *r, struct report_writer *w)
{
	const struct report_options *o = r->options;

	report_json_key(w, "tool");
	report_json_object(w);
	report_json_key(w, "driver");
	report_json_object(w);
	text_field(w, "name", "stanch");
	if (r->summary->version) {
		text_field(w, "version", r->summary->version);
		text_field(w, "semanticVersion", r->summary->version);
	}
	report_json_key(w, "rules");
	report_json_array(w);
	for (size_t i = 0; i < o->rule_count; i++)
		rule_object(r, w, o->rules[i]);
	report_json_end(w);
	report_json_end(w);
	report_json_end(w);
}

static void invocations_field(struct report *r, struct report_writer *w)
{
	const struct report_summary *s = r->summary;

	report_json_key(w, "invocations");
	report_json_array(w);
	report_json_object(w);
	report_json_key(w, "executionSuccessful");
	report_json_flag(w, s->complete);
	report_json_key(w, "toolExecutionNotifications");
	report_json_array(w);
	for (size_t i = 0; i < s->problem_count; i++) {
		report_json_object(w);
		text_field(w, "level", "error");
		message_field(r, w, "message", bytes_text(s->problems[i]));
		report_json_end(w);
	}
	if (!s->complete && s->problem_count == 0) {
		report_json_object(w);
		text_field(w, "level", "error");
		message_field(r, w, "message",
			bytes_text("Not everything was scanned."));
		report_json_end(w);
	}
	report_json_end(w);
	report_json_end(w);
	report_json_end(w);
}

static void region_field(struct report_writer *w, const struct leak *leak,
	const struct leak_place *place)
{
	uint64_t start, end;
	bool known = report_columns(leak, place, &start, &end);

	/* A whole-file finding has no line. */
	if (place->line == 0)
		return;
	report_json_key(w, "region");
	report_json_object(w);
	number_field(w, "startLine", place->line);
	if (known)
		number_field(w, "startColumn", start);
	number_field(w, "endLine", place->end_line > place->line
					   ? place->end_line
					   : place->line);
	if (known)
		number_field(w, "endColumn", end);
	report_json_end(w);
}

static void locations_field(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	bytes path = report_path(r, leak, place);

	buf_clear(&r->text);
	report_escape_uri(path, &r->text);
	report_json_key(w, "locations");
	report_json_array(w);
	report_json_object(w);
	report_json_key(w, "physicalLocation");
	report_json_object(w);
	report_json_key(w, "artifactLocation");
	report_json_object(w);
	report_json_key(w, "uri");
	report_json_bytes(w, report_take(r, &r->text));
	if (!bytes_starts(path, bytes_text("/")))
		text_field(w, "uriBaseId", "%SRCROOT%");
	report_json_end(w);
	region_field(w, leak, place);
	report_json_end(w);
	report_json_end(w);
	report_json_end(w);
}

static void result_message(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	struct buf text;

	buf_init(&text, r->text.max);
	buf_put_text(&text,
		report_or(leak->rule->description, leak->rule->id));
	buf_put_text(&text, ": ");
	buf_put(&text, report_secret(r, leak));
	if (place->encoding_count) {
		buf_put_text(&text, ", encoded: ");
		report_encoding(place, &text);
	}
	message_field(r, w, "message", report_take(r, &text));
	buf_release_wiped(&text);
}

static void properties_field(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	report_json_key(w, "properties");
	report_json_object(w);
	text_field(w, "confidence", confidence_name(place->confidence));
	text_field(w, "source", leak_source_name(place->source));
	number_field(w, "byteOffset", place->offset);
	number_field(w, "byteLength", place->length);
	number_field(w, "byteColumn", place->column);
	if (place->reason)
		text_field(w, "reason", place->reason);
	if (report_verdict(leak))
		text_field(w, "verdict", report_verdict(leak));
	report_verdict_fields(w, leak);
	if (place->commit) {
		report_json_key(w, "commit");
		report_json_bytes(w, place->commit->id);
		report_json_key(w, "author");
		report_json_bytes(w,
			report_commit_text(r, leak, place->commit->author));
	}
	report_refs_field(r, w, leak, place);
	report_json_end(w);
}

/* One that did not hold is told as rejected: then the result counts. */
static void suppressions_field(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	const struct leak_suppression *by = place->suppression;
	const char *why = report_or(place->suppressed, place->refused);

	report_json_key(w, "suppressions");
	report_json_array(w);
	if (why) {
		report_json_object(w);
		text_field(w, "kind", by && by->from == NULL ? "inSource"
							     : "external");
		text_field(w, "status", place->suppressed == NULL ? "rejected"
			: by && by->is_held ? "underReview" : "accepted");
		report_json_key(w, "justification");
		report_json_bytes(w, report_commit_text(r, leak,
			bytes_text(why)));
		report_json_end(w);
	}
	report_json_end(w);
}

static size_t rule_index(const struct report *r, const struct rule *rule)
{
	size_t i = 0;

	while (i < r->options->rule_count && r->options->rules[i] != rule)
		i++;
	return i;
}

static void result(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	size_t index = rule_index(r, leak->rule);

	report_json_object(w);
	text_field(w, "ruleId", leak->rule->id);
	if (index < r->options->rule_count)
		number_field(w, "ruleIndex", index);
	text_field(w, "level", level_name(report_level(leak, place)));
	result_message(r, w, leak, place);
	locations_field(r, w, leak, place);
	report_json_key(w, "partialFingerprints");
	report_json_object(w);
	text_field(w, "stanch/v1", leak->fingerprint);
	report_json_end(w);
	/* By the standard all results have this, or none. */
	if (r->tally.suppressed + r->summary->refused)
		suppressions_field(r, w, leak, place);
	properties_field(r, w, leak, place);
	report_json_end(w);
}

static void root_field(struct report *r, struct report_writer *w)
{
	report_json_key(w, "originalUriBaseIds");
	report_json_object(w);
	report_json_key(w, "%SRCROOT%");
	report_json_object(w);
	message_field(r, w, "description",
		bytes_text("The root of what was scanned."));
	report_json_end(w);
	report_json_end(w);
}

void report_sarif(struct report *r)
{
	struct report_writer w = {.to = r->to, .indent = 1};

	report_json_object(&w);
	text_field(&w, "$schema", SCHEMA);
	text_field(&w, "version", "2.1.0");
	report_json_key(&w, "runs");
	report_json_array(&w);
	report_json_object(&w);
	tool_field(r, &w);
	invocations_field(r, &w);
	root_field(r, &w);
	text_field(&w, "columnKind", "unicodeCodePoints");
	report_json_key(&w, "results");
	report_json_array(&w);
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			result(r, &w, leak, &leak->places[p]);
	}
	report_json_end(&w);
	report_json_end(&w);
	report_json_end(&w);
	report_json_end(&w);
}
