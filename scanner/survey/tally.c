#include "survey/tally.h"

#include "json/json.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

static void count_reason(struct reason *at, size_t *n, const char *text)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(at[i].text, text) == 0) {
			at[i].count++;
			return;
		}
	if (*n == TALLY_REASONS)
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

enum status survey_read_tally(const struct survey_view *view, struct tally *t,
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

	if (survey_read_tally(view, &t, NULL) != OK)
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

/* ---- one repository ------------------------------------------------------ */

static uint64_t number_of(const struct json_value *v, const char *key)
{
	int64_t n = json_value_integer(json_value_get(v, key), 0);

	return n > 0 ? (uint64_t)n : 0;
}

void survey_read_accepted(bytes ledger, struct tally_accepted *out)
{
	const struct json_value *root;

	*out = (struct tally_accepted){.suppressed = 0};
	if (ledger.n == 0)
		return;
	out->ledger = json_document_parse("a ledger", ledger, 1, NULL);
	if (out->ledger == NULL)
		return;
	root = json_document_root(out->ledger);
	out->suppressed = number_of(root, "suppressed");
	out->held = number_of(root, "suppressed_held");
	out->broken = json_value_get(root, "broken_settings");
}

void survey_release_accepted(struct tally_accepted *a)
{
	json_document_free(a->ledger);
}
