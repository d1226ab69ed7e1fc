/*
 * A JSON writer that streams. A library would build the whole report as a
 * tree first: hundreds of megabytes for 100,000 findings, and an allocation
 * that fails in the middle would lose them all. This one keeps a few bytes a
 * level and never allocates, so what was found gets out.
 *
 * Strings are always valid UTF-8 and plain to look at: bytes that are no
 * UTF-8 become \u00XX (the caller adds "..._b64" beside), and all that a
 * terminal or a browser might act upon is escaped.
 */
#include "render/render.h"

#include <assert.h>
#include <inttypes.h>

#include "base/banned.h"

static void new_line(struct report_writer *w)
{
	if (w->indent)
		fprintf(w->to, "\n%*s", (int)(w->indent * w->depth), "");
}

/* What stands before a value or a key. */
static void separate(struct report_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->depth == 0)
		return;
	if (w->filled[w->depth - 1])
		putc(',', w->to);
	w->filled[w->depth - 1] = true;
	new_line(w);
}

static void open_level(struct report_writer *w, char open, char close)
{
	separate(w);
	putc(open, w->to);
	assert(w->depth < REPORT_JSON_DEPTH);
	w->close[w->depth] = close;
	w->filled[w->depth] = false;
	w->depth++;
}

void report_json_object(struct report_writer *w)
{
	open_level(w, '{', '}');
}

void report_json_array(struct report_writer *w)
{
	open_level(w, '[', ']');
}

void report_json_end(struct report_writer *w)
{
	assert(w->depth > 0);
	w->depth--;
	if (w->filled[w->depth])
		new_line(w);
	putc(w->close[w->depth], w->to);
	if (w->depth == 0)
		putc('\n', w->to);
}

static bool is_escaped(uint32_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' ||
	       c == '&' || report_is_hidden(c);
}

static void put_escape(FILE *to, uint32_t c)
{
	if (c == '"' || c == '\\')
		fprintf(to, "\\%c", (int)c);
	else if (c == '\n')
		fputs("\\n", to);
	else if (c == '\t')
		fputs("\\t", to);
	else if (c < 0x10000)
		fprintf(to, "\\u%04" PRIx32, c);
	else
		fprintf(to, "\\u%04" PRIx32 "\\u%04" PRIx32,
			0xd800 + ((c - 0x10000) >> 10),
			0xdc00 + ((c - 0x10000) & 0x3ff));
}

static void put_string(FILE *to, bytes text)
{
	putc('"', to);
	while (text.n) {
		uint32_t c;
		size_t n = report_utf8(text, &c);

		if (n == 0) {
			put_escape(to, text.at[0]);
			n = 1;
		} else if (is_escaped(c)) {
			put_escape(to, c);
		} else {
			fwrite(text.at, 1, n, to);
		}
		text = bytes_drop(text, n);
	}
	putc('"', to);
}

void report_json_key(struct report_writer *w, const char *key)
{
	separate(w);
	put_string(w->to, bytes_text(key));
	fputs(w->indent ? ": " : ":", w->to);
	w->after_key = true;
}

void report_json_bytes(struct report_writer *w, bytes text)
{
	separate(w);
	put_string(w->to, text);
}

void report_json_text(struct report_writer *w, const char *text)
{
	separate(w);
	if (text)
		put_string(w->to, bytes_text(text));
	else
		fputs("null", w->to);
}

void report_json_number(struct report_writer *w, uint64_t n)
{
	separate(w);
	fprintf(w->to, "%" PRIu64, n);
}

/* By integers, since printf takes its decimal point from the locale. */
void report_json_real(struct report_writer *w, double n)
{
	uint64_t scaled;
	unsigned fraction, digits = 4;

	separate(w);
	if (!(n > 0))
		n = 0;
	if (n > 1e14)
		n = 1e14;
	scaled = (uint64_t)(n * 10000 + 0.5);
	fraction = (unsigned)(scaled % 10000);
	fprintf(w->to, "%" PRIu64, scaled / 10000);
	while (digits > 1 && fraction % 10 == 0) {
		fraction /= 10;
		digits--;
	}
	fprintf(w->to, ".%0*u", (int)digits, fraction);
}

void report_json_flag(struct report_writer *w, int value)
{
	separate(w);
	fputs(value ? "true" : "false", w->to);
}

void report_json_text_at(struct report_writer *w, const char *key,
	const char *text)
{
	report_json_key(w, key);
	report_json_text(w, text);
}

void report_json_number_at(struct report_writer *w, const char *key,
	uint64_t n)
{
	report_json_key(w, key);
	report_json_number(w, n);
}
