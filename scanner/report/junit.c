/*
 * JUnit XML: each place is a failed test, and one test more, "coverage",
 * says whether all was scanned: it passes alone when there is nothing to
 * report, so that no viewer shows an empty suite as "no results".
 */
#include "report/internal.h"

#include "render/verdict.h"

#include <inttypes.h>

#include "base/banned.h"

static void escaped(struct report *r, bytes text)
{
	buf_clear(&r->text);
	report_escape_xml(text, &r->text);
	report_put(r, report_take(r, &r->text));
}

static void escaped_text(struct report *r, const char *text)
{
	escaped(r, bytes_text(report_or(text, "")));
}

static void verdict(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	report_say(r, "   <failure type=\"");
	escaped_text(r, confidence_name(place->confidence));
	report_say(r, "\" message=\"");
	escaped_text(r, report_or(leak->rule->description, leak->rule->id));
	report_say(r, "\">");
	escaped_text(r, leak->fingerprint);
	report_say(r, "\nsecret: ");
	escaped(r, report_secret(r, leak));
	if (place->commit) {
		report_say(r, "\ncommit: ");
		escaped(r, place->commit->id);
	}
	if (place->refs) {
		report_say(r, "\nrefs: ");
		escaped(r, report_refs(r, leak, place));
	}
	if (leak->verdict) {
		buf_clear(&r->raw);
		report_verdict_words(leak, &r->raw);
		report_say(r, "\nverdict: ");
		escaped(r, report_take(r, &r->raw));
	}
	if (place->reason) {
		report_say(r, "\nnote: ");
		escaped_text(r, place->reason);
	}
	if (place->refused) {
		report_say(r, "\n");
		escaped(r, report_commit_text(r, leak,
			bytes_text(place->refused)));
	}
	if (leak->rule->mend) {
		report_say(r, "\nmend: ");
		escaped_text(r, leak->rule->mend);
	}
	report_say(r, "\n   </failure>\n");
}

static void place_case(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	bytes path = report_path(r, leak, place);

	report_say(r, "  <testcase classname=\"");
	escaped_text(r, leak->rule->id);
	report_say(r, "\" name=\"");
	escaped(r, path);
	report_printf(r, ":%" PRIu32 ":%" PRIu32 "\" file=\"", place->line,
		place->column);
	escaped(r, path);
	report_printf(r, "\" line=\"%" PRIu32 "\">\n", place->line);
	if (place->suppressed) {
		report_say(r, "   <skipped message=\"");
		escaped(r, report_suppressed(r, leak, place));
		report_say(r, "\"/>\n");
	} else {
		verdict(r, leak, place);
	}
	report_say(r, "  </testcase>\n");
}

static void coverage_case(struct report *r)
{
	const struct report_summary *s = r->summary;

	report_say(r, "  <testcase classname=\"stanch\" name=\"coverage\"");
	if (s->complete) {
		report_say(r, "/>\n");
		return;
	}
	report_say(r, ">\n   <error type=\"incomplete\" message=\""
		"not everything was scanned\">");
	for (size_t i = 0; i < s->problem_count; i++) {
		escaped_text(r, s->problems[i]);
		report_say(r, "\n");
	}
	report_say(r, "</error>\n  </testcase>\n");
}

void report_junit(struct report *r)
{
	uint64_t tests = r->tally.places + r->tally.suppressed + 1;
	int errors = !r->summary->complete;

	report_say(r, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	report_printf(r,
		"<testsuites name=\"stanch\" tests=\"%" PRIu64
		"\" failures=\"%" PRIu64 "\" errors=\"%d\">\n",
		tests, r->tally.places, errors);
	report_printf(r,
		" <testsuite name=\"stanch scan\" tests=\"%" PRIu64
		"\" failures=\"%" PRIu64 "\" errors=\"%d\" skipped=\"%" PRIu64
		"\">\n",
		tests, r->tally.places, errors, r->tally.suppressed);
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			place_case(r, leak, &leak->places[p]);
	}
	coverage_case(r);
	report_say(r, " </testsuite>\n</testsuites>\n");
}
