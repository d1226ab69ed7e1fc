/*
 * detect: tokens without literals, and tokens under encodings.
 */
#include "detect_setup.h"

static const char runs_text[] =
	"title = \"test\"\nformat = \"stanch\"\n"
	HEAD("run-52")
	"run = \"a-z2-7\"\nrunLength = 52\nnotBefore = \"A-Za-z0-9\"\n"
	"notAfter = \"A-Za-z0-9\"\nconfidence = \"medium\"\n"
	"[rules.check]\nname = \"ado-legacy\"\nonFail = \"drop\"\n"
	"[[decoders]]\nid = \"basic\"\nanchorsNocase = [\"basic \"]\n"
	"within = 8\nminLength = 24\nmaxLength = 4096\n";

/* 52 characters whose checksum holds. */
static void put_run(struct buf *b, uint32_t *state)
{
	static const struct rule_check check = {.name = "ado-legacy"};
	size_t start = b->n;

	put_random(b, "abcdefghijklmnopqrstuvwxyz234567", 52, state);
	CHECK(check_fill(&check, b, start));
}

/* Wherever it stands, between what may stand there; not in a longer run. */
static void test_runs_at_every_offset(void)
{
	static const char *const after[] = {"", " ", "\"", "=x", "a", "7", "B"};
	struct setup x = set_up(runs_text, 0, false);
	struct buf out, data;
	uint32_t state = 23;

	buf_init(&out, 1 << 20);
	buf_init(&data, 1 << 20);
	for (size_t at = 0; at < 120; at++)
		for (size_t i = 0; i < 7; i++) {
			buf_clear(&data);
			put_random(&data, "abcd", at ? at - 1 : 0, &state);
			if (at)
				buf_put_byte(&data, ':');
			put_run(&data, &state);
			buf_put_text(&data, after[i]);
			(void)scan_into(x.d, buf_bytes(&data), &out);
			CHECK_EQUAL(count_lines(&out), i < 4);
		}
	buf_release(&out);
	buf_release(&data);
	tear_down(&x);
}

/* A token without a literal, encoded, behind a decoder's literal. */
static void test_decoders(void)
{
	struct setup x = set_up(runs_text, 1, false);
	struct buf out, data, plain;
	uint32_t state = 29;

	buf_init(&out, 1 << 20);
	buf_init(&data, 1 << 20);
	buf_init(&plain, 1 << 20);
	for (size_t shift = 0; shift < 4; shift++) {
		buf_clear(&plain);
		buf_clear(&data);
		put_random(&plain, "xyz", shift, &state);
		buf_put_byte(&plain, ':');
		put_run(&plain, &state);
		buf_put_text(&data, "a\nAuthorization: BASIC ");
		decode_encode(ENCODING_BASE64, buf_bytes(&plain), &data);
		buf_put_text(&data, "\nb\n");
		(void)scan_into(x.d, buf_bytes(&data), &out);
		CHECK_EQUAL(count_lines(&out), 1);
		CHECK(bytes_find(buf_bytes(&out),
			      bytes_text(" certain base64 [")) != BYTES_NONE);
		CHECK(bytes_find(buf_bytes(&out),
			      bytes_drop(buf_bytes(&plain), shift + 1)) !=
			BYTES_NONE);
	}
	buf_release(&out);
	buf_release(&data);
	buf_release(&plain);
	tear_down(&x);
}

/* `plain` under the encodings, innermost first, between two lines. */
static void put_encoded(struct buf *data, const char *plain,
	const enum encoding *e, size_t count)
{
	struct buf a, b;

	buf_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	buf_put_text(&a, plain);
	for (size_t i = 0; i < count; i++) {
		buf_clear(&b);
		decode_encode(e[i], buf_bytes(&a), &b);
		buf_clear(&a);
		buf_put(&a, buf_bytes(&b));
	}
	for (unsigned i = 0; i < 60; i++)
		buf_put_text(data, "not wide ");
	buf_put_text(data, "\nx: ");
	buf_put(data, buf_bytes(&a));
	buf_put_text(data, "\nlast\n");
	buf_release(&a);
	buf_release(&b);
}

static void test_encodings(void)
{
	static const struct {
		enum encoding e[3];
		size_t count;
		const char *names;
	} cases[] = {
		{{ENCODING_BASE64}, 1, " base64 "},
		{{ENCODING_HEX}, 1, " hex "},
		{{ENCODING_UTF16LE}, 1, " utf16le "},
		/* Between other bytes its order cannot always be told. */
		{{ENCODING_UTF16BE}, 1, " utf16"},
		{{ENCODING_BASE64, ENCODING_BASE64}, 2, " base64 base64 "},
		{{ENCODING_UTF16LE, ENCODING_BASE64}, 2, " base64 utf16le "},
	};
	struct setup x = set_up(rules_text, 3, false);
	struct buf out, data;

	buf_init(&out, 1 << 20);
	buf_init(&data, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t shift = 0; shift < 7; shift++) {
			static const char *const plain =
				"user::: =BEGIN X=abc abc abc abc=END X=; x";

			buf_clear(&data);
			put_encoded(&data, plain + shift, cases[i].e,
				cases[i].count);
			(void)scan_into(x.d, buf_bytes(&data), &out);
			CHECK(bytes_find(buf_bytes(&out),
				      bytes_text(cases[i].names)) !=
				BYTES_NONE);
			CHECK(bytes_find(buf_bytes(&out),
				      bytes_text("e-lines ")) == 0);
			CHECK(bytes_find(buf_bytes(&out),
				      bytes_text(" 2:")) != BYTES_NONE);
			CHECK(bytes_find(buf_bytes(&out),
				      bytes_text("[=BEGIN X=abc abc abc abc"
						 "=END X=]")) != BYTES_NONE);
		}
	buf_release(&out);
	buf_release(&data);
	tear_down(&x);
}

static void test_utf16_lines(void)
{
	static const enum encoding kinds[] = {ENCODING_UTF16LE,
		ENCODING_UTF16BE};
	struct setup x = set_up(rules_text, 1, false);
	struct buf out, data, want;

	buf_init(&out, 1 << 20);
	buf_init(&data, 1 << 20);
	buf_init(&want, 1 << 20);
	for (unsigned i = 0; i < 4; i++) {
		enum encoding e = kinds[i & 1];
		unsigned mark = i & 2;

		buf_clear(&data);
		if (mark)
			buf_put_text(&data, e == ENCODING_UTF16LE ? "\xff\xfe"
								  : "\xfe\xff");
		decode_encode(e, bytes_text("one line\r\nk = tokn"
					    "_ABCDEFGHIJ0123456789\r\n"),
			&data);
		buf_clear(&want);
		buf_printf(&want, "a-prefix %u+50 2:9-2:58 high %s [tokn"
			"_ABCDEFGHIJ0123456789]\n", 28 + mark,
			encoding_name(e));
		(void)scan_into(x.d, buf_bytes(&data), &out);
		CHECK_BYTES(buf_bytes(&out), buf_bytes(&want));
		scan_pieces(x.d, buf_bytes(&data), 31, 1, &out);
		CHECK_BYTES(buf_bytes(&out), buf_bytes(&want));
	}
	buf_release(&out);
	buf_release(&data);
	buf_release(&want);
	tear_down(&x);
}

static const struct unit_test tests[] = {
	{"runs are found at every offset", test_runs_at_every_offset},
	{"what follows a decoder's literal is decoded", test_decoders},
	{"tokens are found under encodings", test_encodings},
	{"UTF-16 texts have their own offsets and lines", test_utf16_lines},
};

UNIT_MAIN(tests)
