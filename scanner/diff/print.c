/*
 * A difference for people, and as JSON. Texts come from reports, which may be
 * anybody's: escaped like all else.
 */
#include "diff/internal.h"

#include "render/json_writer.h"
#include "render/options.h"

#include <inttypes.h>

#include "base/banned.h"

#define TEXT_MAX ((size_t)1 << 20)

static const char *const names[DIFF_KINDS] = {
	[DIFF_NEW] = "new",
	[DIFF_REOPENED] = "reopened",
	[DIFF_FIXED] = "fixed",
	[DIFF_SUPPRESSED] = "suppressed",
	[DIFF_MOVED] = "moved",
	[DIFF_SAME] = "unchanged",
};

/* Places of `a` that are not among `b`; both are sorted. */
typedef void place_sink(void *context, const struct diff_finding *f,
	const char *sign);
static void each_without(const struct diff_finding *a, size_t a_n,
	const struct diff_finding *b, size_t b_n, place_sink *sink,
	void *context, const char *sign)
{
	size_t k = 0;

	for (size_t i = 0; i < a_n; i++) {
		while (k < b_n && diff_compare_place(&b[k], &a[i]) < 0)
			k++;
		if (k == b_n || diff_compare_place(&b[k], &a[i]) != 0)
			sink(context, &a[i], sign);
	}
}

static void each_gone(const struct diff_leak *l, place_sink *sink,
	void *context)
{
	each_without(l->old, l->old_n, l->new, l->new_n, sink, context, "-");
}

static void each_added(const struct diff_leak *l, place_sink *sink,
	void *context)
{
	each_without(l->new, l->new_n, l->old, l->old_n, sink, context, "+");
}

/* ---- text --------------------------------------------------------------- */

struct printing {
	FILE *to;
	struct buf text;
	struct diff_count *count;
	enum diff_kind wanted;
};

static void put(struct printing *p, const char *text)
{
	buf_clear(&p->text);
	report_escape_terminal(bytes_text(text ? text : ""), &p->text);
	fputs(buf_text(&p->text), p->to);
}

static void put_place(void *context, const struct diff_finding *f,
	const char *sign)
{
	struct printing *p = context;

	fprintf(p->to, "    %s ", sign);
	put(p, f->path[0] ? f->path : "(no path)");
	fprintf(p->to, ":%" PRIu64 ":%" PRIu64 "  ", f->line, f->column);
	put(p, f->source);
	if (f->commit) {
		fputs(", commit ", p->to);
		buf_clear(&p->text);
		report_escape_terminal(bytes_take(bytes_text(f->commit), 10),
			&p->text);
		fputs(buf_text(&p->text), p->to);
	}
	putc('\n', p->to);
}

static void put_leak(void *context, const struct diff_leak *l)
{
	struct printing *p = context;
	const struct diff_finding *f = l->new_n ? l->new : l->old;

	if (l->kind != p->wanted)
		return;
	p->count->leaks[l->kind]++;
	if (l->kind == DIFF_SAME)
		return;
	fprintf(p->to, "%-10s ", names[l->kind]);
	put(p, f->confidence);
	fputs("  ", p->to);
	put(p, f->description ? f->description : f->rule);
	fputs("  ", p->to);
	put(p, f->secret);
	fputs("  ", p->to);
	put(p, f->fingerprint);
	putc('\n', p->to);
	each_gone(l, put_place, p);
	each_added(l, put_place, p);
}

void diff_text(FILE *to, const struct diff_report *old,
	const struct diff_report *new, struct diff_count *count)
{
	struct printing p = {.to = to, .count = count};

	buf_init(&p.text, TEXT_MAX);
	for (int kind = 0; kind < DIFF_KINDS; kind++) {
		p.wanted = (enum diff_kind)kind;
		diff_each(old, new, put_leak, &p);
	}
	for (int kind = 0; kind < DIFF_KINDS; kind++)
		fprintf(to, "%s%" PRIu64 " %s", kind ? ", " : "",
			count->leaks[kind], names[kind]);
	fputs(".\n", to);
	if (!old->is_complete)
		fputs("OLD is not complete: what is new may be older.\n", to);
	if (!new->is_complete)
		fputs("NEW is not complete: what is fixed may be there "
			"still.\n", to);
	buf_release(&p.text);
}

/* ---- JSON --------------------------------------------------------------- */

struct writing {
	struct report_writer w;
	struct diff_count *count;
	enum diff_kind wanted;
};

static void place_object(void *context, const struct diff_finding *f,
	const char *sign)
{
	struct report_writer *w = &((struct writing *)context)->w;

	(void)sign;
	report_json_object(w);
	report_json_text_at(w, "path", f->path);
	report_json_number_at(w, "line", f->line);
	report_json_number_at(w, "column", f->column);
	report_json_text_at(w, "source", f->source);
	report_json_text_at(w, "commit", f->commit);
	report_json_end(w);
}

static void leak_object(void *context, const struct diff_leak *l)
{
	struct writing *p = context;
	const struct diff_finding *f = l->new_n ? l->new : l->old;

	if (l->kind != p->wanted)
		return;
	p->count->leaks[l->kind]++;
	if (l->kind == DIFF_SAME)
		return;
	report_json_object(&p->w);
	report_json_text_at(&p->w, "fingerprint", f->fingerprint);
	report_json_text_at(&p->w, "rule", f->rule);
	report_json_text_at(&p->w, "description", f->description);
	report_json_text_at(&p->w, "confidence", f->confidence);
	report_json_text_at(&p->w, "secret", f->secret);
	report_json_key(&p->w, "gone");
	report_json_array(&p->w);
	each_gone(l, place_object, p);
	report_json_end(&p->w);
	report_json_key(&p->w, "added");
	report_json_array(&p->w);
	each_added(l, place_object, p);
	report_json_end(&p->w);
	report_json_end(&p->w);
}

void diff_json(FILE *to, const struct diff_report *old,
	const struct diff_report *new, struct diff_count *count)
{
	struct writing p = {.w = {.to = to, .indent = 1}, .count = count};

	report_json_object(&p.w);
	for (int kind = 0; kind < DIFF_KINDS; kind++) {
		p.wanted = (enum diff_kind)kind;
		if (kind != DIFF_SAME) {
			report_json_key(&p.w, names[kind]);
			report_json_array(&p.w);
		}
		diff_each(old, new, leak_object, &p);
		if (kind != DIFF_SAME)
			report_json_end(&p.w);
	}
	report_json_number_at(&p.w, names[DIFF_SAME], count->leaks[DIFF_SAME]);
	report_json_key(&p.w, "old_complete");
	report_json_flag(&p.w, old->is_complete);
	report_json_key(&p.w, "complete");
	report_json_flag(&p.w, new->is_complete);
	report_json_end(&p.w);
}
