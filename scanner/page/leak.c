/*
 * One leak: what it is, what to do, and a row for each place.
 */
#include "page/internal.h"

#include "render/verdict.h"

#include <inttypes.h>

#include "base/banned.h"

/* Places that are shown at once; the others stand in a part to unfold. */
#define PLACES_SHOWN 10

/* The path from the repository's root; false when it is not in it. */
static bool from_root(const struct page *p, bytes path, struct buf *out)
{
	const struct report_links *links = &p->r->options->links;
	bytes prefix = bytes_text(report_or(links->prefix, ""));

	if (!bytes_starts(path, prefix))
		return false;
	buf_clear(out);
	buf_put_text(out, report_or(links->below, ""));
	buf_put(out, bytes_drop(path, prefix.n));
	/* Of a submodule's store: another repository. */
	return !out->failed &&
	       !bytes_starts(buf_bytes(out), bytes_text(".git/"));
}

static void open_link(struct page *p)
{
	struct report *r = p->r;

	report_say(r, "<a rel=\"noopener noreferrer nofollow\" href=\"");
	page_put(p, buf_bytes(&p->address));
	report_say(r, "\">");
}

/* Makes p->address. A secret that stands in its path is in no address. */
static bool has_address(struct page *p, const struct leak *leak,
	const struct leak_place *place)
{
	struct link_target target = {.line = place->line,
		.end_line = place->end_line};
	struct buf path;
	bool is_made;

	if (place->source != LEAK_HISTORY && place->source != LEAK_WORKTREE)
		return false;
	target.commit = place->commit ? place->commit->id
		: bytes_text(place->source == LEAK_WORKTREE
			? report_or(p->r->options->links.head, "") : "");
	if (report_path(p->r, leak, place).at != place->path.at)
		return false;
	buf_init(&path, p->r->text.max);
	is_made = from_root(p, place->path, &path);
	if (is_made) {
		target.path = buf_bytes(&path);
		is_made = link_line(&p->link, &target, &p->address);
	}
	buf_release(&path);
	return is_made;
}

static void put_where(struct page *p, const struct leak *leak,
	const struct leak_place *place)
{
	struct report *r = p->r;
	bool is_linked = has_address(p, leak, place);

	report_say(r, "<td><span class=\"mono\">");
	if (is_linked)
		open_link(p);
	if (place->path.n)
		page_put(p, report_path(r, leak, place));
	else
		report_say(r, place->source == LEAK_MESSAGE
			? "(message of the commit)" : "(standard input)");
	if (place->line)
		report_printf(r, ":%" PRIu32 ":%" PRIu32, place->line,
			place->column);
	report_say(r, is_linked ? "</a></span>" : "</span>");
}

static void put_excerpt(struct page *p, const struct leak *leak,
	const struct leak_place *place)
{
	static const char *const before[] = {"<pre>", "<mark>", ""};
	static const char *const after[] = {"", "</mark>", "</pre>"};
	struct report_piece piece[3];

	if (place->excerpt_n == 0 || place->excerpt.n > SIGHTING_EXCERPT ||
		leak->rule->finder == RULE_BY_PATH)
		return;
	report_pieces(p->r, leak, place, piece);
	for (size_t i = 0; i < 3; i++) {
		report_say(p->r, before[i]);
		page_put_shown(p, piece[i].shown);
		report_say(p->r, after[i]);
		buf_release_wiped(&piece[i].text);
	}
}

static void put_commit(struct page *p, const struct leak *leak,
	const struct leak_commit *commit)
{
	struct report *r = p->r;
	bool is_linked;

	report_say(r, "<td>");
	if (commit) {
		is_linked = link_commit(&p->link, commit->id, &p->address);
		if (is_linked)
			open_link(p);
		report_say(r, "<code>");
		page_put(p, bytes_take(commit->id, 10));
		report_say(r, is_linked ? "</code></a> " : "</code> ");
		page_put(p, report_commit_text(r, leak, commit->author));
		report_say(r, "<br><time>");
		page_put(p, bytes_take(commit->date, 10));
		report_say(r, "</time>");
	} else {
		report_say(r, "<span class=\"quiet\">no commit</span>");
	}
	report_say(r, "</td>");
}

static void put_note(struct page *p, bool *any, const char *label, bytes text)
{
	report_say(p->r, *any ? "<br>" : "");
	report_say(p->r, label);
	page_put(p, text);
	*any = true;
}

static void put_notes(struct page *p, const struct leak *leak,
	const struct leak_place *place)
{
	struct report *r = p->r;
	bool any = false;

	report_say(r, "<td>");
	put_note(p, &any, "", bytes_text(leak_source_name(place->source)));
	if (place->in_head)
		put_note(p, &any, "<b>still at HEAD</b>", bytes_text(""));
	if (place->unreachable)
		put_note(p, &any, "no commit reaches it", bytes_text(""));
	if (place->encoding_count) {
		struct buf text;

		buf_init(&text, 256);
		report_encoding(place, &text);
		put_note(p, &any, "in ", buf_bytes(&text));
		buf_release(&text);
	}
	if (place->refs && place->refs->count + place->refs->more == 0)
		put_note(p, &any, "in no branch or tag", bytes_text(""));
	else if (place->refs)
		put_note(p, &any, "in ", report_refs(r, leak, place));
	if (place->confidence != leak->confidence)
		put_note(p, &any, "confidence: ", bytes_text(
			confidence_name(place->confidence)));
	if (place->reason)
		put_note(p, &any, "note: ", bytes_text(place->reason));
	if (place->suppressed)
		put_note(p, &any, "suppressed: ",
			report_suppressed(r, leak, place));
	if (place->refused)
		put_note(p, &any, "", report_commit_text(r, leak,
			bytes_text(place->refused)));
	report_say(r, "</td>");
}

static void put_places(struct page *p, const struct leak *leak, size_t from,
	size_t to)
{
	struct report *r = p->r;

	report_say(r, "<div class=\"wide\"><table><thead><tr>"
		"<th scope=\"col\">Place</th><th scope=\"col\">Commit</th>"
		"<th scope=\"col\">Notes</th></tr></thead><tbody>\n");
	for (size_t i = from; i < to; i++) {
		const struct leak_place *place = &leak->places[i];

		report_say(r, "<tr>");
		put_where(p, leak, place);
		put_excerpt(p, leak, place);
		report_say(r, "</td>");
		put_commit(p, leak, place->commit);
		put_notes(p, leak, place);
		report_say(r, "</tr>\n");
	}
	report_say(r, "</tbody></table></div>\n");
}

static void put_heading(struct page *p, const struct leak *leak, size_t number)
{
	struct report *r = p->r;
	const char *confidence = confidence_name(leak->confidence);
	const char *severity = report_severity(leak->rule);

	report_printf(r, "<article class=\"leak\" id=\"leak-%zu\" "
		"aria-labelledby=\"name-%zu\">\n<div class=\"top\">"
		"<h3 id=\"name-%zu\">", number, number, number);
	page_put_text(p, report_or(leak->rule->description, leak->rule->id));
	report_printf(r, "</h3><span class=\"badge %s\">%s</span>", confidence,
		confidence);
	report_say(r, "<span class=\"badge ");
	page_put_text(p, severity);
	report_say(r, "\">severity: ");
	page_put_text(p, severity);
	report_say(r, "</span>");
	if (report_verdict(leak)) {
		report_printf(r, "<span class=\"badge %s\">verdict: ",
			verdict_is_live(leak->verdict->verdict) ? "certain"
								: "low");
		page_put_text(p, report_verdict(leak));
		report_say(r, "</span>");
	}
	if (!page_is_open(leak))
		report_say(r, "<span class=\"badge known\">suppressed</span>");
	report_say(r, "</div>\n");
}

void page_leak(struct page *p, const struct leak *leak, size_t number)
{
	struct report *r = p->r;
	size_t shown = leak->place_count < PLACES_SHOWN ? leak->place_count
							: PLACES_SHOWN;

	put_heading(p, leak, number);
	report_say(r, "<p>");
	if (leak->rule->finder != RULE_BY_PATH && leak->secret.n) {
		report_say(r, "<code>");
		page_put(p, report_secret(r, leak));
		report_say(r, "</code> ");
	}
	report_say(r, "<span class=\"quiet mono\">");
	page_put_text(p, leak->fingerprint);
	report_say(r, "</span></p>\n");
	if (leak->verdict) {
		buf_clear(&r->raw);
		report_verdict_words(leak, &r->raw);
		report_say(r, "<p><b>Verdict:</b> ");
		page_put(p, report_take(r, &r->raw));
		report_say(r, "</p>\n");
	}
	if (leak->verdict) {
		buf_clear(&r->raw);
		report_verdict_words(leak, &r->raw);
		report_say(r, "<p><b>The provider says:</b> ");
		page_put(p, report_take(r, &r->raw));
		report_say(r, "</p>\n");
	}
	if (leak->rule->mend) {
		report_say(r, "<p><b>What to do:</b> ");
		page_put_text(p, leak->rule->mend);
		report_say(r, "</p>\n");
	}
	put_places(p, leak, 0, shown);
	if (shown < leak->place_count) {
		report_say(r, "<details><summary>");
		page_number(p, leak->place_count - shown);
		report_say(r, " more places</summary>\n");
		put_places(p, leak, shown, leak->place_count);
		report_say(r, "</details>\n");
	}
	report_say(r, "</article>\n");
}
