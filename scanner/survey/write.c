/*
 * write: what an audit says, in every format: as a scan says it, but for JSON
 * (records.c).
 */
#include "survey/internal.h"
#include "survey/tally.h"

#include "json/json.h"

#include <stdlib.h>

#include "base/banned.h"

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

	if (survey_read_tally(view, &t, NULL) != OK)
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
	struct tally_accepted a;

	buf_printf(out, "  %-9s %s: %llu objects", row->outcome, row->name,
		(unsigned long long)row->total);
	survey_read_accepted(row->ledger, &a);
	if (row->places)
		buf_printf(out, ", %llu findings",
			(unsigned long long)row->places);
	if (a.suppressed)
		buf_printf(out, " (%llu suppressed)",
			(unsigned long long)a.suppressed);
	if (json_value_count(a.broken))
		buf_printf(out, ", %zu broken settings",
			json_value_count(a.broken));
	survey_release_accepted(&a);
	if (row->reason[0])
		buf_printf(out, ", %s", row->reason);
	if (!row->is_complete && row->reason[0] == '\0')
		buf_put_text(out, ", not complete");
	buf_put_byte(out, '\n');
}

/* As a scan counts them: by what holds now. */
static void count_accepted(const struct leaks *leaks,
	struct report_summary *sum)
{
	for (size_t i = 0; i < leaks_count(leaks); i++)
		for (size_t p = 0; p < leaks_at(leaks, i)->place_count; p++) {
			const struct leak_place *place =
				&leaks_at(leaks, i)->places[p];

			sum->refused += place->refused != NULL;
			sum->held += place->suppressed &&
				     leak_place_counts(place);
		}
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
		count_accepted(leaks, &sum);
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
		status = survey_write_json(view, to, options->format, err);
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
