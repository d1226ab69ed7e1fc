/*
 * readers: strict readers of what report/ writes, to have a second opinion:
 * CSV by RFC 4180, XML as far as JUnit needs it, GitHub's commands, and the
 * visible escapes of a terminal. Each refuses what it does not know.
 */
#ifndef STANCH_TESTS_READERS_H
#define STANCH_TESTS_READERS_H

#include "base/buf.h"
#include "report/internal.h"

#include <stdlib.h>

/* The number of n hex digits, or -1. */
static inline long reader_hex(bytes text, size_t n)
{
	long value = 0;

	if (text.n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *digits = "0123456789abcdef";
		int c = text.at[i] | (text.at[i] >= 'A' ? 0x20 : 0);
		const char *hit = c ? strchr(digits, c) : NULL;

		if (hit == NULL)
			return -1;
		value = value * 16 + (hit - digits);
	}
	return value;
}

static inline void reader_put_utf8(struct buf *out, unsigned long c)
{
	if (c < 0x80) {
		buf_put_byte(out, (unsigned char)c);
		return;
	}
	if (c < 0x800)
		buf_put_byte(out, (unsigned char)(0xc0 | c >> 6));
	else if (c < 0x10000)
		buf_put_byte(out, (unsigned char)(0xe0 | c >> 12));
	else
		buf_put_byte(out, (unsigned char)(0xf0 | c >> 18));
	if (c >= 0x10000)
		buf_put_byte(out, (unsigned char)(0x80 | ((c >> 12) & 63)));
	if (c >= 0x800)
		buf_put_byte(out, (unsigned char)(0x80 | ((c >> 6) & 63)));
	buf_put_byte(out, (unsigned char)(0x80 | (c & 63)));
}

/* What the escape after a backslash means; 0: it is none. Returns its
 * length with the backslash. */
static inline size_t reader_escape(bytes text, struct buf *out)
{
	static const char letters[] = "nrt\\", meaning[] = "\n\r\t\\";
	unsigned char kind = text.n > 1 ? text.at[1] : 0;
	const char *letter = kind ? strchr(letters, kind) : NULL;
	size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
	long c;

	if (letter) {
		buf_put_byte(out, (unsigned char)meaning[letter - letters]);
		return 2;
	}
	if (kind != 'x' && kind != 'u' && kind != 'U')
		return 0;
	c = reader_hex(bytes_drop(text, 2), digits);
	if (c < 0)
		return 0;
	if (kind == 'x')
		buf_put_byte(out, (unsigned char)c);
	else
		reader_put_utf8(out, (unsigned long)c);
	return 2 + digits;
}

/* The opposite of report_escape_terminal. */
static inline void reader_unescape(bytes text, struct buf *out)
{
	while (text.n) {
		size_t n = text.at[0] == '\\' ? reader_escape(text, out) : 0;

		if (n == 0) {
			buf_put_byte(out, text.at[0]);
			n = 1;
		}
		text = bytes_drop(text, n);
	}
}

/* "%41" -> "A"; false on a '%' without two digits. */
static inline bool reader_percent(bytes text, struct buf *out)
{
	while (text.n) {
		long c = text.at[0];

		if (c == '%') {
			c = reader_hex(bytes_drop(text, 1), 2);
			if (c < 0)
				return false;
			text = bytes_drop(text, 2);
		}
		buf_put_byte(out, (unsigned char)c);
		text = bytes_drop(text, 1);
	}
	return true;
}

/* The next cell of a record; *end: it was the last. False: not RFC 4180. */
static inline bool reader_csv_cell(bytes *text, struct buf *cell, bool *end)
{
	bool quoted = text->n && text->at[0] == '"';

	buf_clear(cell);
	*text = bytes_drop(*text, quoted);
	while (text->n) {
		unsigned char c = text->at[0];

		if (quoted && c == '"') {
			*text = bytes_drop(*text, 1);
			quoted = text->n && text->at[0] == '"';
			if (!quoted)
				break;
		} else if (!quoted && (c == ',' || c == '\r')) {
			break;
		} else if (!quoted && (c == '"' || c == '\n')) {
			return false;
		}
		buf_put_byte(cell, c);
		*text = bytes_drop(*text, 1);
	}
	*end = bytes_starts(*text, bytes_text("\r\n"));
	if (!*end && !bytes_starts(*text, bytes_text(",")))
		return false;
	*text = bytes_drop(*text, *end ? 2 : 1);
	return true;
}

/* Text up to `stop` with its five entities undone; false: not well-formed. */
static inline bool reader_xml_text(bytes *text, unsigned char stop,
	struct buf *out)
{
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;",
		"&quot;", "&apos;"};

	buf_clear(out);
	while (text->n && text->at[0] != stop) {
		unsigned char c = text->at[0];
		size_t n = 1;

		if (c == '<' || (c < 0x20 && c != '\n'))
			return false;
		for (size_t i = 0; c == '&' && i < 5; i++) {
			if (!bytes_starts(*text, bytes_text(entities[i])))
				continue;
			n = strlen(entities[i]);
			c = (unsigned char)"&<>\"'"[i];
		}
		if (text->at[0] == '&' && n == 1)
			return false;
		buf_put_byte(out, c);
		*text = bytes_drop(*text, n);
	}
	return text->n != 0;
}

/* Called with each attribute. */
typedef void reader_attribute(void *context, bytes tag, bytes name,
	bytes value);

static inline size_t reader_xml_name(bytes text)
{
	size_t n = 0;

	while (n < text.n && ((text.at[n] >= 'a' && text.at[n] <= 'z')))
		n++;
	return n;
}

/* A tag's inside, from its name on, up to and with '>'. */
static inline bool reader_xml_tag(bytes *text, bytes *tag, bool *closed,
	reader_attribute *seen, void *context)
{
	struct buf value;
	bool well = true;

	buf_init(&value, 1 << 20);
	*tag = bytes_take(*text, reader_xml_name(*text));
	*text = bytes_drop(*text, tag->n);
	while (well && text->n && text->at[0] == ' ') {
		bytes name;

		*text = bytes_drop(*text, 1);
		name = bytes_take(*text, reader_xml_name(*text));
		*text = bytes_drop(*text, name.n);
		well = name.n && bytes_starts(*text, bytes_text("=\""));
		*text = bytes_drop(*text, 2);
		well = well && reader_xml_text(text, '"', &value);
		*text = bytes_drop(*text, 1);
		if (well && seen)
			seen(context, *tag, name, buf_bytes(&value));
	}
	buf_release(&value);
	*closed = text->n && text->at[0] == '/';
	*text = bytes_drop(*text, *closed);
	well = well && tag->n && text->n && text->at[0] == '>';
	*text = bytes_drop(*text, 1);
	return well;
}

/* A whole document: declaration, one element, all tags closed in order. */
static inline bool reader_xml(bytes text, reader_attribute *seen,
	void *context)
{
	static const char head[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
	bytes open[8], tag;
	size_t depth = 0;
	struct buf content;
	bool well = bytes_starts(text, bytes_text(head)), closed;

	if (!report_is_utf8(text))
		return false;
	text = bytes_drop(text, sizeof(head) - 1);
	buf_init(&content, 1 << 20);
	while (well && bytes_starts(text, bytes_text("<"))) {
		text = bytes_drop(text, 1);
		if (bytes_starts(text, bytes_text("/"))) {
			text = bytes_drop(text, 1);
			well = reader_xml_tag(&text, &tag, &closed, NULL,
				       NULL) && depth &&
			       bytes_equal(open[--depth], tag);
		} else {
			well = reader_xml_tag(&text, &tag, &closed, seen,
				       context) && depth < 8;
			if (well && !closed)
				open[depth++] = tag;
		}
		if (well && depth)
			well = reader_xml_text(&text, '<', &content);
	}
	buf_release(&content);
	return well && depth == 0 && bytes_equal(text, bytes_text("\n"));
}

#endif
