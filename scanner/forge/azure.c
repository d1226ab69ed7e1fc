/*
 * Azure Pipelines' log commands. Its agent looks for "##vso[" anywhere in a
 * line, not only at its start, so every byte of the repository's goes through
 * put(): of what a command could be made of nothing is left.
 */
#include "forge/forge.h"

#include <inttypes.h>

#include "base/banned.h"

/* The agent undoes %AZP25, %3B, %0D, %0A, %5D. */
static void put(struct report *r, bytes text)
{
	buf_clear(&r->text);
	report_escape_terminal(text, &r->text);
	text = report_take(r, &r->text);
	for (size_t i = 0; i < text.n; i++)
		switch (text.at[i]) {
		case '%':
			report_say(r, "%AZP25");
			break;
		case ';':
			report_say(r, "%3B");
			break;
		case ']':
			report_say(r, "%5D");
			break;
		case '#': /* "##vso[" and "##[" */
			report_say(r, "#");
			if (i + 1 < text.n && text.at[i + 1] == '#')
				report_say(r, " ");
			break;
		default:
			fputc(text.at[i], r->to);
		}
}

static void put_text(struct report *r, const char *text)
{
	put(r, bytes_text(report_or(text, "")));
}

static void issue(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	bool is_error = report_level(leak, place) == REPORT_ERROR;

	report_printf(r, "##vso[task.logissue type=%s;sourcepath=",
		is_error ? "error" : "warning");
	put(r, report_path(r, leak, place));
	report_printf(r, ";linenumber=%" PRIu32 ";columnnumber=%" PRIu32
		";code=", place->line, place->column);
	put_text(r, leak->rule->id);
	report_say(r, ";]");
	put_text(r, report_or(leak->rule->description, leak->rule->id));
	report_say(r, " ");
	put(r, report_secret(r, leak));
	report_printf(r, " (%s, ", confidence_name(place->confidence));
	put_text(r, leak->fingerprint);
	report_say(r, ")");
	if (place->commit) {
		report_say(r, " commit ");
		put(r, place->commit->id);
	}
	if (leak->rule->mend) {
		report_say(r, ". ");
		put_text(r, leak->rule->mend);
	}
	report_say(r, "\n");
}

void forge_azure(struct report *r)
{
	const struct report_summary *s = r->summary;

	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak_place_counts(&leak->places[p]))
				issue(r, leak, &leak->places[p]);
	}
	if (!s->complete) {
		report_say(r, "##vso[task.logissue type=error;]stanch: not "
			"everything was scanned");
		for (size_t i = 0; i < s->problem_count; i++) {
			report_say(r, "%0A");
			put_text(r, s->problems[i]);
		}
		report_say(r, "\n");
	}
	report_printf(r, "stanch: %" PRIu64 " leaks in %" PRIu64 " places, %"
		PRIu64 " suppressed, %s\n", r->tally.leaks, r->tally.places,
		r->tally.suppressed, s->complete ? "complete" : "incomplete");
}
