/*
 * How a literal looks inside encoded text.
 *
 * In base64 a byte shares its characters with its neighbours, so only the
 * characters that lie wholly inside the literal are certain, and there are
 * three alignments. A three-byte literal leaves three certain characters in
 * two of them; three characters are everywhere in text, so the neighbouring
 * character of which most bits are known is written out in its four values.
 */
#include "decode/internal.h"

#include "base/banned.h"

#define FORM_MIN 3
/* Base64: fewer certain characters than this get a fourth one written out. */
#define SEXTETS_MIN 4

struct forms {
	struct decode_form *at;
	size_t n;
};

/* Keeps a form unless it is too short or there already. */
static void forms_add(struct forms *forms, const struct decode_form *form)
{
	if (form->n < FORM_MIN || forms->n == DECODE_FORMS)
		return;
	for (size_t i = 0; i < forms->n; i++) {
		const struct decode_form *old = &forms->at[i];

		if (old->n == form->n && old->phase == form->phase &&
			memcmp(old->at, form->at, form->n) == 0)
			return;
	}
	/* The tail past n says nothing. */
	forms->at[forms->n].n = form->n;
	forms->at[forms->n].phase = form->phase;
	memcpy(forms->at[forms->n++].at, form->at, form->n);
}

static void form_put(struct decode_form *form, unsigned char c)
{
	if (form->n < DECODE_FORM_MAX)
		form->at[form->n++] = c;
}

/* Six bits from bit 6 * i on, of `skip` zero bytes and the literal. */
static unsigned sextet(bytes literal, size_t skip, size_t i)
{
	size_t first = i * 6 / 8, shift = i * 6 % 8;
	unsigned word = 0;

	for (size_t k = first; k < first + 2; k++) {
		word <<= 8;
		if (k >= skip && k - skip < literal.n)
			word |= literal.at[k - skip];
	}
	return (word >> (10 - shift)) & 63;
}

static unsigned char sextet_digit(unsigned value, enum encoding e)
{
	if (e == ENCODING_BASE64URL && value >= 62)
		return value == 62 ? '-' : '_';
	return (unsigned char)decode_base64_digits[value];
}

/* BASE64URL is wanted only where it differs. */
static void add_base64(struct forms *forms, const struct decode_form *form,
	enum encoding e)
{
	if (e == ENCODING_BASE64URL && !memchr(form->at, '-', form->n) &&
		!memchr(form->at, '_', form->n))
		return;
	forms_add(forms, form);
}

/*
 * Characters [first, last) are certain. `extra` is one more, before or after
 * them, whose bits under `unknown` are not: all its values are written out.
 */
static void forms_base64_at(struct forms *forms, bytes literal,
	enum encoding e, size_t skip)
{
	size_t first = (skip * 8 + 5) / 6, last = (skip + literal.n) * 8 / 6;
	bool before = first > 0 && skip == 1, after = skip == 2;
	unsigned variants = last - first < SEXTETS_MIN ? 4 : 1;

	for (unsigned v = 0; v < variants; v++) {
		struct decode_form form = {.n = 0};
		size_t from = first - (variants > 1 && before ? 1 : 0);

		form.phase = (uint8_t)(from % 4);
		for (size_t i = from; i < last; i++) {
			unsigned value = sextet(literal, skip, i);

			if (i < first)
				value |= v << 4;
			form_put(&form, sextet_digit(value, e));
		}
		if (variants > 1 && after)
			form_put(&form,
				sextet_digit(sextet(literal, skip, last) | v,
					e));
		add_base64(forms, &form, e);
	}
}

static void form_put_hex(struct decode_form *form, unsigned char c,
	const char *digits)
{
	form_put(form, (unsigned char)digits[c >> 4]);
	form_put(form, (unsigned char)digits[c & 15]);
}

static const char *const hex_cases[2] = {
	"0123456789abcdef",
	"0123456789ABCDEF",
};

static void forms_hex(struct forms *forms, bytes literal)
{
	literal = bytes_take(literal, DECODE_FORM_MAX / 2);
	for (int i = 0; i < 2; i++) {
		struct decode_form form = {.n = 0};

		for (size_t k = 0; k < literal.n; k++)
			form_put_hex(&form, literal.at[k], hex_cases[i]);
		forms_add(forms, &form);
	}
}

/* RFC 3986's unreserved characters. */
static bool is_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c != 0 && strchr("-._~", c) != NULL);
}

static void form_put_percent(struct decode_form *form, unsigned char c,
	const char *digits)
{
	form_put(form, '%');
	form_put_hex(form, c, digits);
}

static void forms_percent(struct forms *forms, bytes literal)
{
	bool reserved = false;

	literal = bytes_take(literal, DECODE_FORM_MAX / 3);
	for (size_t k = 0; k < literal.n; k++)
		reserved |= !is_unreserved(literal.at[k]);
	for (int i = 0; i < 2; i++) {
		struct decode_form all = {.n = 0}, some = {.n = 0};

		for (size_t k = 0; k < literal.n; k++) {
			unsigned char c = literal.at[k];

			form_put_percent(&all, c, hex_cases[i]);
			if (is_unreserved(c))
				form_put(&some, c);
			else
				form_put_percent(&some, c, hex_cases[i]);
		}
		forms_add(forms, &all);
		if (reserved)
			forms_add(forms, &some);
	}
}

/* Without its outermost NUL the text is the same in both orders. */
static void forms_utf16(struct forms *forms, bytes literal, uint8_t low_byte)
{
	struct decode_form form = {.phase = low_byte};

	literal = bytes_take(literal, DECODE_FORM_MAX / 2);
	for (size_t k = 0; k < literal.n; k++) {
		if (literal.at[k] == 0 || literal.at[k] >= 0x80)
			return;
		if (k > 0)
			form_put(&form, 0);
		form_put(&form, literal.at[k]);
	}
	forms_add(forms, &form);
}

size_t decode_forms(bytes literal, enum encoding e,
	struct decode_form out[DECODE_FORMS])
{
	struct forms forms = {.at = out};
	struct decode_form form = {.n = 0};

	if (literal.n < FORM_MIN)
		return 0;
	switch (e) {
	case ENCODING_PLAIN:
		for (size_t i = 0; i < literal.n; i++)
			form_put(&form, literal.at[i]);
		forms_add(&forms, &form);
		break;
	case ENCODING_BASE64:
	case ENCODING_BASE64URL:
		literal = bytes_take(literal, DECODE_FORM_MAX / 4 * 3 - 3);
		for (size_t skip = 0; skip < 3; skip++)
			forms_base64_at(&forms, literal, e, skip);
		break;
	case ENCODING_HEX:
		forms_hex(&forms, literal);
		break;
	case ENCODING_PERCENT:
		forms_percent(&forms, literal);
		break;
	case ENCODING_UTF16LE:
		forms_utf16(&forms, literal, 0);
		break;
	case ENCODING_UTF16BE:
		forms_utf16(&forms, literal, 1);
		break;
	case ENCODING_COUNT:
		break;
	}
	return forms.n;
}

static void encode_base64(bytes plain, enum encoding e, struct buf *out)
{
	size_t digits = (plain.n * 8 + 5) / 6;

	for (size_t i = 0; i < digits; i++)
		buf_put_byte(out, sextet_digit(sextet(plain, 0, i), e));
	for (; e == ENCODING_BASE64 && digits % 4 != 0; digits++)
		buf_put_byte(out, '=');
}

static void put_hex(struct buf *out, unsigned char c, const char *digits)
{
	buf_put_byte(out, (unsigned char)digits[c >> 4]);
	buf_put_byte(out, (unsigned char)digits[c & 15]);
}

void decode_encode_hex_upper(bytes plain, struct buf *out)
{
	for (size_t i = 0; i < plain.n; i++)
		put_hex(out, plain.at[i], hex_cases[1]);
}

void decode_encode_percent_all(bytes plain, struct buf *out)
{
	for (size_t i = 0; i < plain.n; i++) {
		buf_put_byte(out, '%');
		put_hex(out, plain.at[i], hex_cases[1]);
	}
}

static void encode_byte(enum encoding e, unsigned char c, struct buf *out)
{
	if (e == ENCODING_HEX) {
		put_hex(out, c, hex_cases[0]);
	} else if (e == ENCODING_PERCENT && !is_unreserved(c)) {
		decode_encode_percent_all(bytes_of(&c, 1), out);
	} else {
		if (e == ENCODING_UTF16BE)
			buf_put_byte(out, 0);
		buf_put_byte(out, c);
		if (e == ENCODING_UTF16LE)
			buf_put_byte(out, 0);
	}
}

void decode_encode(enum encoding e, bytes plain, struct buf *out)
{
	if (e == ENCODING_BASE64 || e == ENCODING_BASE64URL) {
		encode_base64(plain, e, out);
		return;
	}
	for (size_t i = 0; i < plain.n; i++)
		encode_byte(e, plain.at[i], out);
}
