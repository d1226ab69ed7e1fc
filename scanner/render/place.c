/*
 * What several formats say in the same way. Columns deserve a word: ours count
 * bytes, as the contract says. SARIF and GitHub count characters. Where the
 * excerpt reaches back to the start of the line they are counted exactly (code
 * points); where it does not, no column is given, since a wrong one is worse
 * than none.
 */
#include "render/render.h"

#include <stdarg.h>

#include "base/banned.h"

/* Bytes of a commit's author or subject that are reported. */
#define COMMIT_TEXT_MAX 1024

void report_put(struct report *r, bytes data)
{
	if (data.n)
		fwrite(data.at, 1, data.n, r->to);
}

void report_say(struct report *r, const char *text)
{
	fputs(text, r->to);
}

void report_printf(struct report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(r->to, format, args);
	va_end(args);
}

bytes report_take(struct report *r, const struct buf *b)
{
	if (b->failed)
		r->no_memory = true;
	return buf_bytes(b);
}

void report_encoding(const struct leak_place *place, struct buf *out)
{
	if (place->encoding_count == 0)
		buf_put_text(out, encoding_name(ENCODING_PLAIN));
	for (size_t i = 0; i < place->encoding_count; i++) {
		if (i)
			buf_put_byte(out, '+');
		buf_put_text(out,
			encoding_name((enum encoding)place->encodings[i]));
	}
}

const char *report_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

const char *report_severity(const struct rule *rule)
{
	return report_or(rule->severity, "medium");
}

enum report_level report_level(const struct leak *leak,
	const struct leak_place *place)
{
	bool minor = strcmp(report_severity(leak->rule), "low") == 0;

	switch (place->confidence) {
	case CONFIDENCE_LOW:
		return REPORT_NOTE;
	case CONFIDENCE_MEDIUM:
		return minor ? REPORT_NOTE : REPORT_WARNING;
	case CONFIDENCE_HIGH:
	case CONFIDENCE_CERTAIN:
		break;
	}
	return minor ? REPORT_WARNING : REPORT_ERROR;
}

bool report_put_masked(const struct report_known *known, bytes text,
	struct buf *mask, struct buf *out)
{
	bool hidden = false;

	buf_clear(mask);
	if (!buf_reserve(mask, text.n + 1))
		return false;
	memset(mask->at, 0, text.n + 1);
	report_mask(known, text, mask->at);
	for (size_t i = 0; i < text.n; i++) {
		if (!mask->at[i])
			buf_put_byte(out, text.at[i]);
		else if (!hidden)
			buf_put_text(out, REPORT_MASK);
		hidden = mask->at[i];
	}
	return true;
}

static void put_masked(struct report *r, const struct report_known *known,
	bytes text, struct buf *out)
{
	if (!report_put_masked(known, text, &r->mask, out))
		r->no_memory = true;
}

/*
 * A path is told as it is: it is what a person needs. Only when the leak's
 * own secret stands in it, that part is hidden (and what looks like it).
 */
bytes report_path(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	struct report_known known = {.leak = leak, .place = place};

	if (r->options->show_secrets || leak->secret.n < 8 ||
		leak->rule->finder == RULE_BY_PATH ||
		bytes_find(place->path, leak->secret) == BYTES_NONE)
		return place->path;
	buf_clear(&r->path);
	put_masked(r, &known, place->path, &r->path);
	return report_take(r, &r->path);
}

bytes report_secret(struct report *r, const struct leak *leak)
{
	if (r->options->show_secrets)
		return leak->secret;
	buf_clear(&r->raw);
	report_redact(leak->secret, leak->rule, &r->raw);
	return report_take(r, &r->raw);
}

bytes report_commit_text(struct report *r, const struct leak *leak,
	bytes text)
{
	struct report_known known = {.leak = leak};

	known.cut = text.n > COMMIT_TEXT_MAX;
	if (known.cut) {
		text.n = COMMIT_TEXT_MAX;
		while (text.n && (text.at[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	if (r->options->show_secrets)
		return text;
	buf_clear(&r->raw);
	put_masked(r, &known, text, &r->raw);
	return report_take(r, &r->raw);
}

static bytes short_ref(bytes name)
{
	static const char *const starts[] = {"refs/heads/", "refs/"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (bytes_starts(name, bytes_text(starts[i])))
			return bytes_drop(name, strlen(starts[i]));
	return name;
}

bytes report_refs(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	const struct leak_refs *refs = place->refs;

	buf_clear(&r->path);
	for (size_t i = 0; refs && i < refs->count; i++) {
		buf_put_text(&r->path, i ? ", " : "");
		buf_put(&r->path, report_commit_text(r, leak,
			short_ref(refs->names[i])));
	}
	if (refs && refs->more)
		buf_printf(&r->path, "%s%llu more", refs->count ? ", " : "",
			(unsigned long long)refs->more);
	return report_take(r, &r->path);
}

void report_refs_field(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	const struct leak_refs *refs = place->refs;

	if (refs == NULL)
		return;
	report_json_key(w, "refs");
	report_json_array(w);
	for (size_t i = 0; i < refs->count; i++)
		report_json_bytes(w, report_commit_text(r, leak,
			refs->names[i]));
	report_json_end(w);
	if (refs->more) {
		report_json_key(w, "refs_more");
		report_json_number(w, refs->more);
	}
}

bytes report_suppressed(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	return report_commit_text(r, leak,
		bytes_text(report_or(place->suppressed, "")));
}

/* The outer text before the secret, back to the start of its line. */
static bool line_start(const struct leak_place *place, bytes *head)
{
	bytes excerpt = place->excerpt;
	uint8_t outer = place->encoding_count ? place->encodings[0] : 0;

	*head = bytes_take(excerpt, place->excerpt_at);
	if (outer == ENCODING_UTF16LE || outer == ENCODING_UTF16BE)
		return false;
	if (place->excerpt_at + 1 != place->column ||
		place->excerpt_at >= excerpt.n)
		return false;
	/* A byte order mark is not a column. */
	if (place->line == 1 && bytes_starts(*head, bytes_text("\xef\xbb\xbf")))
		*head = bytes_drop(*head, 3);
	return bytes_find_byte(*head, '\n') == BYTES_NONE;
}

bool report_columns(const struct leak *leak, const struct leak_place *place,
	uint64_t *start, uint64_t *end)
{
	bytes head, outer = bytes_part(place->excerpt, place->excerpt_at,
				   place->excerpt_at + place->excerpt_n);
	size_t newline;

	if (!line_start(place, &head))
		return false;
	if (place->encoding_count == 0 && leak->secret.n == place->length)
		outer = leak->secret;
	else if (outer.n != place->length)
		return false;
	*start = report_characters(head) + 1;
	*end = *start;
	if (place->end_line != place->line)
		*end = 1;
	while ((newline = bytes_find_byte(outer, '\n')) != BYTES_NONE)
		outer = bytes_drop(outer, newline + 1);
	*end += report_characters(outer);
	return true;
}
