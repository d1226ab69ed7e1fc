#include "render/verdict.h"

#include "render/render.h"

#include "base/banned.h"

const char *report_verdict(const struct leak *leak)
{
	return leak->verdict ? verdict_name(leak->verdict->verdict) : NULL;
}

static void field(struct report_writer *w, const char *key, const char *text)
{
	if (text == NULL)
		return;
	report_json_key(w, key);
	report_json_text(w, text);
}

void report_verdict_fields(struct report_writer *w, const struct leak *leak)
{
	const struct verdict_facts *f = leak->verdict;

	if (f == NULL)
		return;
	field(w, "verdict_note", f->note);
	field(w, "owner", f->owner);
	field(w, "owner_email", f->email);
	field(w, "owner_id", f->owner_id);
	field(w, "organization", f->organization);
	field(w, "scopes", f->scopes);
	field(w, "expires", f->expires);
	field(w, "verified_at", f->checked);
	if (f->cached) {
		report_json_key(w, "verdict_cached");
		report_json_flag(w, 1);
	}
}

static void word(struct buf *out, bool *any, const char *label,
	const char *text)
{
	if (text == NULL)
		return;
	buf_put_text(out, *any ? ", " : ": ");
	*any = true;
	buf_put_text(out, label);
	buf_put_text(out, text);
}

void report_verdict_words(const struct leak *leak, struct buf *out)
{
	const struct verdict_facts *f = leak->verdict;
	bool any = false;

	if (f == NULL)
		return;
	buf_put_text(out, verdict_name(f->verdict));
	word(out, &any, "", f->note);
	word(out, &any, "owner ", f->owner ? f->owner : f->owner_id);
	if (f->email && (!f->owner || strcmp(f->owner, f->email) != 0))
		word(out, &any, "", f->email);
	word(out, &any, "organization ", f->organization);
	word(out, &any, "scopes ", f->scopes);
	word(out, &any, "expires ", f->expires);
	if (f->cached)
		word(out, &any, "asked ", f->checked);
}
