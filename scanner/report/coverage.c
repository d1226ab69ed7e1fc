/*
 * The end of the report for people: what was scanned, what is suppressed, and
 * loudly what was not scanned.
 */
#include "report/internal.h"

#include <inttypes.h>

#include "base/banned.h"

/* Entries of a baseline that are named unless all are asked for. */
#define ENTRIES_SHOWN 5

static void tally(struct report *r)
{
	const char *separator = ": ";

	report_paint(r, PAINT_BOLD);
	report_counted(r, r->tally.leaks, "leak", "leaks");
	report_say(r, " in ");
	report_counted(r, r->tally.places, "place", "places");
	report_paint(r, PAINT_PLAIN);
	for (int c = CONFIDENCE_CERTAIN; c >= CONFIDENCE_LOW; c--) {
		if (r->tally.by_confidence[c] == 0)
			continue;
		report_say(r, separator);
		report_paint(r, report_confidence_paint((enum confidence)c));
		report_number(r, r->tally.by_confidence[c]);
		report_printf(r, " %s", confidence_name((enum confidence)c));
		report_paint(r, PAINT_PLAIN);
		separator = ", ";
	}
	report_say(r, "\n");
}

/* "25,012 files (104 MB) in 0.21 s (496 MB/s), 213 rules" */
static void work(struct report *r)
{
	const struct report_summary *s = r->summary;

	if (s->objects.total) {
		report_counted(r, s->objects.scanned, "object", "objects");
		report_say(r, s->files.total ? " and " : "");
	}
	if (s->files.total || s->objects.total == 0)
		report_counted(r, s->files.scanned, "file", "files");
	report_say(r, " (");
	report_size(r, (double)s->bytes);
	report_printf(r, ") in %.2f s", s->seconds);
	if (s->seconds > 0.001 && s->bytes >= 1000000) {
		report_say(r, " (");
		report_size(r, (double)s->bytes / s->seconds);
		report_say(r, "/s)");
	}
	report_say(r, ", ");
	report_counted(r, s->rules, "rule", "rules");
}

static void skips(struct report *r, const struct report_ledger *ledger,
	const char *one, const char *many)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ledger->skip_count; i++)
		sum += ledger->skips[i].count;
	if (sum) {
		report_say(r, "Skipped ");
		report_counted(r, sum, one, many);
		for (size_t i = 0; i < ledger->skip_count; i++) {
			report_say(r, i ? ", " : ": ");
			report_number(r, ledger->skips[i].count);
			report_say(r, " ");
			report_escaped_text(r, ledger->skips[i].reason);
		}
		report_say(r, "\n");
	}
	if (ledger->failed) {
		report_say(r, "Failed on ");
		report_counted(r, ledger->failed, one, many);
		report_say(r, "\n");
	}
}

static void by_kind(struct report *r, const char **separator, uint64_t n,
	const char *what)
{
	if (n == 0)
		return;
	report_say(r, *separator);
	report_number(r, n);
	report_printf(r, " by %s", what);
	*separator = ", ";
}

static void entries(struct report *r, const struct report_entry *list,
	size_t n, const char *what)
{
	size_t shown = n;

	if (n == 0)
		return;
	if (!r->options->verbose && n > ENTRIES_SHOWN)
		shown = ENTRIES_SHOWN;
	report_counted(r, n, "suppression", "suppressions");
	report_printf(r, " %s:\n", what);
	for (size_t i = 0; i < shown; i++) {
		report_say(r, "  ");
		report_escaped_text(r, list[i].file);
		report_printf(r, ":%" PRIu32 " ", list[i].line);
		report_escaped_text(r, list[i].what);
		if (list[i].expires)
			report_printf(r, ", until %s", list[i].expires);
		report_say(r, "\n");
	}
	if (shown < n)
		report_say(r, "  ... --verbose lists all\n");
}

static void suppressed(struct report *r)
{
	const struct report_summary *s = r->summary;
	const char *separator = ": ";

	if (r->tally.suppressed) {
		report_say(r, "Suppressed: ");
		report_counted(r, r->tally.suppressed, "place", "places");
		by_kind(r, &separator, r->tally.by_baseline, "baseline");
		by_kind(r, &separator, r->tally.by_settings, "settings");
		by_kind(r, &separator, r->tally.by_comment, "comment");
		report_say(r, "\n");
	}
	if (s->held) {
		report_say(r, "Of these a comment alone speaks for ");
		report_counted(r, s->held, "place", "places");
		report_say(r, ", which does not open a gate\n");
	}
	entries(r, s->expired, s->expired_count, "ended");
	entries(r, s->stale, s->stale_count, "that nothing answers to; "
		"`stanch baseline prune` removes them");
	for (size_t i = 0; i < s->broken_count; i++) {
		report_say(r, "Suppresses nothing, since it cannot be read: ");
		report_escaped_text(r, s->broken[i]);
		report_say(r, "\n");
	}
}

/* What was seen and is not in the list above, and what was left alone. */
static void left_out(struct report *r)
{
	const struct report_summary *s = r->summary;

	skips(r, &s->objects, "object", "objects");
	skips(r, &s->files, "file", "files");
	if (s->ignored) {
		report_say(r, "Left out as ignored: ");
		report_counted(r, s->ignored, "file", "files");
		report_say(r, "\n");
	}
	if (s->repositories_below) {
		report_say(r, "Repositories below, whose histories were not "
			"scanned: ");
		report_number(r, s->repositories_below);
		report_say(r, "; name each, or try `stanch audit dir:PATH`\n");
	}
	suppressed(r);
	if (s->missing) {
		report_say(r, "Missing: ");
		report_counted(r, s->missing, "object", "objects");
		report_say(r, " that others name\n");
	}
	if (s->lfs_pointers) {
		report_say(r, "Pointers to files kept by git LFS: ");
		report_number(r, s->lfs_pointers);
		report_say(r, "\n");
	}
	if (s->unlisted) {
		report_say(r, "Found, but over the limit of a list: ");
		report_counted(r, s->unlisted, "more place", "more places");
		report_say(r, "\n");
	}
	if (s->dropped_paths) {
		report_say(r, "Found at more paths than are told: ");
		report_counted(r, s->dropped_paths, "path", "paths");
		report_say(r, "\n");
	}
	if (s->unscanned) {
		report_say(r, "Given up on: ");
		report_counted(r, s->unscanned, "region", "regions");
		report_say(r, " of text\n");
	}
}

static void alarm_incomplete(struct report *r)
{
	const struct report_summary *s = r->summary;

	report_paint(r, PAINT_ALARM);
	report_say(r, "INCOMPLETE");
	report_paint(r, PAINT_PLAIN);
	report_wrapped(r, strlen("INCOMPLETE"), s->interrupted
		? ": stopped early; this is what was found so far."
		: ": not everything was scanned, so a leak may be hidden in "
		  "the rest.");
	if (s->interrupted) {
		report_say(r, "  by ");
		report_escaped_text(r, s->interrupted);
		report_say(r, "\n");
	}
	for (size_t i = 0; i < s->problem_count; i++) {
		report_say(r, "  ");
		report_escaped_text(r, s->problems[i]);
		report_say(r, "\n");
	}
}

/* Where the time of a repository went. */
static void timing(struct report *r)
{
	const struct report_summary *s = r->summary;
	double match = s->seconds_units - s->seconds_inflate -
		       s->seconds_delta - s->seconds_trees;

	if (!r->options->verbose || s->seconds_scan <= 0)
		return;
	report_printf(r, "Time: %.3f s index and plan, %.3f s sweep and "
		"match, %.3f s attribute.\n", s->seconds_plan,
		s->seconds_scan, s->seconds_attribute);
	if (s->seconds_units > 0)
		report_printf(r, "  All threads' sweep and match: %.3f s "
			"inflate, %.3f s delta, %.3f s trees, %.3f s "
			"match.\n", s->seconds_inflate, s->seconds_delta,
			s->seconds_trees, match > 0 ? match : 0);
}

void report_coverage(struct report *r)
{
	if (r->tally.leaks) {
		tally(r);
		report_say(r, "Scanned ");
	} else if (r->summary->held) {
		report_painted(r, PAINT_YELLOW,
			"No leaks but those that only a comment speaks for");
		report_say(r, " in ");
	} else if (r->summary->complete) {
		report_painted(r, PAINT_GREEN, r->tally.suppressed
			? "No open leaks" : "No leaks found");
		report_say(r, " in ");
	} else {
		report_say(r, "No leaks found in what was scanned: ");
	}
	work(r);
	report_say(r, ".\n");
	left_out(r);
	timing(r);
	if (!r->summary->complete)
		alarm_incomplete(r);
}
