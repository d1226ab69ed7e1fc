/*
 * Two formats with the same words. jsonl: a record a line, as the contract
 * lists its fields, for programs that read as they go; the summary comes
 * last, so that a report without one was cut off. json: one document,
 * grouped by leak, for programs that read all.
 *
 * `leaks` and `findings` of the summary leave suppressed ones out (they
 * decide over the exit code); `suppressed` counts those, which are written
 * too: finding records = findings + suppressed.
 */
#include "report/internal.h"

#include "base/base64.h"
#include "base/hash.h"
#include "render/verdict.h"

#include "base/banned.h"

static void text_field(struct report_writer *w, const char *key,
	const char *text)
{
	report_json_key(w, key);
	report_json_text(w, text);
}

static void bytes_field(struct report_writer *w, const char *key, bytes text)
{
	report_json_key(w, key);
	report_json_bytes(w, text);
}

static void number_field(struct report_writer *w, const char *key, uint64_t n)
{
	report_json_key(w, key);
	report_json_number(w, n);
}

static void flag_field(struct report_writer *w, const char *key, int value)
{
	report_json_key(w, key);
	report_json_flag(w, value);
}

/* The bytes themselves, where a string cannot hold them. */
static void base64_field(struct report *r, struct report_writer *w,
	const char *key, bytes data)
{
	if (report_is_utf8(data))
		return;
	buf_clear(&r->text);
	base64_put(&r->text, data);
	bytes_field(w, key, report_take(r, &r->text));
}

static void secret_fields(struct report *r, struct report_writer *w,
	const struct leak *leak)
{
	bytes secret = report_secret(r, leak);

	text_field(w, "fingerprint", leak->fingerprint);
	bytes_field(w, "secret", secret);
	base64_field(r, w, "secret_b64", secret);
	flag_field(w, "redacted", !r->options->show_secrets);
}

static void commit_field(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_commit *commit)
{
	report_json_key(w, "commit");
	if (commit == NULL) {
		report_json_text(w, NULL);
		return;
	}
	report_json_object(w);
	bytes_field(w, "id", commit->id);
	bytes_field(w, "author", report_commit_text(r, leak, commit->author));
	bytes_field(w, "email", report_commit_text(r, leak, commit->email));
	bytes_field(w, "date", bytes_take(commit->date, 64));
	bytes_field(w, "subject",
		report_commit_text(r, leak, commit->subject));
	report_json_end(w);
}

static void companions_field(struct report *r, struct report_writer *w,
	const struct leak_place *place)
{
	report_json_key(w, "companions");
	report_json_array(w);
	for (size_t i = 0; i < place->part_count; i++) {
		const struct sighting_part *part = &place->parts[i];
		char id[C3ID_LENGTH + 1];

		report_json_object(w);
		text_field(w, "rule", part->rule->id);
		number_field(w, "line", part->line);
		/* Of guessable ones a bare hash would tell the text. */
		if (!part->rule->guessable && !part->rule->helper) {
			hash_c3id(part->secret, id);
			buf_clear(&r->text);
			buf_printf(&r->text, "%s:%s", part->rule->id, id);
			bytes_field(w, "fingerprint",
				report_take(r, &r->text));
		}
		report_json_end(w);
	}
	report_json_end(w);
}

/* From path to suppressed: the contract's fields, in its order. */
static void place_fields(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	bytes path = report_path(r, leak, place);

	bytes_field(w, "path", path);
	base64_field(r, w, "path_b64", path);
	number_field(w, "line", place->line);
	number_field(w, "column", place->column);
	number_field(w, "end_line", place->end_line);
	/* The contract counts to one past the last byte. */
	number_field(w, "end_column", (uint64_t)place->end_column + 1);
	number_field(w, "offset", place->offset);
	number_field(w, "length", place->length);
	buf_clear(&r->text);
	report_encoding(place, &r->text);
	bytes_field(w, "encoding", report_take(r, &r->text));
	text_field(w, "source", leak_source_name(place->source));
	if (place->object.n)
		bytes_field(w, "object", place->object);
	else
		text_field(w, "object", NULL);
	commit_field(r, w, leak, place->commit);
	flag_field(w, "in_head", place->in_head);
	text_field(w, "verdict", report_verdict(leak));
	if (place->suppressed)
		bytes_field(w, "suppressed", report_suppressed(r, leak, place));
	else
		text_field(w, "suppressed", NULL);
	text_field(w, "reason", place->reason);
	report_json_key(w, "entropy");
	report_json_real(w, (double)place->entropy);
}

/* The suppression in parts, and one that did not hold. */
static void suppression_fields(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	const struct leak_suppression *by = place->suppression;

	if (by) {
		report_json_key(w, "suppression");
		report_json_object(w);
		text_field(w, "kind", by->kind);
		text_field(w, "from", by->from);
		if (by->reason)
			bytes_field(w, "reason", report_commit_text(r, leak,
				bytes_text(by->reason)));
		else
			text_field(w, "reason", NULL);
		text_field(w, "owner", by->owner);
		text_field(w, "expires", by->expires);
		flag_field(w, "held", by->is_held);
		report_json_end(w);
	}
	if (place->refused)
		bytes_field(w, "suppression_refused", report_commit_text(r,
			leak, bytes_text(place->refused)));
}

/* Ours, after the contract's. */
static void place_extras(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	companions_field(r, w, place);
	report_verdict_fields(w, leak);
	report_refs_field(r, w, leak, place);
	suppression_fields(r, w, leak, place);
	if (place->unreachable)
		flag_field(w, "unreachable", 1);
}

static void finding(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	struct report_writer w = {.to = r->to};

	report_json_object(&w);
	text_field(&w, "type", "finding");
	text_field(&w, "rule", leak->rule->id);
	text_field(&w, "provider", leak->rule->provider);
	text_field(&w, "confidence", confidence_name(place->confidence));
	secret_fields(r, &w, leak);
	place_fields(r, &w, leak, place);
	text_field(&w, "description", leak->rule->description);
	text_field(&w, "severity", report_severity(leak->rule));
	place_extras(r, &w, leak, place);
	text_field(&w, "mend", leak->rule->mend);
	report_json_end(&w);
}

static void ledger_field(struct report_writer *w, const char *key,
	const struct report_ledger *ledger)
{
	report_json_key(w, key);
	report_json_object(w);
	number_field(w, "total", ledger->total);
	number_field(w, "scanned", ledger->scanned);
	report_json_key(w, "skipped");
	report_json_object(w);
	for (size_t i = 0; i < ledger->skip_count; i++)
		number_field(w, ledger->skips[i].reason,
			ledger->skips[i].count);
	report_json_end(w);
	number_field(w, "failed", ledger->failed);
	report_json_end(w);
}

static void problems_field(struct report_writer *w,
	const struct report_summary *s)
{
	report_json_key(w, "problems");
	report_json_array(w);
	for (size_t i = 0; i < s->problem_count; i++)
		report_json_text(w, s->problems[i]);
	report_json_end(w);
}

static void entries_field(struct report_writer *w, const char *key,
	const struct report_entry *entries, size_t n)
{
	report_json_key(w, key);
	report_json_array(w);
	for (size_t i = 0; i < n; i++) {
		report_json_object(w);
		text_field(w, "file", entries[i].file);
		number_field(w, "line", entries[i].line);
		text_field(w, "entry", entries[i].what);
		text_field(w, "expires", entries[i].expires);
		report_json_end(w);
	}
	report_json_end(w);
}

/* Of what suppresses: what did not hold, and what is of no use any more. */
static void suppressions_fields(struct report_writer *w,
	const struct report_summary *s)
{
	number_field(w, "suppressed_held", s->held);
	number_field(w, "suppressed_refused", s->refused);
	entries_field(w, "stale", s->stale, s->stale_count);
	entries_field(w, "expired", s->expired, s->expired_count);
	report_json_key(w, "broken_settings");
	report_json_array(w);
	for (size_t i = 0; i < s->broken_count; i++)
		report_json_text(w, s->broken[i]);
	report_json_end(w);
}

static void summary_fields(struct report *r, struct report_writer *w)
{
	const struct report_summary *s = r->summary;

	flag_field(w, "complete", s->complete);
	ledger_field(w, "objects", &s->objects);
	ledger_field(w, "files", &s->files);
	number_field(w, "bytes", s->bytes);
	number_field(w, "leaks", r->tally.leaks);
	number_field(w, "findings", r->tally.places);
	report_json_key(w, "seconds");
	report_json_real(w, s->seconds);
	number_field(w, "rules", s->rules);
	text_field(w, "version", s->version);
	number_field(w, "suppressed", r->tally.suppressed);
	number_field(w, "ignored", s->ignored);
	if (s->repositories_below)
		number_field(w, "repositories_below", s->repositories_below);
	number_field(w, "unlisted", s->unlisted);
	if (s->dropped_paths)
		number_field(w, "dropped_paths", s->dropped_paths);
	number_field(w, "unscanned", s->unscanned);
	number_field(w, "missing", s->missing);
	number_field(w, "lfs_pointers", s->lfs_pointers);
	text_field(w, "rules_digest", s->rules_digest);
	text_field(w, "interrupted", s->interrupted);
	problems_field(w, s);
	suppressions_fields(w, s);
}

void report_jsonl(struct report *r)
{
	struct report_writer w = {.to = r->to};

	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			finding(r, leak, &leak->places[p]);
	}
	report_json_object(&w);
	text_field(&w, "type", "summary");
	summary_fields(r, &w);
	report_json_end(&w);
}

static void leak_object(struct report *r, struct report_writer *w,
	const struct leak *leak)
{
	report_json_object(w);
	text_field(w, "rule", leak->rule->id);
	text_field(w, "provider", leak->rule->provider);
	text_field(w, "description", leak->rule->description);
	text_field(w, "confidence", confidence_name(leak->confidence));
	text_field(w, "severity", report_severity(leak->rule));
	secret_fields(r, w, leak);
	text_field(w, "mend", leak->rule->mend);
	report_json_key(w, "places");
	report_json_array(w);
	for (size_t p = 0; p < leak->place_count; p++) {
		const struct leak_place *place = &leak->places[p];

		report_json_object(w);
		place_fields(r, w, leak, place);
		text_field(w, "confidence",
			confidence_name(place->confidence));
		place_extras(r, w, leak, place);
		report_json_end(w);
	}
	report_json_end(w);
	report_json_end(w);
}

void report_json(struct report *r)
{
	struct report_writer w = {.to = r->to, .indent = 2};

	report_json_object(&w);
	report_json_key(&w, "leaks");
	report_json_array(&w);
	for (size_t i = 0; i < leaks_count(r->leaks); i++)
		leak_object(r, &w, leaks_at(r->leaks, i));
	report_json_end(&w);
	report_json_key(&w, "summary");
	report_json_object(&w);
	summary_fields(r, &w);
	report_json_end(&w);
	report_json_end(&w);
}
