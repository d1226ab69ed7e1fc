/*
 * What was gathered, for people and as JSON. A secret is shown redacted, as in
 * reports; of the line it stands on nothing is shown.
 */
#include "explain/internal.h"

#include "render/render.h"

#include <inttypes.h>

#include "base/banned.h"

#define TEXT_MAX ((size_t)64 << 10)

const char *explain_end(enum trace_end end)
{
	static const char *const texts[] = {
		[TRACE_KEPT] = "kept",
		[TRACE_OTHER_PATH] = "dropped: the rule is for other paths",
		[TRACE_OTHER_ENCODING] =
			"dropped: the rule is not for text encoded so",
		[TRACE_NO_CONTEXT] =
			"dropped: none of the words it needs stands near",
		[TRACE_NO_KEYWORD] = "dropped: none of the rule's keywords",
		[TRACE_ALLOWED] = "dropped: an allowlist of the rules",
		[TRACE_BYTES] =
			"dropped: too few digits, capitals or small letters",
		[TRACE_ENTROPY] = "dropped: its entropy is too low",
		[TRACE_CHECK] = "dropped: its check fails",
		[TRACE_STOPWORD] = "dropped: a stopword is in it",
		[TRACE_OVERLAPPED] = "dropped: another finding stands there",
		[TRACE_HELPER] = "not reported itself: it stands beside others",
		[TRACE_BELOW] = "not reported: less sure than asked for",
		[TRACE_UNLISTED] = "counted, not listed: one too many",
	};

	return texts[end];
}

/* One that the end of a scan would not report. */
static bool is_below(const struct explain_view *v, const struct explained *x)
{
	return x->event.end == TRACE_KEPT &&
	       x->event.confidence < v->min_confidence;
}

bool explain_is_shown(const struct explain_view *v, const struct explained *x)
{
	if (v->line && x->line &&
		(v->line < x->line || v->line > x->end_line))
		return false;
	return x->event.kind != TRACE_ANCHOR ||
	       (!x->is_answered && (v->all || v->line));
}

static void put_encodings(struct buf *out, const uint8_t *encodings,
	size_t count)
{
	if (count == 0)
		buf_put_text(out, "plain");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%s", i ? "+" : "",
			encoding_name((enum encoding)encodings[i]));
}

static void put_secret(struct buf *out, const struct explained *x)
{
	buf_clear(out);
	if (x->event.rule->helper)
		buf_put(out, x->event.text);
	else
		report_redact(x->event.text, x->event.rule, out);
}

/* ---- text --------------------------------------------------------------- */

static void put_row(struct buf *out, const char *label)
{
	buf_printf(out, "    %-12s", label);
}

static void put_where(struct buf *out, const struct explain_view *v,
	const struct explained *x)
{
	report_escape_terminal(bytes_text(v->path), out);
	if (x->line)
		buf_printf(out, ":%" PRIu32 ":%" PRIu32, x->line, x->column);
	buf_printf(out, "  %s", x->event.rule->id);
	if (x->event.rule->description)
		buf_printf(out, "  %s", x->event.rule->description);
	buf_put_byte(out, '\n');
}

static void put_outcome(struct buf *out, const struct explain_view *v,
	const struct explained *x)
{
	const struct trace_event *e = &x->event;

	put_row(out, "outcome");
	buf_put_text(out, explain_end(is_below(v, x) ? TRACE_BELOW : e->end));
	if (e->end == TRACE_KEPT)
		buf_printf(out, "%s%s confidence", is_below(v, x) ? ": "
								  : ", ",
			confidence_name(e->confidence));
	if (e->end == TRACE_KEPT && e->reason)
		buf_printf(out, " (%s)", e->reason);
	buf_put_byte(out, '\n');
}

static void put_anchor(struct buf *out, const struct explained *x)
{
	const struct rule *r = x->event.rule;

	put_row(out, "anchor");
	if (x->anchor.n) {
		buf_put_byte(out, '"');
		report_escape_terminal(x->anchor, out);
		buf_printf(out, "\", line %" PRIu32 ", column %" PRIu32 ", ",
			x->anchor_line, x->anchor_column);
		put_encodings(out, x->anchor_encodings,
			x->anchor_encoding_count);
	} else {
		buf_put_text(out, r->finder == RULE_BY_RUN
			? "none: a run of characters"
			: r->finder == RULE_BY_PATH ? "none: the path"
						    : "none");
	}
	buf_put_byte(out, '\n');
}

static void put_check(struct buf *out, const struct trace_event *e)
{
	put_row(out, "check");
	if (e->rule->check.name == NULL)
		buf_put_text(out, "the rule has none");
	else if (e->check == NULL)
		buf_printf(out, "%s: not reached", e->rule->check.name);
	else
		buf_printf(out, "%s: %s", e->rule->check.name, e->check);
	if (e->check_reason)
		buf_printf(out, " (%s)", e->check_reason);
	if (e->check_fact)
		buf_printf(out, ", %s", e->check_fact);
	buf_put_byte(out, '\n');
}

static void put_thresholds(struct buf *out, const struct trace_event *e)
{
	const struct rule *r = e->rule;

	put_row(out, "entropy");
	if (e->entropy > 0)
		buf_printf(out, "%.2f bits a byte; ", (double)e->entropy);
	if (r->entropy > 0)
		buf_printf(out, "the rule wants more than %.2f\n",
			(double)r->entropy);
	else
		buf_put_text(out, "the rule wants none\n");
	if (r->min_digits + r->min_upper + r->min_lower == 0)
		return;
	put_row(out, "holds");
	buf_printf(out, "%s; the rule wants %u digits, %u capitals, %u small "
		"letters\n", e->end == TRACE_BYTES ? "too few" : "enough",
		r->min_digits, r->min_upper, r->min_lower);
}

static const struct sighting_part *part_of(const struct explained *x,
	const char *rule)
{
	for (size_t i = 0; x->place && i < x->place->part_count; i++)
		if (strcmp(x->place->parts[i].rule->id, rule) == 0)
			return &x->place->parts[i];
	return NULL;
}

static void put_context(struct buf *out, const struct explained *x)
{
	const struct rule *r = x->event.rule;

	for (size_t i = 0; i < r->companion_count; i++) {
		const struct rule_companion *c = &r->companions[i];
		const struct sighting_part *part = part_of(x, c->rule);

		put_row(out, i ? "" : "beside it");
		buf_printf(out, "%s%s", c->rule, c->required ? ", required"
			: c->raises ? ", makes it surer" : "");
		if (c->within)
			buf_printf(out, ", within %" PRIu32 " lines",
				c->within);
		if (part)
			buf_printf(out, ": line %" PRIu32 "\n", part->line);
		else
			buf_put_text(out, ": not found\n");
	}
}

/* Which allowlist: its file, and what it looks at. */
static void put_allowlist(struct buf *out, const struct trace_event *e)
{
	const struct rule_allowlist *l = e->allowed;

	put_row(out, "allowlist");
	buf_printf(out, "of %s%s%s: ", e->is_global ? "the rule file"
						    : "the rule",
		e->rule->file ? ", " : "", e->rule->file ? e->rule->file : "");
	buf_printf(out, "%zu regexes on the %s, %zu paths, %zu stopwords%s\n",
		l->regex_count, l->target == ALLOW_LINE ? "line"
			: l->target == ALLOW_MATCH ? "match" : "secret",
		l->path_count, l->stopword_count,
		l->all ? ", all to hold" : ", one is enough");
}

/* A person wrote why, on a line with secrets. */
static void put_suppressed(struct buf *out, const struct explained *x)
{
	const struct leak_place *place = x->place;
	const struct report_known known = {x->leak, place, true};
	const char *text = place == NULL	? NULL
			   : place->suppressed	? place->suppressed
						: place->refused;
	struct buf mask;

	buf_clear(out);
	if (text == NULL)
		return;
	buf_init(&mask, TEXT_MAX);
	if (!report_put_masked(&known, bytes_text(text), &mask, out))
		buf_put_text(out, place->suppression
			? place->suppression->kind : "yes");
	buf_release(&mask);
}

static void put_rest(struct buf *out, struct buf *scratch,
	const struct explained *x)
{
	const struct trace_event *e = &x->event;

	if (e->word) {
		put_row(out, "stopword");
		report_escape_terminal(bytes_text(e->word), out);
		buf_put_byte(out, '\n');
	}
	if (e->end == TRACE_ALLOWED)
		put_allowlist(out, e);
	if (e->end == TRACE_OVERLAPPED) {
		put_row(out, "overlap");
		buf_printf(out, "%s has its place (specificity %" PRIu32
			" to %" PRIu32 ")\n", e->other ? e->other->id
						     : "nothing",
			e->other ? e->other->specificity : 0,
			e->rule->specificity);
	}
	if (x->place == NULL)
		return;
	put_row(out, "suppressed");
	put_suppressed(scratch, x);
	report_escape_terminal(scratch->n ? buf_bytes(scratch)
					  : bytes_text("no"), out);
	buf_put_byte(out, '\n');
	put_row(out, "fingerprint");
	buf_printf(out, "%s\n", x->leak->fingerprint);
}

static void put_candidate(struct buf *out, struct buf *secret,
	const struct explain_view *v, const struct explained *x)
{
	put_where(out, v, x);
	put_outcome(out, v, x);
	if (x->event.rule->finder != RULE_BY_PATH) {
		put_secret(secret, x);
		put_row(out, "secret");
		report_escape_terminal(buf_bytes(secret), out);
		buf_printf(out, ", %zu bytes, ", x->event.text.n);
		put_encodings(out, x->event.encodings,
			x->event.encoding_count);
		buf_put_byte(out, '\n');
		put_anchor(out, x);
		put_check(out, &x->event);
		put_thresholds(out, &x->event);
		put_context(out, x);
	}
	put_rest(out, secret, x);
	buf_put_byte(out, '\n');
}

static void put_lone_anchor(struct buf *out, const struct explain_view *v,
	const struct explained *x)
{
	put_where(out, v, x);
	put_row(out, "outcome");
	buf_put_text(out, x->event.end == TRACE_KEPT
		? "nothing: the literal stands here, the rule's pattern "
		  "matches nothing around it"
		: explain_end(x->event.end));
	buf_put_byte(out, '\n');
	put_row(out, "anchor");
	buf_put_byte(out, '"');
	report_escape_terminal(x->event.text, out);
	buf_put_text(out, "\", ");
	put_encodings(out, x->event.encodings, x->event.encoding_count);
	buf_put_text(out, "\n\n");
}

bool explain_text(FILE *to, const struct explanation *e,
	const struct explain_view *v)
{
	struct buf out, secret;
	bool any = false;

	buf_init(&out, TEXT_MAX);
	buf_init(&secret, TEXT_MAX);
	for (size_t i = 0; i < e->n; i++) {
		const struct explained *x = &e->at[i];

		if (!explain_is_shown(v, x))
			continue;
		any = true;
		buf_clear(&out);
		if (x->event.kind == TRACE_ANCHOR)
			put_lone_anchor(&out, v, x);
		else
			put_candidate(&out, &secret, v, x);
		fwrite(out.at, 1, out.n, to);
	}
	buf_release_wiped(&secret);
	buf_release(&out);
	return any;
}

/* ---- JSON --------------------------------------------------------------- */

static void encodings_field(struct report_writer *w, struct buf *b,
	const char *key, const uint8_t *encodings, size_t count)
{
	buf_clear(b);
	put_encodings(b, encodings, count);
	report_json_key(w, key);
	report_json_bytes(w, buf_bytes(b));
}

static void check_field(struct report_writer *w, const struct trace_event *e)
{
	report_json_key(w, "check");
	if (e->rule->check.name == NULL) {
		report_json_text(w, NULL);
		return;
	}
	report_json_object(w);
	report_json_text_at(w, "name", e->rule->check.name);
	report_json_text_at(w, "result", e->check);
	report_json_text_at(w, "reason", e->check_reason);
	report_json_text_at(w, "fact", e->check_fact);
	report_json_end(w);
}

static void put_object(struct report_writer *w, struct buf *b,
	const struct explain_view *v, const struct explained *x)
{
	const struct trace_event *e = &x->event;
	bool is_anchor = e->kind == TRACE_ANCHOR;

	report_json_object(w);
	report_json_text_at(w, "kind", is_anchor ? "anchor" : "candidate");
	report_json_text_at(w, "rule", e->rule->id);
	report_json_text_at(w, "path", v->path);
	report_json_number_at(w, "line", x->line);
	report_json_number_at(w, "column", x->column);
	report_json_key(w, "kept");
	report_json_flag(w, !is_anchor && e->end == TRACE_KEPT &&
		!is_below(v, x));
	report_json_text_at(w, "outcome",
		explain_end(is_below(v, x) ? TRACE_BELOW
							     : e->end));
	encodings_field(w, b, "encoding", e->encodings, e->encoding_count);
	report_json_key(w, "anchor");
	report_json_bytes(w, is_anchor ? e->text : x->anchor);
	if (!is_anchor) {
		put_secret(b, x);
		report_json_key(w, "secret");
		report_json_bytes(w, buf_bytes(b));
		report_json_number_at(w, "length", e->text.n);
		report_json_text_at(w, "confidence",
			confidence_name(e->confidence));
		report_json_text_at(w, "reason", e->reason);
		report_json_key(w, "entropy");
		report_json_real(w, (double)e->entropy);
		report_json_key(w, "entropy_wanted");
		report_json_real(w, (double)e->rule->entropy);
		check_field(w, e);
		report_json_text_at(w, "stopword", e->word);
		report_json_text_at(w, "overlapped_by",
			e->other ? e->other->id : NULL);
		put_suppressed(b, x);
		report_json_key(w, "suppressed");
		if (x->place && x->place->suppressed)
			report_json_bytes(w, buf_bytes(b));
		else
			report_json_text(w, NULL);
		report_json_text_at(w, "fingerprint",
			x->leak ? x->leak->fingerprint : NULL);
	}
	report_json_end(w);
}

bool explain_json(FILE *to, const struct explanation *e,
	const struct explain_view *v)
{
	struct report_writer w = {.to = to, .indent = 1};
	bool any = false;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	report_json_array(&w);
	for (size_t i = 0; i < e->n; i++)
		if (explain_is_shown(v, &e->at[i])) {
			put_object(&w, &b, v, &e->at[i]);
			any = true;
		}
	report_json_end(&w);
	buf_release_wiped(&b);
	return any;
}
