/*
 * The report for people. By leak: what it is and how sure, the redacted
 * secret with its short fingerprint, then where it stands, each place with
 * its line and a mark under the secret, then what to do. At the end what was
 * scanned, and loudly what was not.
 *
 * Everything that comes from the scanned tree goes through
 * report_escape_terminal; escape sequences are ours alone, and only with
 * options.color.
 */
#include "report/internal.h"

#include <inttypes.h>

#include "base/banned.h"

/* Places of a leak that are listed unless all are asked for. */
#define PLACES_SHOWN 5
/* Columns when nobody says; and the least that is laid out for. */
#define WIDTH_UNKNOWN 100
#define WIDTH_LEAST 40
/* Characters of a fingerprint's hash that are shown. */
#define SHORT_ID 8

enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_RED,
	PAINT_ALARM,
	PAINT_YELLOW,
	PAINT_CYAN,
	PAINT_GREEN,
};

static void paint(struct report *r, enum paint p)
{
	static const char *const codes[] = {
		[PAINT_PLAIN] = "\033[0m",
		[PAINT_BOLD] = "\033[1m",
		[PAINT_DIM] = "\033[2m",
		[PAINT_RED] = "\033[31m",
		[PAINT_ALARM] = "\033[1;31m",
		[PAINT_YELLOW] = "\033[33m",
		[PAINT_CYAN] = "\033[36m",
		[PAINT_GREEN] = "\033[32m",
	};

	if (r->options->color)
		report_say(r, codes[p]);
}

static void escaped(struct report *r, bytes text)
{
	buf_clear(&r->text);
	report_escape_terminal(text, &r->text);
	report_put(r, report_take(r, &r->text));
}

static void escaped_text(struct report *r, const char *text)
{
	escaped(r, bytes_text(report_or(text, "")));
}

static void painted(struct report *r, enum paint p, const char *text)
{
	paint(r, p);
	escaped_text(r, text);
	paint(r, PAINT_PLAIN);
}

static size_t width(const struct report *r)
{
	unsigned asked = r->options->width;

	if (asked == 0)
		return WIDTH_UNKNOWN;
	return asked < WIDTH_LEAST ? WIDTH_LEAST : asked;
}

/* Words of `text` in lines, each after the first indented; `column` is where
 * the first begins. Takes r->text. */
static void wrapped(struct report *r, size_t column, const char *text)
{
	size_t indent = column, at = column;
	bytes word, rest;

	buf_clear(&r->text);
	report_escape_terminal(bytes_text(text), &r->text);
	rest = report_take(r, &r->text);
	while (rest.n) {
		size_t n;

		(void)bytes_cut(rest, ' ', &word, &rest);
		n = report_width(word);
		if (at > indent && at + 1 + n > width(r)) {
			report_printf(r, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			report_say(r, " ");
			at++;
		}
		report_put(r, word);
		at += n;
	}
	report_say(r, "\n");
}

/* 1,234,567 */
static void number(struct report *r, uint64_t n)
{
	char digits[32];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			putc(',', r->to);
		putc(digits[i], r->to);
	}
}

/* "1 leak", "2,000 leaks" */
static void counted(struct report *r, uint64_t n, const char *one,
	const char *many)
{
	number(r, n);
	report_printf(r, " %s", n == 1 ? one : many);
}

static void size(struct report *r, double bytes_count)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	size_t unit = 0;

	while (bytes_count >= 999.5 && unit < 4) {
		bytes_count /= 1000;
		unit++;
	}
	report_printf(r, bytes_count < 99.5 && unit ? "%.1f %s" : "%.0f %s",
		bytes_count, units[unit]);
}

static enum paint confidence_paint(enum confidence c)
{
	switch (c) {
	case CONFIDENCE_LOW:
		return PAINT_CYAN;
	case CONFIDENCE_MEDIUM:
		return PAINT_YELLOW;
	case CONFIDENCE_HIGH:
		return PAINT_RED;
	case CONFIDENCE_CERTAIN:
		break;
	}
	return PAINT_ALARM;
}

/* Cut the pieces to `room` columns: the secret has the right of way, then
 * what stands before it, which says what it is for. */
static void fit(struct report_piece piece[3], size_t room)
{
	size_t own = report_width(piece[1].shown);
	size_t left = report_width(piece[0].shown);
	size_t right = report_width(piece[2].shown);
	size_t rest, share;

	if (own + left + right <= room)
		return;
	if (own > room * 2 / 3) {
		own = room * 2 / 3;
		piece[1].shown = report_take_columns(piece[1].shown, own);
	}
	rest = room - own;
	share = right < rest / 3 ? rest - right : rest - rest / 3;
	if (left > share) {
		piece[0].shown = report_last_columns(piece[0].shown,
			share > 3 ? share - 3 : 0);
		left = share;
	}
	if (right > rest - left)
		piece[2].shown = report_take_columns(piece[2].shown,
			rest - left > 3 ? rest - left - 3 : 0);
}

static void put_line(struct report *r, uint32_t line,
	struct report_piece piece[3])
{
	bool cut_left, cut_right;
	size_t before, mark;
	int gutter;

	gutter = snprintf(NULL, 0, "%6" PRIu32 " | ", line);
	fit(piece, width(r) - (size_t)gutter);
	cut_left = piece[0].shown.n != piece[0].text.n;
	cut_right = piece[2].shown.n != piece[2].text.n;
	paint(r, PAINT_DIM);
	report_printf(r, "%6" PRIu32 " | ", line);
	paint(r, PAINT_PLAIN);
	report_say(r, cut_left ? "..." : "");
	report_put(r, piece[0].shown);
	paint(r, PAINT_RED);
	report_put(r, piece[1].shown);
	paint(r, PAINT_PLAIN);
	report_put(r, piece[2].shown);
	report_say(r, cut_right ? "...\n" : "\n");
	before = report_width(piece[0].shown) + (cut_left ? 3 : 0);
	mark = report_width(piece[1].shown);
	paint(r, PAINT_DIM);
	report_printf(r, "%*s", gutter, "| ");
	paint(r, PAINT_PLAIN);
	report_printf(r, "%*s", (int)before, "");
	paint(r, PAINT_RED);
	for (size_t i = 0; i < mark; i++)
		putc(i ? '~' : '^', r->to);
	paint(r, PAINT_PLAIN);
	report_say(r, "\n");
}

/* The line with the secret in it, and a mark below. */
static void excerpt(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	struct report_piece piece[3];

	if (place->excerpt_n == 0 || place->excerpt.n > SIGHTING_EXCERPT)
		return;
	report_pieces(r, leak, place, piece);
	put_line(r, place->line, piece);
	for (size_t i = 0; i < 3; i++)
		buf_release_wiped(&piece[i].text);
}

static void commit_details(struct report *r, const struct leak *leak,
	const struct leak_commit *commit)
{
	report_say(r, ", commit ");
	escaped(r, bytes_take(commit->id, 10));
	report_say(r, " ");
	escaped(r, bytes_take(commit->date, 10));
	report_say(r, " ");
	escaped(r, report_commit_text(r, leak, commit->author));
}

static bool is_ordinary(const struct leak *leak,
	const struct leak_place *place)
{
	return place->source == LEAK_WORKTREE && place->encoding_count == 0 &&
	       place->confidence == leak->confidence && !place->commit &&
	       !place->unreachable && !place->in_head && !place->suppressed;
}

/* How it stands there, as far as that is out of the ordinary. */
static void details(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	if (is_ordinary(leak, place))
		return;
	paint(r, PAINT_DIM);
	if (place->source != LEAK_WORKTREE)
		report_printf(r, "  %s", leak_source_name(place->source));
	if (place->encoding_count) {
		buf_clear(&r->text);
		report_encoding(place, &r->text);
		report_say(r, "  in ");
		report_put(r, report_take(r, &r->text));
	}
	if (place->confidence != leak->confidence)
		report_printf(r, "  %s confidence",
			confidence_name(place->confidence));
	if (place->commit)
		commit_details(r, leak, place->commit);
	if (place->unreachable)
		report_say(r, "  unreachable");
	if (place->in_head)
		report_say(r, "  still at HEAD");
	paint(r, PAINT_PLAIN);
	if (place->suppressed) {
		report_say(r, "  suppressed: ");
		escaped_text(r, place->suppressed);
	}
}

static void companions(struct report *r, const struct leak_place *place)
{
	for (size_t i = 0; i < place->part_count; i++) {
		const struct sighting_part *part = &place->parts[i];

		report_say(r, "       + ");
		escaped_text(r, part->rule->id);
		report_printf(r, ", line %" PRIu32 ": ", part->line);
		buf_clear(&r->raw);
		if (r->options->show_secrets || part->rule->helper)
			buf_put(&r->raw, part->secret);
		else
			report_redact(part->secret, part->rule, &r->raw);
		escaped(r, report_take(r, &r->raw));
		report_say(r, "\n");
	}
}

static void refs(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	if (place->refs == NULL)
		return;
	report_say(r, "       in ");
	if (place->refs->count || place->refs->more)
		escaped(r, report_refs(r, leak, place));
	else
		report_say(r, "no branch or tag");
	report_say(r, "\n");
}

static void put_place(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	report_say(r, "  ");
	paint(r, PAINT_BOLD);
	if (place->path.n)
		escaped(r, report_path(r, leak, place));
	else
		report_say(r, "(standard input)");
	paint(r, PAINT_PLAIN);
	if (place->line)
		report_printf(r, ":%" PRIu32 ":%" PRIu32, place->line,
			place->column);
	details(r, leak, place);
	report_say(r, "\n");
	if (leak->rule->finder != RULE_BY_PATH)
		excerpt(r, leak, place);
	companions(r, place);
	refs(r, leak, place);
}

/* "certain  GitHub personal access token", and below it which one. */
static void heading(struct report *r, const struct leak *leak)
{
	bytes id = bytes_text(leak->fingerprint);
	size_t colon = bytes_find_byte(id, ':');
	const char *name = confidence_name(leak->confidence);

	painted(r, confidence_paint(leak->confidence), name);
	report_say(r, "  ");
	paint(r, PAINT_BOLD);
	wrapped(r, strlen(name) + 2,
		report_or(leak->rule->description, leak->rule->id));
	paint(r, PAINT_PLAIN);
	if (colon != BYTES_NONE && !r->options->verbose)
		id = bytes_take(id, colon + 1 + SHORT_ID);
	report_say(r, "  ");
	if (leak->rule->finder != RULE_BY_PATH && leak->secret.n) {
		escaped(r, report_secret(r, leak));
		report_say(r, r->text.n + id.n + 4 > width(r) ? "\n  " : "  ");
	}
	paint(r, PAINT_DIM);
	escaped(r, id);
	paint(r, PAINT_PLAIN);
	report_say(r, "\n");
}

static void labelled(struct report *r, const char *label, const char *text)
{
	if (text == NULL)
		return;
	report_say(r, "  ");
	painted(r, PAINT_CYAN, label);
	report_say(r, " ");
	wrapped(r, 3 + strlen(label), text);
}

static bool is_shown(const struct report *r, const struct leak_place *place)
{
	return place->suppressed == NULL || r->options->verbose;
}

static void put_leak(struct report *r, const struct leak *leak)
{
	size_t visible = 0, shown = 0;
	const char *reason = NULL;

	for (size_t p = 0; p < leak->place_count; p++)
		visible += is_shown(r, &leak->places[p]);
	if (visible == 0)
		return;
	heading(r, leak);
	for (size_t p = 0; p < leak->place_count; p++) {
		const struct leak_place *place = &leak->places[p];

		if (!is_shown(r, place))
			continue;
		if (shown == PLACES_SHOWN && !r->options->verbose)
			break;
		put_place(r, leak, place);
		reason = reason ? reason : place->reason;
		shown++;
	}
	if (visible > shown) {
		report_say(r, "  and ");
		counted(r, visible - shown, "more place\n", "more places\n");
	}
	labelled(r, "note:", reason);
	labelled(r, "mend:", leak->rule->mend);
	report_say(r, "\n");
}

static void tally(struct report *r)
{
	const char *separator = ": ";

	paint(r, PAINT_BOLD);
	counted(r, r->tally.leaks, "leak", "leaks");
	report_say(r, " in ");
	counted(r, r->tally.places, "place", "places");
	paint(r, PAINT_PLAIN);
	for (int c = CONFIDENCE_CERTAIN; c >= CONFIDENCE_LOW; c--) {
		if (r->tally.by_confidence[c] == 0)
			continue;
		report_say(r, separator);
		paint(r, confidence_paint((enum confidence)c));
		number(r, r->tally.by_confidence[c]);
		report_printf(r, " %s", confidence_name((enum confidence)c));
		paint(r, PAINT_PLAIN);
		separator = ", ";
	}
	report_say(r, "\n");
}

/* "25,012 files (104 MB) in 0.21 s (496 MB/s), 213 rules" */
static void work(struct report *r)
{
	const struct report_summary *s = r->summary;

	if (s->objects.total) {
		counted(r, s->objects.scanned, "object", "objects");
		report_say(r, s->files.total ? " and " : "");
	}
	if (s->files.total || s->objects.total == 0)
		counted(r, s->files.scanned, "file", "files");
	report_say(r, " (");
	size(r, (double)s->bytes);
	report_printf(r, ") in %.2f s", s->seconds);
	if (s->seconds > 0.001 && s->bytes >= 1000000) {
		report_say(r, " (");
		size(r, (double)s->bytes / s->seconds);
		report_say(r, "/s)");
	}
	report_say(r, ", ");
	counted(r, s->rules, "rule", "rules");
}

static void skips(struct report *r, const struct report_ledger *ledger,
	const char *one, const char *many)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ledger->skip_count; i++)
		sum += ledger->skips[i].count;
	if (sum) {
		report_say(r, "Skipped ");
		counted(r, sum, one, many);
		for (size_t i = 0; i < ledger->skip_count; i++) {
			report_say(r, i ? ", " : ": ");
			number(r, ledger->skips[i].count);
			report_say(r, " ");
			escaped_text(r, ledger->skips[i].reason);
		}
		report_say(r, "\n");
	}
	if (ledger->failed) {
		report_say(r, "Failed on ");
		counted(r, ledger->failed, one, many);
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
		counted(r, s->ignored, "file", "files");
		report_say(r, "\n");
	}
	if (r->tally.suppressed) {
		report_say(r, "Suppressed: ");
		counted(r, r->tally.suppressed, "place", "places");
		report_say(r, "\n");
	}
	if (s->missing) {
		report_say(r, "Missing: ");
		counted(r, s->missing, "object", "objects");
		report_say(r, " that others name\n");
	}
	if (s->lfs_pointers) {
		report_say(r, "Pointers to files kept by git LFS: ");
		number(r, s->lfs_pointers);
		report_say(r, "\n");
	}
	if (s->unlisted) {
		report_say(r, "Found, but over the limit of a list: ");
		counted(r, s->unlisted, "more place", "more places");
		report_say(r, "\n");
	}
	if (s->unscanned) {
		report_say(r, "Given up on: ");
		counted(r, s->unscanned, "region", "regions");
		report_say(r, " of text\n");
	}
}

static void alarm_incomplete(struct report *r)
{
	const struct report_summary *s = r->summary;

	paint(r, PAINT_ALARM);
	report_say(r, "INCOMPLETE");
	paint(r, PAINT_PLAIN);
	wrapped(r, strlen("INCOMPLETE"), s->interrupted
		? ": stopped early; this is what was found so far."
		: ": not everything was scanned, so a leak may be hidden in "
		  "the rest.");
	if (s->interrupted) {
		report_say(r, "  by ");
		escaped_text(r, s->interrupted);
		report_say(r, "\n");
	}
	for (size_t i = 0; i < s->problem_count; i++) {
		report_say(r, "  ");
		escaped_text(r, s->problems[i]);
		report_say(r, "\n");
	}
}

/* Where the time of a repository went. */
static void timing(struct report *r)
{
	const struct report_summary *s = r->summary;

	if (r->options->verbose && s->seconds_scan > 0)
		report_printf(r, "Time: %.3f s index and plan, %.3f s sweep "
			"and match, %.3f s attribute.\n", s->seconds_plan,
			s->seconds_scan, s->seconds_attribute);
}

static void summary(struct report *r)
{
	if (r->tally.leaks) {
		tally(r);
		report_say(r, "Scanned ");
	} else if (r->summary->complete) {
		painted(r, PAINT_GREEN, "No leaks found");
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

void report_text(struct report *r)
{
	if (!r->options->show_secrets)
		report_index_build(r);
	for (size_t i = 0; i < leaks_count(r->leaks); i++)
		put_leak(r, leaks_at(r->leaks, i));
	if (!r->options->quiet)
		summary(r);
}
