/*
 * records: an audit as JSON: a scan's records with what only an audit knows:
 * repositories, runs, where else a secret is, what was asked and done.
 */
#include "survey/internal.h"
#include "survey/judged.h"
#include "survey/tally.h"

#include "json/json.h"
#include "render/render.h"
#include "render/verdict.h"

#include <stdio.h>

#include "base/banned.h"

#define FINDING "{\"type\":\"finding\","

struct json_telling {
	FILE *to;
	const char *change; /* "new", "gone"; NULL: no diff */
	bool is_array, is_first;
	bool is_blind; /* to what repositories accept */
	struct suppress *suppress; /* or NULL */
	struct judged judged;
	uint64_t findings, leaks, suppressed, held;
	int64_t last_leak;
};

static void separate(struct json_telling *j)
{
	/* Each record ends its line. */
	if (j->is_array && !j->is_first)
		fputs(",\n", j->to);
	j->is_first = false;
}

/* Records are our own writer's, where quotes in texts are escaped: each of
 * these stands in one once, as a member with its neighbour. */
#define NO_VERDICT "\"verdict\":null"
#define SUPPRESSED "\"suppressed\":"
#define IS_SUPPRESSED "\"suppressed\":\""
#define BEHIND_SUPPRESSED ",\"reason\":"

/* The record up to `mark`, which is passed over. False: it has none. */
static bool put_up_to(struct json_telling *j, bytes *record, const char *mark)
{
	size_t at = bytes_find(*record, bytes_text(mark));

	if (at == BYTES_NONE)
		return false;
	fwrite(record->at, 1, at, j->to);
	*record = bytes_drop(*record, at + strlen(mark));
	return true;
}

/* What is known of a finding beside its record. */
struct outlook {
	const struct judged_row *judged; /* NULL: nobody was asked */
	const char *suppressed; /* by what of ours; NULL: nothing */
	bool is_open; /* whatever the record says: it is live */
};

/* What goes on behind a record's type, as it is now. */
static void put_record(struct json_telling *j, bytes record,
	const struct outlook *o)
{
	struct report_writer w = {.to = j->to};
	size_t end;

	fputc(',', j->to);
	if (o->judged && put_up_to(j, &record, NO_VERDICT)) {
		fputs("\"verdict\":", j->to);
		report_json_text(&w, verdict_name(o->judged->facts.verdict));
	}
	if ((o->suppressed || o->is_open) &&
		put_up_to(j, &record, SUPPRESSED)) {
		fputs(SUPPRESSED, j->to);
		report_json_text(&w, o->suppressed);
		end = bytes_find(record, bytes_text(BEHIND_SUPPRESSED));
		record = bytes_drop(record, end == BYTES_NONE ? 0 : end);
	}
	fwrite(record.at, 1, record.n, j->to);
	fputc('\n', j->to);
}

enum acceptance { ACCEPTED_NOT, ACCEPTED, ACCEPTED_HELD, ACCEPTED_ONCE };

/* What the repository's own settings say of it, by its record. */
static enum acceptance acceptance_of(bytes record)
{
	struct json_document *d;
	const struct json_value *by;
	char expires[16] = "";
	enum acceptance is = ACCEPTED;
	bytes text;

	if (bytes_find(record, bytes_text(IS_SUPPRESSED)) == BYTES_NONE)
		return ACCEPTED_NOT;
	d = json_document_parse("a record", record, 1, NULL);
	if (d == NULL)
		return ACCEPTED_NOT;
	by = json_value_get(json_document_root(d), "suppression");
	text = json_value_text(json_value_get(by, "expires"));
	if (text.n < sizeof(expires))
		snprintf(expires, sizeof(expires), "%.*s", (int)text.n,
			(const char *)text.at);
	if (json_value_flag(json_value_get(by, "held")))
		is = ACCEPTED_HELD;
	if (expires[0] && recall_has_ended(expires))
		is = ACCEPTED_ONCE;
	json_document_free(d);
	return is;
}

/* Counts a finding as open or suppressed. What is live is open. */
static struct outlook look_at(struct json_telling *j,
	const struct store_place_row *row)
{
	struct outlook o = {.judged = judged_find(&j->judged,
		row->fingerprint)};
	enum acceptance is;

	o.is_open = o.judged && verdict_is_live(o.judged->facts.verdict);
	if (!o.is_open && j->suppress)
		o.suppressed = suppress_by_fingerprint(j->suppress,
			row->fingerprint, 0);
	is = o.is_open || o.suppressed ? ACCEPTED_NOT
				       : acceptance_of(row->record);
	if (is != ACCEPTED_NOT && (is == ACCEPTED_ONCE || j->is_blind))
		o.is_open = true;
	if (!o.is_open && (o.suppressed || is != ACCEPTED_NOT)) {
		j->suppressed++;
		j->held += is == ACCEPTED_HELD;
		return o;
	}
	j->findings++;
	j->leaks += row->leak != j->last_leak;
	j->last_leak = row->leak;
	return o;
}

static void put_judged(struct report_writer *w, const struct judged_row *row)
{
	const struct leak leak = {.verdict = &row->facts};

	report_json_key(w, "verification");
	report_json_object(w);
	report_verdict_fields(w, &leak);
	report_json_end(w);
	if (row->incident[0]) {
		report_json_key(w, "incident");
		report_json_text(w, row->incident);
	}
}

/* The record as a report printed it, with what an audit knows in front. */
static void finding(void *context, const struct store_place_row *row)
{
	struct json_telling *j = context;
	struct report_writer w = {.to = j->to};
	bytes record = row->record;
	const struct outlook outlook = look_at(j, row);

	separate(j);
	report_json_object(&w);
	report_json_key(&w, "type");
	report_json_text(&w, "finding");
	report_json_key(&w, "repository");
	report_json_text(&w, row->repository);
	report_json_key(&w, "owner");
	report_json_text(&w, row->owner[0] ? row->owner : NULL);
	report_json_key(&w, "repositories");
	report_json_number(&w, row->repositories);
	report_json_key(&w, "first_run");
	report_json_number(&w, (uint64_t)row->first_run);
	if (j->change) {
		report_json_key(&w, "change");
		report_json_text(&w, j->change);
	}
	if (outlook.judged)
		put_judged(&w, outlook.judged);
	/* The record goes on behind its type. */
	if (bytes_starts(record, bytes_text(FINDING)))
		put_record(j, bytes_drop(record, strlen(FINDING)), &outlook);
	else
		report_json_end(&w);
}

/* As when it was scanned. */
static void put_accepted(struct report_writer *w,
	const struct store_result_row *row)
{
	struct tally_accepted a;

	survey_read_accepted(row->ledger, &a);
	report_json_key(w, "findings");
	report_json_number(w, a.suppressed < row->places
		? row->places - a.suppressed : 0);
	report_json_key(w, "suppressed");
	report_json_number(w, a.suppressed);
	report_json_key(w, "suppressed_held");
	report_json_number(w, a.held);
	report_json_key(w, "broken_settings");
	report_json_array(w);
	for (size_t i = 0; i < json_value_count(a.broken); i++)
		report_json_bytes(w, json_value_text(
			json_value_item(a.broken, i)));
	report_json_end(w);
	survey_release_accepted(&a);
}

static void repository(void *context, const struct store_result_row *row)
{
	struct json_telling *j = context;
	struct report_writer w = {.to = j->to};

	separate(j);
	report_json_object(&w);
	report_json_key(&w, "type");
	report_json_text(&w, "repository");
	report_json_key(&w, "repository");
	report_json_text(&w, row->name);
	report_json_key(&w, "outcome");
	report_json_text(&w, row->outcome);
	report_json_key(&w, "reason");
	report_json_text(&w, row->reason[0] ? row->reason : NULL);
	report_json_key(&w, "complete");
	report_json_flag(&w, row->is_complete);
	report_json_key(&w, "objects");
	report_json_object(&w);
	report_json_key(&w, "total");
	report_json_number(&w, row->total);
	report_json_key(&w, "scanned");
	report_json_number(&w, row->scanned);
	report_json_key(&w, "skipped");
	report_json_number(&w, row->skipped);
	report_json_key(&w, "failed");
	report_json_number(&w, row->failed);
	report_json_end(&w);
	put_accepted(&w, row);
	report_json_key(&w, "bytes");
	report_json_number(&w, row->bytes_scanned);
	report_json_key(&w, "milliseconds");
	report_json_number(&w, row->milliseconds);
	report_json_end(&w);
}

static void reasons(struct report_writer *w, const char *key,
	const struct reason *at, size_t n)
{
	report_json_key(w, key);
	report_json_object(w);
	for (size_t i = 0; i < n; i++) {
		report_json_key(w, at[i].text);
		report_json_number(w, at[i].count);
	}
	report_json_end(w);
}

static void repositories_field(struct report_writer *w, const struct tally *t)
{
	report_json_key(w, "repositories");
	report_json_object(w);
	report_json_key(w, "total");
	report_json_number(w, t->total);
	report_json_key(w, "scanned");
	report_json_number(w, t->scanned);
	report_json_key(w, "unchanged");
	report_json_number(w, t->unchanged);
	reasons(w, "skipped", t->skips, t->skip_n);
	reasons(w, "failed", t->failures, t->failure_n);
	report_json_key(w, "incomplete");
	report_json_number(w, t->incomplete);
	report_json_end(w);
}

static void objects_field(struct report_writer *w, const struct tally *t)
{
	report_json_key(w, "objects");
	report_json_object(w);
	report_json_key(w, "total");
	report_json_number(w, t->objects);
	report_json_key(w, "scanned");
	report_json_number(w, t->objects_scanned);
	report_json_key(w, "skipped");
	report_json_number(w, t->objects_skipped);
	report_json_key(w, "failed");
	report_json_number(w, t->objects_failed);
	report_json_end(w);
}

static void summary(struct json_telling *j, const struct survey_view *view,
	const struct tally *t)
{
	struct report_writer w = {.to = j->to};

	separate(j);
	report_json_object(&w);
	report_json_key(&w, "type");
	report_json_text(&w, "audit");
	report_json_key(&w, "target");
	report_json_text(&w, view->runs->target);
	report_json_key(&w, "run");
	report_json_number(&w, (uint64_t)view->runs->last);
	report_json_key(&w, "complete");
	report_json_flag(&w, view->is_complete);
	repositories_field(&w, t);
	objects_field(&w, t);
	report_json_key(&w, "bytes");
	report_json_number(&w, t->bytes);
	report_json_key(&w, "leaks");
	report_json_number(&w, j->leaks);
	report_json_key(&w, "findings");
	report_json_number(&w, j->findings);
	report_json_key(&w, "suppressed");
	report_json_number(&w, j->suppressed);
	report_json_key(&w, "suppressed_held");
	report_json_number(&w, j->held);
	report_json_key(&w, "rules");
	report_json_text(&w, view->runs->digest);
	report_json_key(&w, "version");
	report_json_text(&w, view->runs->version);
	report_json_end(&w);
}

enum status survey_write_json(const struct survey_view *view, FILE *to,
	enum report_format format, struct error *err)
{
	const bool is_array = format == REPORT_JSON;
	struct json_telling j = {.to = to, .is_array = is_array,
		.is_first = true, .suppress = view->suppress,
		.is_blind = view->is_blind};
	struct tally t;
	enum status status = judged_read(&j.judged, view->store,
		view->filter.target, err);

	if (status == OK)
		status = survey_read_tally(view, &t, err);
	if (is_array)
		fputs("[\n", to);
	j.change = view->is_diff ? "new" : NULL;
	if (status == OK)
		status = store_read_places(view->store, &view->filter, finding,
			&j, err);
	j.change = "gone";
	if (status == OK && view->is_diff)
		status = store_read_places(view->store, &view->gone, finding,
			&j, err);
	if (status == OK && !view->is_diff)
		status = store_read_results(view->store, view->runs->last,
			repository, &j, err);
	if (status == OK)
		summary(&j, view, &t);
	if (is_array)
		fputs("]\n", to);
	judged_release(&j.judged);
	return status;
}
