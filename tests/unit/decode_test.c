#include "decode/decode.h"
#include "unit.h"

#include <stdlib.h>

#define ROOM 16384
#define SPAN 8192

/* Deterministic bytes for texts around what is looked for. */
static unsigned char noise(size_t i)
{
	return (unsigned char)(33 + (i * 7919 + 13) % 90);
}

static bool has_form(bytes text, const struct decode_form *form, size_t at)
{
	return bytes_starts(bytes_drop(text, at), bytes_of(form->at, form->n));
}

/* Every place of the form, and the right text from there. */
static size_t try_form(struct decode_region *r, enum encoding e, bytes text,
	const struct decode_form *form, bytes plain, bytes literal)
{
	size_t good = 0;

	for (size_t at = 0; at + form->n <= text.n; at++) {
		if (!has_form(text, form, at))
			continue;
		if (!decode_around(r, e, text, at, form->phase, SPAN))
			continue;
		if (!bytes_equal(bytes_of(r->text, r->n), plain))
			continue;
		good++;
		CHECK(bytes_find(plain, literal) != BYTES_NONE);
		CHECK_EQUAL(r->begin, 0);
		CHECK_EQUAL(r->end, text.n);
		CHECK_EQUAL(r->from[r->n], text.n);
		for (size_t i = 0; i < r->n; i++)
			CHECK(r->from[i] < r->from[i + 1]);
	}
	return good;
}

static size_t try_prefix(struct decode_region *r, enum encoding e,
	bytes literal, size_t before, size_t after)
{
	struct decode_form forms[DECODE_FORMS];
	size_t count = decode_forms(literal, e, forms), good = 0;
	struct buf plain, text;

	buf_init(&plain, 4096);
	buf_init(&text, 65536);
	for (size_t i = 0; i < before; i++)
		buf_put_byte(&plain, noise(i));
	buf_put(&plain, literal);
	for (size_t i = 0; i < after; i++)
		buf_put_byte(&plain, noise(i + 5));
	decode_encode(e, buf_bytes(&plain), &text);
	for (size_t i = 0; i < count; i++)
		good += try_form(r, e, buf_bytes(&text), &forms[i],
			buf_bytes(&plain), literal);
	buf_release(&plain);
	buf_release(&text);
	return good;
}

static void test_forms_are_found_and_decode(void)
{
	static const char *const literals[] = {"JQQJ99", "ghp_", "AKIA",
		"hf_", "-----BEGIN", "AZDO", "xoxb-", "?\?\?>>>~~~", "SG."};
	static const enum encoding all[] = {ENCODING_BASE64, ENCODING_HEX,
		ENCODING_UTF16LE, ENCODING_UTF16BE};
	struct decode_region r;

	CHECK(decode_region_init(&r, ROOM));
	for (size_t l = 0; l < sizeof(literals) / sizeof(*literals); l++)
		for (size_t e = 0; e < sizeof(all) / sizeof(*all); e++)
			for (size_t before = 0; before <= 8; before++)
				for (size_t after = 0; after <= 4; after++)
					CHECK(try_prefix(&r, all[e],
						bytes_text(literals[l]),
						before, after) > 0);
	decode_region_release(&r);
}

static void test_url_forms_are_found(void)
{
	bytes literal = bytes_of("a?~b>>?c\xff\xfe", 10);
	struct decode_region r;
	size_t good = 0;

	CHECK(decode_region_init(&r, ROOM));
	for (size_t before = 0; before <= 8; before++)
		good += try_prefix(&r, ENCODING_BASE64URL, literal, before, 3);
	CHECK(good >= 6);
	decode_region_release(&r);
}

static bool form_is(const struct decode_form *form, const char *text,
	unsigned phase)
{
	return bytes_equal(bytes_of(form->at, form->n), bytes_text(text)) &&
	       form->phase == phase;
}

static void test_published_forms(void)
{
	struct decode_form forms[DECODE_FORMS];

	CHECK_EQUAL(decode_forms(bytes_text("JQQJ99"), ENCODING_BASE64, forms),
		3);
	CHECK(form_is(&forms[0], "SlFRSjk5", 0));
	CHECK(form_is(&forms[1], "pRUUo5O", 2));
	CHECK(form_is(&forms[2], "KUVFKOT", 3));
	CHECK_EQUAL(decode_forms(bytes_text("AAASAZDO"), ENCODING_BASE64,
			    forms), 3);
	CHECK(form_is(&forms[0], "QUFBU0FaRE", 0));
	CHECK(form_is(&forms[1], "FBQVNBWkRP", 2));
	CHECK(form_is(&forms[2], "BQUFTQVpET", 3));
	CHECK_EQUAL(decode_forms(bytes_text("JQQJ99"), ENCODING_BASE64URL,
			    forms), 0);
	CHECK_EQUAL(decode_forms(bytes_text("AB"), ENCODING_BASE64, forms), 0);
	CHECK_EQUAL(decode_forms(bytes_text("hf_"), ENCODING_BASE64, forms),
		9);
	for (size_t i = 0; i < 9; i++)
		CHECK_EQUAL(forms[i].n, 4);
}

static void test_other_forms(void)
{
	struct decode_form forms[DECODE_FORMS];

	CHECK_EQUAL(decode_forms(bytes_text("jz-"), ENCODING_HEX, forms), 2);
	CHECK(form_is(&forms[0], "6a7a2d", 0));
	CHECK(form_is(&forms[1], "6A7A2D", 0));
	CHECK_EQUAL(decode_forms(bytes_text("123"), ENCODING_HEX, forms), 1);
	CHECK_EQUAL(decode_forms(bytes_text("a:/"), ENCODING_PERCENT, forms),
		4);
	CHECK(form_is(&forms[0], "%61%3a%2f", 0));
	CHECK(form_is(&forms[1], "a%3a%2f", 0));
	CHECK(form_is(&forms[2], "%61%3A%2F", 0));
	CHECK(form_is(&forms[3], "a%3A%2F", 0));
	CHECK_EQUAL(decode_forms(bytes_text("abc"), ENCODING_PERCENT, forms),
		1);
	CHECK_EQUAL(decode_forms(bytes_text("abc"), ENCODING_UTF16BE, forms),
		1);
	CHECK(forms[0].n == 5 && forms[0].phase == 1);
	CHECK(memcmp(forms[0].at, "a\0b\0c", 5) == 0);
	CHECK_EQUAL(decode_forms(bytes_of("a\xe4" "b", 3), ENCODING_UTF16LE,
			    forms), 0);
}

static void test_long_literals_are_cut(void)
{
	static unsigned char text[4096];
	struct decode_form forms[DECODE_FORMS];

	memset(text, 'k', sizeof(text));
	for (int e = 0; e < ENCODING_COUNT; e++)
		for (size_t i = decode_forms(bytes_of(text, sizeof(text)),
			     (enum encoding)e, forms);
			i-- > 0;)
			CHECK(forms[i].n > DECODE_FORM_MAX - 6 &&
				forms[i].n <= DECODE_FORM_MAX);
}

/* Lines of `width`, each led by `line`; the first one by `head`. */
static void wrap(struct buf *out, bytes text, size_t width, const char *head,
	const char *line)
{
	buf_put_text(out, head);
	for (size_t i = 0; i < text.n; i += width) {
		if (i > 0)
			buf_put_text(out, line);
		buf_put(out, bytes_part(text, i, i + width));
	}
}

/* The token is found at each of its groups, whatever wraps the text. */
static void try_wrapped(struct decode_region *r, enum encoding e, bytes plain,
	size_t width, const char *line, const char *tail)
{
	struct decode_form forms[DECODE_FORMS];
	bytes literal = bytes_text("JQQJ99");
	size_t count = decode_forms(literal, e, forms), good = 0, cut = 0;
	struct buf whole, text;

	buf_init(&whole, 65536);
	buf_init(&text, 65536);
	decode_encode(e, plain, &whole);
	wrap(&text, buf_bytes(&whole), width, "key: \"", line);
	buf_put_text(&text, tail);
	for (size_t i = 0; i < count; i++) {
		bytes form = bytes_of(forms[i].at, forms[i].n);
		size_t at = bytes_find(buf_bytes(&text), form);
		size_t flat = bytes_find(buf_bytes(&whole), form);

		if (flat == BYTES_NONE)
			continue;
		if (at == BYTES_NONE) {
			cut++;
			continue;
		}
		CHECK(decode_around(r, e, buf_bytes(&text), at, forms[i].phase,
			SPAN));
		CHECK_BYTES(bytes_of(r->text, r->n), plain);
		CHECK_EQUAL(r->begin, 6);
		CHECK_EQUAL(r->end, text.n - strlen(tail));
		good++;
	}
	CHECK_EQUAL(good + cut, 1);
	buf_release(&whole);
	buf_release(&text);
}

static void test_wrapped_text(void)
{
	static const char *const lines[] = {"\n", "\r\n", "\r\n    ", "\n\t",
		"\\n", "\\r\\n", "\\\\n"};
	struct decode_region r;
	struct buf plain;

	CHECK(decode_region_init(&r, ROOM));
	buf_init(&plain, 4096);
	for (size_t before = 100; before <= 103; before++) {
		buf_clear(&plain);
		for (size_t i = 0; i < before; i++)
			buf_put_byte(&plain, noise(i));
		buf_put_text(&plain, "JQQJ99");
		for (size_t i = 0; i < 171; i++)
			buf_put_byte(&plain, noise(i));
		for (size_t l = 0; l < sizeof(lines) / sizeof(*lines); l++)
			for (size_t width = 60; width <= 80; width++)
				try_wrapped(&r, ENCODING_BASE64,
					buf_bytes(&plain), width, lines[l],
					"\"\n");
		try_wrapped(&r, ENCODING_HEX, buf_bytes(&plain), 64, "\n",
			"\"");
	}
	buf_release(&plain);
	decode_region_release(&r);
}

static void test_next_line_is_not_glued(void)
{
	static const char *const after[] = {"\nalways-auth=true\n",
		"\nregistry=https://registry.example.org/\n", "\ndone\n",
		"\n\nNext: a\n", " # note", "\\ttab"};
	struct decode_region r;
	struct buf plain, text;

	CHECK(decode_region_init(&r, ROOM));
	buf_init(&plain, 4096);
	buf_init(&text, 4096);
	for (size_t i = 0; i < 84; i++)
		buf_put_byte(&plain, noise(i));
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		buf_clear(&text);
		buf_put_text(&text, "email=me\n_password=");
		decode_encode(ENCODING_BASE64, buf_bytes(&plain), &text);
		buf_put_text(&text, after[i]);
		CHECK(decode_around(&r, ENCODING_BASE64, buf_bytes(&text), 21,
			2, SPAN));
		CHECK_BYTES(bytes_of(r.text, r.n), buf_bytes(&plain));
		CHECK_EQUAL(r.end, 19 + 112);
	}
	buf_release(&plain);
	buf_release(&text);
	decode_region_release(&r);
}

static void test_json_slash(void)
{
	struct decode_region r;
	/* "a??b??c~~~" with its slashes escaped, as PHP writes JSON */
	bytes text = bytes_text("{\"k\":\"YT8\\/Yj8\\/Y35+fg==\"}");

	CHECK(decode_region_init(&r, ROOM));
	for (unsigned phase = 0; phase < 3; phase++) {
		CHECK(decode_around(&r, ENCODING_BASE64, text, 6 + phase,
			phase, SPAN));
		CHECK_BYTES(bytes_of(r.text, r.n), bytes_text("a??b??c~~~"));
		CHECK_EQUAL(r.end, text.n - 2);
	}
	CHECK(decode_around(&r, ENCODING_BASE64, text, 16, 0, SPAN));
	CHECK_BYTES(bytes_of(r.text, r.n), bytes_text("a??b??c~~~"));
	decode_region_release(&r);
}

/* Glued to an identifier, the phase of the hit still finds the groups. */
static void test_glued_run(void)
{
	struct decode_region r;
	struct buf text;
	bytes plain = bytes_text("user:JQQJ99secret");

	CHECK(decode_region_init(&r, ROOM));
	for (size_t glue = 0; glue < 9; glue++) {
		size_t at;

		buf_init(&text, 1000);
		buf_put_text(&text, "= ");
		for (size_t i = 0; i < glue; i++)
			buf_put_byte(&text, 'x');
		decode_encode(ENCODING_BASE64, plain, &text);
		at = bytes_find(buf_bytes(&text), bytes_text("KUVFKOT"));
		CHECK(decode_around(&r, ENCODING_BASE64, buf_bytes(&text), at,
			3, SPAN));
		CHECK(bytes_ends(bytes_of(r.text, r.n), plain));
		CHECK_EQUAL(r.begin, 2 + glue % 4);
		buf_release(&text);
	}
	decode_region_release(&r);
}

static void test_percent(void)
{
	struct decode_region r;
	bytes text = bytes_text("see \"https%3A%2F%2Fu%3Ap%40h/%zz%4\" end");
	size_t at = bytes_find(text, bytes_text("%40"));
	struct buf all;

	CHECK(decode_region_init(&r, ROOM));
	CHECK(decode_around(&r, ENCODING_PERCENT, text, at, 0, SPAN));
	CHECK_BYTES(bytes_of(r.text, r.n), bytes_text("https://u:p@h/%zz%4"));
	CHECK_EQUAL(r.begin, 5);
	CHECK_EQUAL(r.from[5], 10);
	CHECK_EQUAL(r.from[6], 13);
	CHECK(!decode_around(&r, ENCODING_PERCENT, text, 1, 0, SPAN));
	buf_init(&all, 100);
	decode_encode_percent_all(bytes_text("gh_1"), &all);
	CHECK_TEXT(buf_text(&all), "%67%68%5F%31");
	CHECK(decode_around(&r, ENCODING_PERCENT, buf_bytes(&all), 0, 0,
		SPAN));
	CHECK_BYTES(bytes_of(r.text, r.n), bytes_text("gh_1"));
	buf_release(&all);
	decode_region_release(&r);
}

static void test_hex_in_both_cases(void)
{
	struct decode_region r;
	struct buf text;

	CHECK(decode_region_init(&r, ROOM));
	buf_init(&text, 100);
	buf_put_text(&text, "x'");
	decode_encode_hex_upper(bytes_text("jkl?"), &text);
	buf_put_text(&text, "'");
	CHECK_TEXT(buf_text(&text), "x'6A6B6C3F'");
	CHECK(decode_around(&r, ENCODING_HEX, buf_bytes(&text), 4, 0, SPAN));
	CHECK_BYTES(bytes_of(r.text, r.n), bytes_text("jkl?"));
	CHECK_EQUAL(r.from[1], 4);
	CHECK_EQUAL(r.end, 10);
	buf_release(&text);
	decode_region_release(&r);
}

static void test_span_and_room_are_kept(void)
{
	static unsigned char wall[60000];
	struct decode_region r;

	memset(wall, 'Q', sizeof(wall));
	CHECK(decode_region_init(&r, 999));
	CHECK(decode_around(&r, ENCODING_BASE64, bytes_of(wall, sizeof(wall)),
		30000, 1, SPAN));
	CHECK(r.n <= 999 && r.n > 900);
	CHECK(r.begin < 30000 && r.end > 30000);
	CHECK(decode_around(&r, ENCODING_BASE64, bytes_of(wall, sizeof(wall)),
		30000, 1, 100));
	CHECK(r.begin >= 29900 && r.end <= 30100);
	CHECK(decode_around(&r, ENCODING_HEX, bytes_text("41424"), 0, 0, 4));
	CHECK_EQUAL(r.n, 2);
	CHECK(!decode_around(&r, ENCODING_HEX, bytes_text("4142"), 4, 0, 4));
	CHECK(!decode_around(&r, ENCODING_BASE64, bytes_text("ab.cd"), 3, 1,
		9));
	CHECK(!decode_around(&r, ENCODING_PLAIN, bytes_text("abcd"), 0, 0, 9));
	decode_region_release(&r);
}

static void test_next_run(void)
{
	bytes text = bytes_text("basic QUJDREVG== and dXNlcjpwYXNz.");
	size_t begin, end;

	CHECK(decode_next_run(text, 6, 20, 8, 100, &begin, &end));
	CHECK(begin == 6 && end == 16);
	CHECK(decode_next_run(text, 0, text.n, 10, 100, &begin, &end));
	CHECK(begin == 21 && end == 33);
	CHECK(decode_next_run(text, 14, 22, 10, 100, &begin, &end));
	CHECK(begin == 21 && end == 33);
	CHECK(!decode_next_run(text, 14, 20, 10, 100, &begin, &end));
	CHECK(!decode_next_run(text, 0, 21, 6, 7, &begin, &end));
	CHECK(!decode_next_run(text, 90, 99, 1, 7, &begin, &end));
}

static enum encoding sniff(struct buf *b)
{
	size_t skip;

	return decode_sniff_utf16(buf_bytes(b), &skip);
}

static void put_wide(struct buf *b, enum encoding e, const char *text)
{
	buf_clear(b);
	decode_encode(e, bytes_text(text), b);
}

/* The encodings of the reliability table D6, and what must stay binary. */
static void test_sniff(void)
{
	static const char text[] = "token = \"abc\"\r\nline two\r\n";
	size_t skip;
	struct buf b;

	buf_init(&b, 100000);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("\xff\xfe" "a\0", 4), &skip),
		ENCODING_UTF16LE);
	CHECK_EQUAL(skip, 2);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("\xfe\xff\0a", 4), &skip),
		ENCODING_UTF16BE);
	CHECK_EQUAL(skip, 2);
	CHECK_EQUAL(decode_sniff_utf16(bytes_text("\xff\xfe" "key = value\n"),
			    &skip), ENCODING_PLAIN);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("\xff\xfe\0\0a\0\0\0", 8),
			    &skip), ENCODING_PLAIN);
	put_wide(&b, ENCODING_UTF16LE, text);
	CHECK_EQUAL(sniff(&b), ENCODING_UTF16LE);
	put_wide(&b, ENCODING_UTF16BE, text);
	CHECK_EQUAL(sniff(&b), ENCODING_UTF16BE);
	CHECK_EQUAL(decode_sniff_utf16(bytes_text(text), &skip),
		ENCODING_PLAIN);
	CHECK_EQUAL(skip, 0);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("\xef\xbb\xbf" "abcd", 7),
			    &skip), ENCODING_PLAIN);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("caf\xe9 cr\xe8me", 10),
			    &skip), ENCODING_PLAIN);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("\0token = 1234", 13), &skip),
		ENCODING_PLAIN);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of("", 0), &skip),
		ENCODING_PLAIN);
	buf_release(&b);
}

static void test_sniff_refuses_numbers(void)
{
	unsigned char data[4096];
	size_t skip;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 2 ? 0 : (unsigned char)(i / 2 % 251);
	CHECK_EQUAL(decode_sniff_utf16(bytes_of(data, sizeof(data)), &skip),
		ENCODING_PLAIN);
	memset(data, 0, sizeof(data));
	CHECK_EQUAL(decode_sniff_utf16(bytes_of(data, sizeof(data)), &skip),
		ENCODING_PLAIN);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 4 ? 0 : 'a';
	CHECK_EQUAL(decode_sniff_utf16(bytes_of(data, sizeof(data)), &skip),
		ENCODING_PLAIN);
	/* EBCDIC "TOKEN = " has no zeroes at all */
	CHECK_EQUAL(decode_sniff_utf16(bytes_of(
		"\xe3\xd6\xd2\xc5\xd5\x40\x7e\x40", 8), &skip),
		ENCODING_PLAIN);
}

static void test_narrow(void)
{
	unsigned char out[8];
	bytes units = bytes_of("a\0\xac\x20\n\0\xe9\0z", 9);

	CHECK_EQUAL(decode_narrow_utf16(ENCODING_UTF16LE, units, out), 4);
	CHECK(out[0] == 'a' && out[1] == 0xac && out[2] == '\n' &&
		out[3] == 0xe9);
	CHECK_EQUAL(decode_narrow_utf16(ENCODING_UTF16BE,
			    bytes_of("\0a\x20\x41", 4), out), 2);
	CHECK(out[0] == 'a' && out[1] == 0xc1);
}

static void test_region_refuses_nonsense(void)
{
	struct decode_region r;

	CHECK(!decode_region_init(&r, 0));
	CHECK(!decode_region_init(&r, (size_t)-1));
	decode_region_release(&r);
}

static const struct unit_test tests[] = {
	{"a form is in the encoded text and decodes from there",
		test_forms_are_found_and_decode},
	{"base64url forms are found where they differ",
		test_url_forms_are_found},
	{"forms are those of the notes", test_published_forms},
	{"hex, percent and UTF-16 forms", test_other_forms},
	{"forms of long literals are cut", test_long_literals_are_cut},
	{"wrapped text decodes whole at every width", test_wrapped_text},
	{"what follows on the next line is not glued",
		test_next_line_is_not_glued},
	{"JSON's escaped slash is stepped over", test_json_slash},
	{"a glued run decodes by phase", test_glued_run},
	{"percent escapes decode with their places", test_percent},
	{"hex decodes in both cases", test_hex_in_both_cases},
	{"span and room are kept", test_span_and_room_are_kept},
	{"the next run is found by its length", test_next_run},
	{"UTF-16 is told from its mark or its zeroes", test_sniff},
	{"numbers are not text", test_sniff_refuses_numbers},
	{"units become bytes one by one", test_narrow},
	{"a region refuses nonsense", test_region_refuses_nonsense},
};

UNIT_MAIN(tests)
