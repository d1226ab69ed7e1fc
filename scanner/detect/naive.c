/*
 * The same findings the slow way: every rule's pattern over every start of
 * the text, every literal by itself. Verdicts, decoding and settling are
 * shared with the engine: what is compared is where it looks.
 */
#include "detect/naive.h"

#include "detect/internal.h"

#include "base/banned.h"

struct walk {
	struct scan *s;
	const struct layer *l;
};

static bool by_pattern(const struct rule *r)
{
	return r->regex && r->finder != RULE_BY_PATH &&
	       r->finder != RULE_BY_RUN;
}

static void sink_encoded(void *context, const struct literal_hit *hit)
{
	const struct walk *w = context;

	if ((hit->tag & 3) == LEAD_ENCODED)
		scan_encoded(w->s, w->l, hit);
	else if ((hit->tag & 3) == LEAD_DECODER)
		scan_decoder(w->s, w->l, hit->tag >> 8, hit->start + hit->n);
}

void scan_layer_naive(struct scan *s, const struct layer *l)
{
	struct walk w = {s, l};

	for (size_t i = 0; i < s->d->count; i++) {
		if (by_pattern(s->d->at[i].rule) && scan_applies(s, l, i) &&
			scan_path_fits(s, i))
			scan_starts(s, l, i, 0, l->text.n);
	}
	scan_runs(s, l, l->from, l->to);
	if (l->depth < s->d->options.decode_depth)
		literal_scan(s->d->literals, l->text, 0, l->text.n,
			sink_encoded, &w);
}

enum status naive_scan(const struct detector *d, const struct detect_text *text,
	bytes data, struct error *err)
{
	struct scan *s = scan_new(d, err);
	enum status status;

	if (s == NULL)
		return err ? err->code : ERR_MEMORY;
	s->naive = true;
	status = scan_buffer(s, text, data, err);
	scan_free(s);
	return status;
}
