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

#include "render/verdict.h"

#include <inttypes.h>

#include "base/banned.h"

/* Places of a leak that are listed unless all are asked for. */
#define PLACES_SHOWN 5
/* Characters of a fingerprint's hash that are shown. */
#define SHORT_ID 8

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
	fit(piece, report_text_width(r) - (size_t)gutter);
	cut_left = piece[0].shown.n != piece[0].text.n;
	cut_right = piece[2].shown.n != piece[2].text.n;
	report_paint(r, PAINT_DIM);
	report_printf(r, "%6" PRIu32 " | ", line);
	report_paint(r, PAINT_PLAIN);
	report_say(r, cut_left ? "..." : "");
	report_put(r, piece[0].shown);
	report_paint(r, PAINT_RED);
	report_put(r, piece[1].shown);
	report_paint(r, PAINT_PLAIN);
	report_put(r, piece[2].shown);
	report_say(r, cut_right ? "...\n" : "\n");
	before = report_width(piece[0].shown) + (cut_left ? 3 : 0);
	mark = report_width(piece[1].shown);
	report_paint(r, PAINT_DIM);
	report_printf(r, "%*s", gutter, "| ");
	report_paint(r, PAINT_PLAIN);
	report_printf(r, "%*s", (int)before, "");
	report_paint(r, PAINT_RED);
	for (size_t i = 0; i < mark; i++)
		putc(i ? '~' : '^', r->to);
	report_paint(r, PAINT_PLAIN);
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
	report_escaped(r, bytes_take(commit->id, 10));
	report_say(r, " ");
	report_escaped(r, bytes_take(commit->date, 10));
	report_say(r, " ");
	report_escaped(r, report_commit_text(r, leak, commit->author));
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
	report_paint(r, PAINT_DIM);
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
	report_paint(r, PAINT_PLAIN);
	if (place->suppressed) {
		report_say(r, "  suppressed: ");
		report_escaped(r, report_suppressed(r, leak, place));
	}
}

static void companions(struct report *r, const struct leak_place *place)
{
	for (size_t i = 0; i < place->part_count; i++) {
		const struct sighting_part *part = &place->parts[i];

		report_say(r, "       + ");
		report_escaped_text(r, part->rule->id);
		report_printf(r, ", line %" PRIu32 ": ", part->line);
		buf_clear(&r->raw);
		if (r->options->show_secrets || part->rule->helper)
			buf_put(&r->raw, part->secret);
		else
			report_redact(part->secret, part->rule, &r->raw);
		report_escaped(r, report_take(r, &r->raw));
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
		report_escaped(r, report_refs(r, leak, place));
	else
		report_say(r, "no branch or tag");
	report_say(r, "\n");
}

/* What spoke for it and did not hold. */
static void put_refused(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	if (place->refused == NULL)
		return;
	report_say(r, "       ");
	report_paint(r, PAINT_YELLOW);
	report_escaped(r, report_commit_text(r, leak,
		bytes_text(place->refused)));
	report_paint(r, PAINT_PLAIN);
	report_say(r, "\n");
}

static void put_place(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	report_say(r, "  ");
	report_paint(r, PAINT_BOLD);
	if (place->path.n)
		report_escaped(r, report_path(r, leak, place));
	else
		report_say(r, "(standard input)");
	report_paint(r, PAINT_PLAIN);
	if (place->line)
		report_printf(r, ":%" PRIu32 ":%" PRIu32, place->line,
			place->column);
	details(r, leak, place);
	report_say(r, "\n");
	if (leak->rule->finder != RULE_BY_PATH)
		excerpt(r, leak, place);
	companions(r, place);
	refs(r, leak, place);
	put_refused(r, leak, place);
}

/* "certain  GitHub personal access token", and below it which one. */
static void heading(struct report *r, const struct leak *leak)
{
	bytes id = bytes_text(leak->fingerprint);
	size_t colon = bytes_find_byte(id, ':');
	const char *name = confidence_name(leak->confidence);

	report_painted(r, report_confidence_paint(leak->confidence), name);
	report_say(r, "  ");
	report_paint(r, PAINT_BOLD);
	report_wrapped(r, strlen(name) + 2,
		report_or(leak->rule->description, leak->rule->id));
	report_paint(r, PAINT_PLAIN);
	if (colon != BYTES_NONE && !r->options->verbose)
		id = bytes_take(id, colon + 1 + SHORT_ID);
	report_say(r, "  ");
	if (leak->rule->finder != RULE_BY_PATH && leak->secret.n) {
		report_escaped(r, report_secret(r, leak));
		report_say(r, r->text.n + id.n + 4 > report_text_width(r)
			? "\n  " : "  ");
	}
	report_paint(r, PAINT_DIM);
	report_escaped(r, id);
	report_paint(r, PAINT_PLAIN);
	report_say(r, "\n");
}

static void labelled(struct report *r, const char *label, const char *text)
{
	if (text == NULL)
		return;
	report_say(r, "  ");
	report_painted(r, PAINT_CYAN, label);
	report_say(r, " ");
	report_wrapped(r, 3 + strlen(label), text);
}

/* In red while it opens a door. */
static void put_verdict(struct report *r, const struct leak *leak)
{
	struct buf words;

	if (leak->verdict == NULL)
		return;
	buf_init(&words, 8192);
	report_verdict_words(leak, &words);
	report_say(r, "  ");
	report_painted(r, verdict_is_live(leak->verdict->verdict) ? PAINT_RED
							   : PAINT_CYAN,
		"verdict:");
	report_say(r, " ");
	report_wrapped(r, 11, buf_text(&words));
	buf_release(&words);
}

static bool is_shown(const struct report *r, const struct leak_place *place)
{
	return leak_place_counts(place) || r->options->verbose;
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
		report_counted(r, visible - shown, "more place\n",
			"more places\n");
	}
	put_verdict(r, leak);
	labelled(r, "note:", reason);
	labelled(r, "mend:", leak->rule->mend);
	report_say(r, "\n");
}

void report_text(struct report *r)
{
	if (!r->options->show_secrets)
		report_index_build(r);
	for (size_t i = 0; i < leaks_count(r->leaks); i++)
		put_leak(r, leaks_at(r->leaks, i));
	if (!r->options->quiet)
		report_coverage(r);
}
