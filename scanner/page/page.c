#include "page/internal.h"

#include "base/base64.h"
#include "base/hash.h"

#include <inttypes.h>
#include <time.h>

#include "base/banned.h"

#define POLICY_MAX ((size_t)1024)

/* 'sha256-...' of what stands between the tags. */
static void put_digest(struct buf *out, const char *text)
{
	unsigned char digest[SHA256_SIZE];

	hash_sha256(bytes_text(text), digest);
	buf_put_text(out, "'sha256-");
	base64_put(out, bytes_of(digest, sizeof(digest)));
	buf_put_text(out, "'");
}

static void put_policy(struct page *p)
{
	struct buf policy;

	buf_init(&policy, POLICY_MAX);
	buf_put_text(&policy, "default-src 'none'; style-src ");
	put_digest(&policy, page_style);
	buf_put_text(&policy, "; script-src ");
	put_digest(&policy, page_script);
	buf_put_text(&policy, "; base-uri 'none'; form-action 'none'");
	report_say(p->r, "<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"");
	report_put(p->r, report_take(p->r, &policy));
	report_say(p->r, "\">\n");
	buf_release(&policy);
}

static void put_head(struct page *p)
{
	struct report *r = p->r;

	report_say(r, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n");
	put_policy(p);
	report_say(r, "<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n<meta name=\"robots\" "
		"content=\"noindex\">\n<title>stanch: ");
	page_number(p, r->tally.leaks);
	report_say(r, r->tally.leaks == 1 ? " open leak" : " open leaks");
	report_say(r, "</title>\n<style>");
	report_say(r, page_style);
	report_say(r, "</style>\n</head>\n<body>\n");
}

static void put_card(struct page *p, uint64_t n, const char *what)
{
	report_say(p->r, "<li><b>");
	page_number(p, n);
	report_printf(p->r, "</b><span>%s</span></li>\n", what);
}

static void put_cards(struct page *p)
{
	static const char *const names[] = {"low confidence",
		"medium confidence", "high confidence",
		"certain, by checksum"};
	const struct report_tally *t = &p->r->tally;

	report_say(p->r, "<ul class=\"cards\">\n");
	put_card(p, t->leaks, t->leaks == 1 ? "open leak" : "open leaks");
	put_card(p, t->places, t->places == 1 ? "place" : "places");
	for (int c = CONFIDENCE_CERTAIN; c >= CONFIDENCE_LOW; c--)
		if (t->by_confidence[c])
			put_card(p, t->by_confidence[c], names[c]);
	if (t->suppressed)
		put_card(p, t->suppressed, "suppressed places");
	report_say(p->r, "</ul>\n");
}

/* What was not scanned comes first. */
static void put_alarm(struct page *p)
{
	const struct report_summary *s = p->r->summary;

	if (s->complete && s->broken_count == 0)
		return;
	report_say(p->r, "<div class=\"alarm\" role=\"alert\"><b>");
	report_say(p->r, s->complete
		? "Settings could not be read, so nothing is suppressed by "
		  "them."
		: s->interrupted
			? "Incomplete: stopped early; this is what was found "
			  "so far."
			: "Incomplete: not everything was scanned, so a leak "
			  "may be hidden in the rest.");
	report_say(p->r, "</b><ul>\n");
	for (size_t i = 0; i < s->problem_count; i++) {
		report_say(p->r, "<li class=\"mono\">");
		page_put_text(p, s->problems[i]);
		report_say(p->r, "</li>\n");
	}
	for (size_t i = 0; i < s->broken_count; i++) {
		report_say(p->r, "<li class=\"mono\">");
		page_put_text(p, s->broken[i]);
		report_say(p->r, "</li>\n");
	}
	report_say(p->r, "</ul></div>\n");
}

static void put_ledger(struct page *p, const char *what,
	const struct report_ledger *l)
{
	struct report *r = p->r;

	if (l->total == 0)
		return;
	report_printf(r, "<tr><th scope=\"row\">%s</th><td class=\"n\">",
		what);
	page_number(p, l->total);
	report_say(r, "</td><td class=\"n\">");
	page_number(p, l->scanned);
	report_say(r, "</td><td>");
	for (size_t i = 0; i < l->skip_count; i++) {
		report_say(r, i ? ", " : "");
		page_number(p, l->skips[i].count);
		report_say(r, " ");
		page_put_text(p, l->skips[i].reason);
	}
	report_say(r, "</td><td class=\"n\">");
	page_number(p, l->failed);
	report_say(r, "</td></tr>\n");
}

static void put_coverage(struct page *p)
{
	struct report *r = p->r;
	const struct report_summary *s = r->summary;

	report_say(r, "<h2>What was scanned</h2>\n<div class=\"wide\"><table>"
		"<thead><tr><th scope=\"col\">What</th><th scope=\"col\">"
		"Total</th><th scope=\"col\">Scanned</th><th scope=\"col\">"
		"Skipped</th><th scope=\"col\">Failed</th></tr></thead>"
		"<tbody>\n");
	put_ledger(p, "git objects", &s->objects);
	put_ledger(p, "files", &s->files);
	report_say(r, "</tbody></table></div>\n<p class=\"quiet\">");
	page_number(p, s->bytes);
	report_say(r, " bytes, ");
	page_number(p, s->rules);
	report_say(r, " rules (digest ");
	page_put_text(p, report_or(s->rules_digest, "unknown"));
	report_say(r, "), stanch ");
	page_put_text(p, report_or(s->version, ""));
	report_say(r, ".</p>\n");
}

static void put_top(struct page *p)
{
	struct report *r = p->r;
	bool is_clean = r->tally.leaks == 0;

	report_say(r, "<header>\n<h1>");
	if (is_clean && r->summary->complete)
		report_say(r, "No open leaks");
	else if (is_clean)
		report_say(r, "No open leaks in what was scanned");
	else {
		page_number(p, r->tally.leaks);
		report_say(r, r->tally.leaks == 1 ? " open leak"
						  : " open leaks");
	}
	report_say(r, "</h1>\n<p class=\"quiet\">Report of stanch. ");
	report_say(r, r->options->show_secrets
		? "<b>Secrets are shown: mind who reads this.</b>"
		: "Secrets are redacted.");
	report_say(r, "</p>\n");
	put_alarm(p);
	if (r->summary->held) {
		report_say(r, "<div class=\"alarm\" role=\"alert\"><b>");
		page_number(p, r->summary->held);
		report_say(r, " of the suppressed places only a comment speaks "
			"for, which does not open this gate.</b></div>\n");
	}
	put_cards(p);
	report_say(r, "</header>\n");
}

enum part { PART_OPEN, PART_SUPPRESSED };

static bool is_of(enum part part, const struct leak *leak)
{
	return page_is_open(leak) == (part == PART_OPEN);
}

static void put_leaks(struct page *p, enum part part, const char *title)
{
	struct report *r = p->r;
	size_t n = 0;

	for (size_t i = 0; i < leaks_count(r->leaks); i++)
		n += is_of(part, leaks_at(r->leaks, i));
	if (n == 0)
		return;
	report_printf(r, "<h2>%s</h2>\n", title);
	for (size_t i = 0; i < leaks_count(r->leaks); i++)
		if (is_of(part, leaks_at(r->leaks, i)))
			page_leak(p, leaks_at(r->leaks, i), i + 1);
}

static void put_entries(struct page *p, const char *title,
	const struct report_entry *list, size_t n)
{
	struct report *r = p->r;

	if (n == 0)
		return;
	report_printf(r, "<h2>%s</h2>\n<ul>\n", title);
	for (size_t i = 0; i < n; i++) {
		report_say(r, "<li class=\"mono\">");
		page_put_text(p, list[i].file);
		report_printf(r, ":%" PRIu32 " ", list[i].line);
		page_put_text(p, list[i].what);
		if (list[i].expires) {
			report_say(r, ", until ");
			page_put_text(p, list[i].expires);
		}
		report_say(r, "</li>\n");
	}
	report_say(r, "</ul>\n");
}

static void put_main(struct page *p)
{
	struct report *r = p->r;
	const struct report_summary *s = r->summary;

	report_say(r, "<main>\n");
	if (r->tally.leaks)
		page_groups(p);
	if (leaks_count(r->leaks))
		report_say(r, "<div class=\"search\" role=\"search\" hidden>"
			"<label for=\"find\">Search</label><input id=\"find\" "
			"type=\"search\" autocomplete=\"off\" "
			"placeholder=\"rule, path, author, commit\"><span "
			"id=\"told\" class=\"quiet\" role=\"status\"></span>"
			"</div>\n");
	put_leaks(p, PART_OPEN, "Open leaks");
	put_leaks(p, PART_SUPPRESSED, "Suppressed leaks");
	put_entries(p, "Suppressions that ended", s->expired,
		s->expired_count);
	put_entries(p, "Suppressions that nothing answers to", s->stale,
		s->stale_count);
	put_coverage(p);
	report_say(r, "</main>\n");
}

void page_write(struct report *r)
{
	const struct report_links *links = &r->options->links;
	struct page p = {.r = r, .now = r->options->now
		? r->options->now : (int64_t)time(NULL)};

	link_init(&p.link, bytes_text(report_or(links->remote, "")));
	buf_init(&p.address, r->text.max);
	if (!r->options->show_secrets)
		report_index_build(r);
	put_head(&p);
	put_top(&p);
	put_main(&p);
	report_say(r, "<footer><p>Searching needs this page's own script; "
		"everything else works without it. Nothing is loaded from "
		"anywhere.</p></footer>\n<script>");
	report_say(r, page_script);
	report_say(r, "</script>\n</body>\n</html>\n");
	buf_release(&p.address);
	link_release(&p.link);
}
