/*
 * write: what an audit says, in every format. JSON has what only an audit
 * knows: repositories, runs, where else a secret is. All others are a scan's.
 */
#include "survey/internal.h"

#include "base/clock.h"
#include "render/render.h"
#include "render/verdict.h"
#include "survey/judged.h"

#include <stdlib.h>

#include "base/banned.h"

#define FINDING "{\"type\":\"finding\","
#define REASONS 32

/* ---- counts -------------------------------------------------------------- */

struct reason {
	char text[48];
	uint64_t count;
};

/* The ledger of a run: repositories, and the sum of their objects. */
struct tally {
	uint64_t total, scanned, unchanged, skipped, failed, incomplete;
	struct reason skips[REASONS], failures[REASONS];
	size_t skip_n, failure_n;
	uint64_t objects, objects_scanned, objects_skipped, objects_failed;
	uint64_t bytes, places;
};

static void count_reason(struct reason *at, size_t *n, const char *text)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(at[i].text, text) == 0) {
			at[i].count++;
			return;
		}
	if (*n == REASONS)
		return;
	snprintf(at[*n].text, sizeof(at[*n].text), "%s", text);
	at[(*n)++].count = 1;
}

static void tally_row(void *context, const struct store_result_row *row)
{
	struct tally *t = context;

	t->total++;
	t->incomplete += !row->is_complete;
	if (strcmp(row->outcome, "skipped") == 0) {
		t->skipped++;
		count_reason(t->skips, &t->skip_n, row->reason);
		return;
	}
	if (strcmp(row->outcome, "failed") == 0) {
		t->failed++;
		count_reason(t->failures, &t->failure_n, row->reason);
	} else {
		t->scanned++;
		t->unchanged += strcmp(row->outcome, "unchanged") == 0;
	}
	t->objects += row->total;
	t->objects_scanned += row->scanned;
	t->objects_skipped += row->skipped;
	t->objects_failed += row->failed;
	t->bytes += row->bytes_scanned;
	t->places += row->places;
}

static enum status read_tally(const struct survey_view *view, struct tally *t,
	struct error *err)
{
	*t = (struct tally){.total = 0};
	return store_read_results(view->store, view->runs->last, tally_row, t,
		err);
}

struct report_summary survey_summary(const struct survey_view *view)
{
	struct report_summary s = {.complete = view->is_complete,
		.version = view->runs->version,
		.rules_digest = view->runs->digest,
		.rules = ruleset_count(view->rules)};
	struct tally t;

	if (read_tally(view, &t, NULL) != OK)
		return s;
	s.objects.total = t.objects;
	s.objects.scanned = t.objects_scanned;
	s.objects.failed = t.objects_failed;
	if (t.objects_skipped)
		s.objects.skips[s.objects.skip_count++] =
			(struct report_skip){"skipped", t.objects_skipped};
	s.bytes = t.bytes;
	if (view->runs->finished > view->runs->started)
		s.seconds = (double)(view->runs->finished -
				    view->runs->started) / 1000;
	return s;
}

/* ---- JSON ---------------------------------------------------------------- */

struct json_telling {
	FILE *to;
	const char *change; /* "new", "gone"; NULL: no diff */
	bool is_array, is_first;
	struct suppress *suppress; /* or NULL */
	struct judged judged;
	uint64_t findings, leaks, suppressed;
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

/* Counts a finding as open or suppressed. What is live is open. */
static struct outlook look_at(struct json_telling *j,
	const struct store_place_row *row)
{
	struct outlook o = {.judged = judged_find(&j->judged,
		row->fingerprint)};

	o.is_open = o.judged && verdict_is_live(o.judged->facts.verdict);
	if (!o.is_open && j->suppress)
		o.suppressed = suppress_by_fingerprint(j->suppress,
			row->fingerprint, 0);
	if (o.suppressed) {
		j->suppressed++;
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
	report_json_key(&w, "findings");
	report_json_number(&w, row->places);
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
	report_json_key(&w, "rules");
	report_json_text(&w, view->runs->digest);
	report_json_key(&w, "version");
	report_json_text(&w, view->runs->version);
	report_json_end(&w);
}

static enum status write_json(const struct survey_view *view, FILE *to,
	bool is_array, struct error *err)
{
	struct json_telling j = {.to = to, .is_array = is_array,
		.is_first = true, .suppress = view->suppress};
	struct tally t;
	enum status status = judged_read(&j.judged, view->store,
		view->filter.target, err);

	if (status == OK)
		status = read_tally(view, &t, err);
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

/* ---- text ---------------------------------------------------------------- */

static void put_reasons(struct buf *out, const struct reason *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%llu %s", i ? ", " : ": ",
			(unsigned long long)at[i].count, at[i].text);
}

void survey_put_ledger(struct buf *out, const struct survey_view *view)
{
	struct tally t;

	if (read_tally(view, &t, NULL) != OK)
		return;
	buf_printf(out, "audit of %s, run %lld: %llu repositories, %llu "
		"scanned (%llu of them unchanged), %llu skipped",
		view->runs->target, (long long)view->runs->last,
		(unsigned long long)t.total, (unsigned long long)t.scanned,
		(unsigned long long)t.unchanged,
		(unsigned long long)t.skipped);
	put_reasons(out, t.skips, t.skip_n);
	buf_printf(out, ", %llu failed", (unsigned long long)t.failed);
	put_reasons(out, t.failures, t.failure_n);
	buf_printf(out, "\n%llu objects, %llu scanned, %llu skipped, %llu "
		"failed; %s\n", (unsigned long long)t.objects,
		(unsigned long long)t.objects_scanned,
		(unsigned long long)t.objects_skipped,
		(unsigned long long)t.objects_failed,
		view->is_complete ? "complete" : "NOT complete");
}

static void put_repository(void *context, const struct store_result_row *row)
{
	struct buf *out = context;

	buf_printf(out, "  %-9s %s: %llu objects", row->outcome, row->name,
		(unsigned long long)row->total);
	if (row->places)
		buf_printf(out, ", %llu findings",
			(unsigned long long)row->places);
	if (row->reason[0])
		buf_printf(out, ", %s", row->reason);
	if (!row->is_complete && row->reason[0] == '\0')
		buf_put_text(out, ", not complete");
	buf_put_byte(out, '\n');
}

static enum status write_rebuilt(const struct survey_view *view, FILE *to,
	const struct report_options *options,
	const struct store_place_filter *filter, struct error *err)
{
	struct report_options shown = *options;
	struct report_summary sum = survey_summary(view);
	struct leaks *leaks = NULL;
	enum status status = survey_rebuild(view, filter, &leaks, err);

	/* They are redacted already. */
	shown.show_secrets = true;
	shown.quiet |= options->format == REPORT_TEXT;
	if (status == OK)
		status = report_write(to, &shown, leaks, &sum, err);
	leaks_free(leaks);
	return status;
}

static enum status write_text(const struct survey_view *view, FILE *to,
	const struct report_options *options, struct error *err)
{
	struct buf ledger;
	enum status status = OK;

	if (view->is_diff)
		fprintf(to, "new since run %lld:\n",
			(long long)view->runs->before);
	status = write_rebuilt(view, to, options, &view->filter, err);
	if (view->is_diff && status == OK) {
		fputs("gone:\n", to);
		status = write_rebuilt(view, to, options, &view->gone, err);
	}
	if (status != OK || options->quiet)
		return status;
	buf_init(&ledger, (size_t)64 << 20);
	if (options->verbose)
		status = store_read_results(view->store, view->runs->last,
			put_repository, &ledger, err);
	survey_put_ledger(&ledger, view);
	if (ledger.n)
		fwrite(ledger.at, 1, ledger.n, to);
	buf_release(&ledger);
	return status;
}

enum status survey_write(const void *context, FILE *to,
	const struct report_options *options, struct error *err)
{
	const struct survey_view *view = context;
	enum status status;

	switch (options->format) {
	case REPORT_JSON:
	case REPORT_JSONL:
		status = write_json(view, to, options->format == REPORT_JSON,
			err);
		break;
	case REPORT_TEXT:
		status = write_text(view, to, options, err);
		break;
	default:
		status = write_rebuilt(view, to, options, &view->filter, err);
		break;
	}
	if (status == OK && ferror(to))
		status = error_set_errno(err, ERR_IO, "write the report");
	return status;
}
