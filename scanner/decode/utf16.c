/*
 * UTF-16: is it, and made narrow.
 *
 * Text without a mark shows by its zeroes: in Latin text every other byte is
 * one. Numbers in binary files do too, so the bytes beside the zeroes must be
 * text, nearly all of them, and the other parity must hold next to no zeroes.
 */
#include "decode/decode.h"

#include "base/banned.h"

#define SNIFF_BYTES ((size_t)4 << 10)
/* Fewer units say nothing without a mark. */
#define SNIFF_UNITS_MIN 4

struct tally {
	size_t units;
	size_t zeroes; /* units whose high byte is zero */
	size_t text;   /* of these: units that are text */
	size_t holes;  /* units whose low byte is zero */
};

static bool is_text(unsigned char c)
{
	return (c >= ' ' && c < 0x7f) || c == '\t' || c == '\n' ||
	       c == '\r' || c == '\f' || c >= 0xa0;
}

static struct tally tally_units(bytes head, size_t low_byte)
{
	struct tally t = {.units = head.n / 2};

	for (size_t i = 0; i + 1 < head.n; i += 2) {
		unsigned char low = head.at[i + low_byte];

		t.holes += low == 0;
		if (head.at[i + 1 - low_byte] != 0)
			continue;
		t.zeroes++;
		t.text += is_text(low);
	}
	return t;
}

static bool is_wide_text(const struct tally *t)
{
	return t->units >= SNIFF_UNITS_MIN && t->zeroes * 10 >= t->units * 3 &&
	       t->text * 100 >= t->zeroes * 97 && t->holes * 50 <= t->units;
}

/* Wide text has a zero in three units of ten, at least. Most texts have none
 * at all, which memchr sees at once; trees of git have a few. */
static bool has_enough_zeroes(bytes head)
{
	size_t zeroes = 0;

	if (bytes_find_byte(head, 0) == BYTES_NONE)
		return false;
	for (size_t i = 0; i < head.n; i++)
		zeroes += head.at[i] == 0;
	return zeroes * 10 >= head.n / 2 * 3;
}

/*
 * Behind a mark, bytes that are nearly all ASCII and never zero are no UTF-16:
 * of Chinese text, which has few zeroes, half are. Two bytes put before a file
 * must not hide it.
 */
static bool is_narrow(bytes text)
{
	size_t ascii = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] == 0)
			return false;
		ascii += is_text(text.at[i]) && text.at[i] < 0x80;
	}
	return text.n >= 2 * SNIFF_UNITS_MIN && ascii * 10 >= text.n * 8;
}

/* Of a text that begins with a byte order mark. */
static enum encoding marked(bytes head, enum encoding order, size_t *skip)
{
	/* FF FE 00 00 is UTF-32's mark: nothing of ours. */
	if (bytes_starts(head, bytes_of("\xff\xfe\0\0", 4)) ||
		is_narrow(bytes_drop(head, 2)))
		return ENCODING_PLAIN;
	*skip = 2;
	return order;
}

enum encoding decode_sniff_utf16(bytes head, size_t *skip)
{
	struct tally little, big;

	*skip = 0;
	head = bytes_take(head, SNIFF_BYTES);
	if (bytes_starts(head, bytes_of("\xff\xfe", 2)))
		return marked(head, ENCODING_UTF16LE, skip);
	if (bytes_starts(head, bytes_of("\xfe\xff", 2)))
		return marked(head, ENCODING_UTF16BE, skip);
	if (!has_enough_zeroes(head))
		return ENCODING_PLAIN;
	little = tally_units(head, 0);
	if (is_wide_text(&little))
		return ENCODING_UTF16LE;
	big = tally_units(head, 1);
	return is_wide_text(&big) ? ENCODING_UTF16BE : ENCODING_PLAIN;
}

size_t decode_narrow_utf16(enum encoding e, bytes units, unsigned char *out)
{
	size_t low_byte = e == ENCODING_UTF16BE ? 1 : 0, n = units.n / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned char low = units.at[2 * i + low_byte];
		unsigned char high = units.at[2 * i + 1 - low_byte];

		out[i] = high == 0 && low < 0x80 ? low :
						   (unsigned char)(0x80 | low);
	}
	return n;
}
