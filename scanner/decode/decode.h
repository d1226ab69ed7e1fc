/*
 * decode: encoded regions of a text, made plain, with a map back.
 *
 * Knows the encodings that people leak tokens in, nothing of rules. The
 * encoder half writes a literal as it looks inside encoded text (to search
 * for it) and whole texts (to assemble tests). Pure functions; no allocation
 * beyond the caller's buffers; any thread.
 */
#ifndef STANCH_DECODE_DECODE_H
#define STANCH_DECODE_DECODE_H

#include "base/buf.h"
#include "flow/rule.h"

/*
 * One appearance of a plain literal inside encoded text. A literal of n bytes
 * has several: base64 three (by alignment), hex two (by case) ...
 */
#define DECODE_FORM_MAX 96 /* longest anchor wanted in full: 48 bytes */
struct decode_form {
	unsigned char at[DECODE_FORM_MAX];
	uint16_t n;
	/*
	 * Base64: encoded characters from a 4-character group's start to
	 * at[0] (0..3); UTF-16BE: 1, the NUL that stands before at[0];
	 * others: 0.
	 */
	uint8_t phase;
};

/* At most this many forms come from one literal and encoding. */
#define DECODE_FORMS 12

/*
 * Write the appearances of `literal` under encoding `e`, as far as they do
 * not depend on the bytes around it; literals shorter than 3 bytes have
 * none. Every base64 form has 4 characters or more: where a 3-byte literal
 * determines only 3, a neighbour is written out in its 4 values. BASE64URL
 * gives only forms that differ from BASE64. PERCENT gives: every byte escaped
 * (both cases of hex digits); only the reserved bytes escaped, when there are
 * any. UTF-16: without the outermost NUL, so LE and BE are the same bytes.
 * A form longer than DECODE_FORM_MAX is cut to it. Returns how many.
 */
size_t decode_forms(bytes literal, enum encoding e,
	struct decode_form forms[DECODE_FORMS]);

/* A decoded region. Zero it, give it room once, reuse it. */
struct decode_region {
	unsigned char *text; /* room bytes: what was decoded */
	uint32_t *from;	     /* room + 1: offset in the input of the first
				encoded byte of text[i]; from[n] is the end */
	size_t n;
	size_t room;
	size_t begin, end; /* the input bytes that it covers */
};
/* Room for n decoded bytes; false without memory. */
bool decode_region_init(struct decode_region *r, size_t room);
void decode_region_release(struct decode_region *r);

/*
 * Decode the encoded run around offset `at` of `input`, which is known to be
 * part of one: `at` and `phase` are the place of a form's at[0] and its
 * phase. Looks at most `span` bytes to each side, and keeps at most half the
 * room for what stands before. Base64 and hex runs may be wrapped: CR, LF and
 * following blanks are stepped over where both lines look like lines of one
 * wrapped text, as are JSON's escaped "\n" and "\/". Base64 accepts both
 * alphabets. Returns false when nothing sensible is there. Positions in
 * r->from are offsets in `input` (which is less than 4 GiB); from[i] is the
 * character that holds the first bits of text[i], from[n] == end stands after
 * the padding.
 */
bool decode_around(struct decode_region *r, enum encoding e, bytes input,
	size_t at, unsigned phase, size_t span);

/*
 * The next base64 run (either alphabet) that begins in input[at..end), has
 * at least min and at most max characters, and may end after `end`: sets
 * *begin and *run_end (padding included, not counted). For `Authorization:
 * Basic` and its like, where the phase is 0 at *begin.
 */
bool decode_next_run(bytes input, size_t at, size_t end, size_t min,
	size_t max, size_t *begin, size_t *run_end);

/* Is this text UTF-16, by its byte order mark or by its zeroes? PLAIN: no.
 * *skip is the length of the mark. Looks at the first few KiB only. */
enum encoding decode_sniff_utf16(bytes head, size_t *skip);
/*
 * UTF-16 to one byte a unit: ASCII as it is, anything else 0x80 | low bits,
 * so that unit i is byte i. Reads whole units; returns how many. `out` may be
 * where the units are.
 */
size_t decode_narrow_utf16(enum encoding e, bytes units, unsigned char *out);

/*
 * The whole of `plain` under `e`, appended to out. For tests, examples.
 * BASE64 is padded, BASE64URL is not; HEX in lower case; PERCENT escapes the
 * reserved bytes, as encodeURIComponent does.
 */
void decode_encode(enum encoding e, bytes plain, struct buf *out);
void decode_encode_hex_upper(bytes plain, struct buf *out);
/* Every byte escaped. */
void decode_encode_percent_all(bytes plain, struct buf *out);

#endif
