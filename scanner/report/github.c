/*
 * GitHub's workflow commands: a line each, which its runner turns into an
 * annotation. The runner undoes only %25 %0D %0A %3A %2C, so whatever else is
 * no plain text goes as in a terminal; a text that holds "::" cannot begin a
 * command, since every line begins with ours.
 */
#include "report/internal.h"

#include "render/verdict.h"

#include <inttypes.h>

#include "base/banned.h"

static void put(struct report *r, bytes text, enum report_command where)
{
	buf_clear(&r->text);
	report_escape_command(text, where, &r->text);
	report_put(r, report_take(r, &r->text));
}

static void put_text(struct report *r, const char *text,
	enum report_command where)
{
	put(r, bytes_text(report_or(text, "")), where);
}

static const char *command_name(enum report_level level)
{
	switch (level) {
	case REPORT_NOTE:
		return "notice";
	case REPORT_WARNING:
		return "warning";
	case REPORT_ERROR:
		break;
	}
	return "error";
}

static void annotation(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	uint64_t start, end;

	report_printf(r, "::%s file=",
		command_name(report_level(leak, place)));
	put(r, report_path(r, leak, place), REPORT_PROPERTY);
	report_printf(r, ",line=%" PRIu32 ",endLine=%" PRIu32, place->line,
		place->end_line);
	/* GitHub refuses columns that span lines; its end is inclusive. */
	if (place->line == place->end_line &&
		report_columns(leak, place, &start, &end))
		report_printf(r, ",col=%" PRIu64 ",endColumn=%" PRIu64, start,
			end > start ? end - 1 : start);
	report_say(r, ",title=");
	put_text(r, report_or(leak->rule->description, leak->rule->id),
		REPORT_PROPERTY);
	report_printf(r, "::%s confidence: ",
		confidence_name(place->confidence));
	put(r, report_secret(r, leak), REPORT_MESSAGE);
	report_say(r, " (");
	put_text(r, leak->fingerprint, REPORT_MESSAGE);
	report_say(r, ")");
	if (place->refs) {
		report_say(r, "%0Arefs: ");
		put(r, report_refs(r, leak, place), REPORT_MESSAGE);
	}
	if (leak->verdict) {
		buf_clear(&r->raw);
		report_verdict_words(leak, &r->raw);
		report_say(r, "%0A");
		put(r, report_take(r, &r->raw), REPORT_MESSAGE);
	}
	if (leak->rule->mend) {
		report_say(r, "%0A");
		put_text(r, leak->rule->mend, REPORT_MESSAGE);
	}
	report_say(r, "\n");
}

static void closing(struct report *r)
{
	const struct report_summary *s = r->summary;

	report_printf(r,
		"::notice title=stanch::%" PRIu64 " leaks in %" PRIu64
		" places; %" PRIu64 " suppressed; %" PRIu64
		" bytes scanned\n",
		r->tally.leaks, r->tally.places, r->tally.suppressed,
		s->bytes);
	if (s->complete)
		return;
	report_say(r, "::error title=stanch%3A incomplete::"
		"Not everything was scanned");
	for (size_t i = 0; i < s->problem_count; i++) {
		report_say(r, "%0A");
		put_text(r, s->problems[i], REPORT_MESSAGE);
	}
	report_say(r, "\n");
}

void report_github(struct report *r)
{
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak_place_counts(&leak->places[p]))
				annotation(r, leak, &leak->places[p]);
	}
	closing(r);
}
