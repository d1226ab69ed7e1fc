/*
 * Hostile text made harmless for where it goes. Names, authors and lines come
 * from the scanned tree: they may move a cursor, start a formula, end a
 * command or look like a link.
 *
 * Formats that cannot hold every byte (terminal, CSV that is looked at in
 * one, XML, workflow commands) share one visible notation, the terminal's,
 * which can be undone; on top of it each has its own quoting.
 */
#include "render/render.h"

#include <inttypes.h>

#include "base/banned.h"

size_t report_utf8(bytes b, uint32_t *character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = b.n ? b.at[0] : 0xff;
	size_t n = first < 0x80	  ? 1
		   : first < 0xc2 ? 0
		   : first < 0xe0 ? 2
		   : first < 0xf0 ? 3
		   : first < 0xf5 ? 4
				  : 0;
	uint32_t c = n > 1 ? first & (0x7fu >> n) : first;

	if (n == 0 || n > b.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((b.at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b.at[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*character = c;
	return n;
}

bool report_is_utf8(bytes b)
{
	uint32_t c;

	while (b.n) {
		size_t n = report_utf8(b, &c);

		if (n == 0)
			return false;
		b = bytes_drop(b, n);
	}
	return true;
}

struct range {
	uint32_t from, to;
};

static bool is_within(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && c >= ranges[i].from; i++)
		if (c <= ranges[i].to)
			return true;
	return false;
}

bool report_is_hidden(uint32_t c)
{
	static const struct range ranges[] = {
		{0x00, 0x1f}, {0x7f, 0x9f},
		{0xad, 0xad},	  /* soft hyphen */
		{0x034f, 0x034f}, /* grapheme joiner */
		{0x061c, 0x061c}, /* Arabic letter mark */
		{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},
		{0x200b, 0x200f}, /* zero width, LRM, RLM */
		{0x2028, 0x202e}, /* line ends, embeddings, overrides */
		{0x2060, 0x206f}, /* isolates, invisible operators */
		{0x3164, 0x3164}, {0xe000, 0xf8ff}, {0xfdd0, 0xfdef},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
		{0xfffe, 0xffff}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
	};

	return is_within(c, ranges, sizeof(ranges) / sizeof(ranges[0])) ||
	       (c & 0xfffe) == 0xfffe;
}

size_t report_characters(bytes b)
{
	size_t count = 0;
	uint32_t c;

	while (b.n) {
		size_t n = report_utf8(b, &c);

		b = bytes_drop(b, n ? n : 1);
		count++;
	}
	return count;
}

/* Two columns for East Asian wide characters and pictures, none for marks
 * that combine; close enough for a caret line. */
static size_t columns_of(uint32_t c)
{
	static const struct range none[] = {
		{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
		{0x064b, 0x065f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
		{0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
	};
	static const struct range two[] = {
		{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
		{0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
		{0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff},
		{0x20000, 0x3fffd},
	};

	if (is_within(c, none, sizeof(none) / sizeof(none[0])))
		return 0;
	return is_within(c, two, sizeof(two) / sizeof(two[0])) ? 2 : 1;
}

size_t report_width(bytes b)
{
	size_t columns = 0;

	while (b.n) {
		uint32_t c = 0;
		size_t n = report_utf8(b, &c);

		columns += n ? columns_of(c) : 1;
		b = bytes_drop(b, n ? n : 1);
	}
	return columns;
}

bytes report_take_columns(bytes b, size_t n)
{
	size_t at = 0, columns = 0;

	while (at < b.n) {
		uint32_t c = ' ';
		size_t length = report_utf8(bytes_drop(b, at), &c);

		columns += columns_of(c);
		if (columns > n)
			break;
		at += length ? length : 1;
	}
	return bytes_take(b, at);
}

bytes report_last_columns(bytes b, size_t n)
{
	size_t width = report_width(b);

	while (width > n && b.n) {
		uint32_t c = ' ';
		size_t length = report_utf8(b, &c);

		width -= length ? columns_of(c) : 1;
		b = bytes_drop(b, length ? length : 1);
	}
	return b;
}

/* Would text after a kept backslash make it read as an escape? */
static bool is_ambiguous(bytes rest)
{
	uint32_t c;
	size_t n = report_utf8(rest, &c);

	if (rest.n == 0)
		return false;
	if (n == 0 || report_is_hidden(c))
		return true;
	return c < 0x80 && memchr("\\nrtxuU", (int)c, 7) != NULL;
}

static void put_visible(struct buf *out, uint32_t c)
{
	switch (c) {
	case '\n':
		buf_put_text(out, "\\n");
		return;
	case '\r':
		buf_put_text(out, "\\r");
		return;
	case '\t':
		buf_put_text(out, "\\t");
		return;
	}
	if (c < 0x80)
		buf_printf(out, "\\x%02" PRIx32, c);
	else if (c < 0x10000)
		buf_printf(out, "\\u%04" PRIx32, c);
	else
		buf_printf(out, "\\U%08" PRIx32, c);
}

void report_escape_terminal(bytes text, struct buf *out)
{
	while (text.n) {
		uint32_t c;
		size_t n = report_utf8(text, &c);

		if (n == 0) {
			buf_printf(out, "\\x%02x", text.at[0]);
			n = 1;
		} else if (report_is_hidden(c)) {
			put_visible(out, c);
		} else if (c == '\\' && is_ambiguous(bytes_drop(text, 1))) {
			buf_put_text(out, "\\\\");
		} else {
			buf_put(out, bytes_take(text, n));
		}
		text = bytes_drop(text, n);
	}
}

/* The part of out that was appended since `from`, quoted by `quote`. */
static void requote(struct buf *out, size_t from,
	const char *(*quote)(unsigned char c))
{
	struct buf done;

	buf_init(&done, out->max);
	for (size_t i = from; i < out->n; i++) {
		const char *as = quote(out->at[i]);

		if (as)
			buf_put_text(&done, as);
		else
			buf_put_byte(&done, out->at[i]);
	}
	out->n = from < out->n ? from : out->n;
	buf_put(out, buf_bytes(&done));
	out->failed |= done.failed;
	buf_release_wiped(&done);
}

static const char *quote_xml(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	}
	return NULL;
}

void report_escape_xml(bytes text, struct buf *out)
{
	size_t from = out->n;

	report_escape_terminal(text, out);
	requote(out, from, quote_xml);
}

void report_quote_xml(bytes text, struct buf *out)
{
	size_t from = out->n;

	buf_put(out, text);
	requote(out, from, quote_xml);
}

static const char *quote_property(unsigned char c)
{
	switch (c) {
	case '%':
		return "%25";
	case ':':
		return "%3A";
	case ',':
		return "%2C";
	case '\r':
		return "%0D";
	case '\n':
		return "%0A";
	}
	return NULL;
}

static const char *quote_message(unsigned char c)
{
	return c == ':' || c == ',' ? NULL : quote_property(c);
}

void report_escape_command(bytes text, enum report_command where,
	struct buf *out)
{
	size_t from = out->n;

	report_escape_terminal(text, out);
	requote(out, from,
		where == REPORT_PROPERTY ? quote_property : quote_message);
}

static const char *quote_sarif(unsigned char c)
{
	switch (c) {
	case '[':
		return "\\[";
	case ']':
		return "\\]";
	case '\\':
		return "\\\\";
	case '{':
		return "{{";
	case '}':
		return "}}";
	}
	return NULL;
}

void report_escape_sarif(bytes text, struct buf *out)
{
	size_t from = out->n;

	report_escape_terminal(text, out);
	requote(out, from, quote_sarif);
}

static const char *quote_cell(unsigned char c)
{
	return c == '"' ? "\"\"" : NULL;
}

/*
 * Spreadsheets run cells that begin with = + - @ or their full-width forms;
 * TAB and CR are \t and \r by then. A quote before it stops them. A cell that
 * begins with one gets another, so that taking one away gives the text back.
 */
static bool is_formula(bytes cell)
{
	static const char *const starts[] = {"=", "+", "-", "@", "'",
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
		"\xef\xbc\xa0"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (bytes_starts(cell, bytes_text(starts[i])))
			return true;
	return bytes_starts(cell, bytes_text("\\t")) ||
	       bytes_starts(cell, bytes_text("\\r"));
}

/* A semicolon parts cells where a comma is the decimal point; blanks at the
 * ends are cut by some readers. */
static bool needs_quotes(bytes cell)
{
	for (size_t i = 0; i < cell.n; i++)
		if (memchr("\",;'", cell.at[i], 4))
			return true;
	return bytes_trim(cell).n != cell.n;
}

void report_escape_csv(bytes text, struct buf *out)
{
	size_t from = out->n;
	struct buf cell;
	bool quotes;

	buf_init(&cell, out->max);
	report_escape_terminal(text, &cell);
	quotes = needs_quotes(buf_bytes(&cell));
	if (quotes)
		buf_put_byte(out, '"');
	if (is_formula(buf_bytes(&cell)))
		buf_put_byte(out, '\'');
	from = out->n;
	buf_put(out, buf_bytes(&cell));
	requote(out, from, quote_cell);
	if (quotes)
		buf_put_byte(out, '"');
	out->failed |= cell.failed;
	buf_release_wiped(&cell);
}

void report_escape_uri(bytes path, struct buf *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	if (bytes_starts(path, bytes_text("/")))
		buf_put_text(out, "file://");
	while (bytes_starts(path, bytes_text("./")))
		path = bytes_drop(path, 2);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = path.at[i];

		if (c && strchr(plain, c))
			buf_put_byte(out, c);
		else
			buf_printf(out, "%%%02X", c);
	}
}
