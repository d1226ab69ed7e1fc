/*
 * A job's summary in Markdown. Every byte of the repository's that is not a
 * letter, digit, blank or slash becomes a character reference: those are
 * text, whatever they stand for, so that no path makes a link, a mention, an
 * image or a row of the table.
 */
#include "forge/forge.h"

#include <inttypes.h>

#include "base/banned.h"

/* Rows of the table; GitHub takes 1 MiB of summary for a step. */
#define ROWS_MAX 200u

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == ' ' || c == '/' || c >= 0x80;
}

static void put(struct report *r, bytes text)
{
	buf_clear(&r->text);
	report_escape_terminal(text, &r->text);
	text = report_take(r, &r->text);
	for (size_t i = 0; i < text.n; i++)
		if (is_plain(text.at[i]))
			fputc(text.at[i], r->to);
		else
			report_printf(r, "&#%u;", (unsigned)text.at[i]);
}

static void put_text(struct report *r, const char *text)
{
	put(r, bytes_text(report_or(text, "")));
}

static void row(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	report_printf(r, "| %s | ", confidence_name(place->confidence));
	put_text(r, report_or(leak->rule->description, leak->rule->id));
	report_say(r, " | <code>");
	put(r, report_secret(r, leak));
	report_say(r, "</code> | <code>");
	put(r, report_path(r, leak, place));
	report_printf(r, ":%" PRIu32 "</code> | <code>", place->line);
	if (place->commit)
		put(r, bytes_take(place->commit->id, 10));
	report_say(r, "</code> |\n");
}

static void table(struct report *r)
{
	uint64_t n = 0;

	report_say(r, "| confidence | what | secret | where | commit |\n"
		"| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak_place_counts(&leak->places[p]) &&
				n++ < ROWS_MAX)
				row(r, leak, &leak->places[p]);
	}
	if (n > ROWS_MAX)
		report_printf(r, "\n%" PRIu64 " places more.\n", n - ROWS_MAX);
	report_say(r, "\n");
}

/* One line for each rule that found something. */
static void mends(struct report *r)
{
	const struct rule *last = NULL;

	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct rule *rule = leaks_at(r->leaks, i)->rule;

		if (rule == last || rule->mend == NULL)
			continue;
		last = rule;
		report_say(r, "- **");
		put_text(r, report_or(rule->description, rule->id));
		report_say(r, "**: ");
		put_text(r, rule->mend);
		report_say(r, "\n");
	}
	report_say(r, "\n");
}

void forge_markdown(struct report *r)
{
	const struct report_summary *s = r->summary;
	uint64_t places = r->tally.places + s->held;

	if (places > 0 || s->unlisted > 0)
		report_printf(r, "## stanch: leaked tokens in %" PRIu64
			" place%s\n\n", places, places == 1 ? "" : "s");
	else
		report_printf(r, "## stanch: %s\n\n", s->complete
			? "no leaked token" : "not everything was scanned");
	if (places > 0) {
		table(r);
		mends(r);
	}
	if (!s->complete) {
		report_say(r, "**Incomplete**: what was not scanned may hold "
			"more.\n\n");
		for (size_t i = 0; i < s->problem_count; i++) {
			report_say(r, "- ");
			put_text(r, s->problems[i]);
			report_say(r, "\n");
		}
		report_say(r, "\n");
	}
	report_printf(r, "%" PRIu64 " objects and %" PRIu64 " files scanned, %"
		PRIu64 " places suppressed, %zu rules, stanch %s.\n",
		s->objects.scanned, s->files.scanned, r->tally.suppressed,
		s->rules, s->version);
}
