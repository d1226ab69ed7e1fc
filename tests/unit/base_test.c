#include "base/arena.h"
#include "base/buf.h"
#include "base/charset.h"
#include "base/hash.h"
#include "unit.h"

static void test_c3id(void)
{
	char id[C3ID_LENGTH + 1];

	hash_c3id(bytes_text("test"), id);
	CHECK_TEXT(id, "rPHgxCVAOw6CZsT9xXEw");
}

static void test_crc32(void)
{
	CHECK_EQUAL(hash_crc32(bytes_text("123456789")), 0xcbf43926);
	CHECK_EQUAL(hash_crc32(bytes_text("")), 0);
}

/* RFC 4231, test case 2. */
static void test_hmac(void)
{
	static const unsigned char want[4] = {0x5b, 0xdc, 0xc1, 0x46};
	unsigned char digest[SHA256_SIZE];

	hash_hmac_sha256(bytes_text("Jefe"),
		bytes_text("what do ya want for nothing?"), digest);
	CHECK(memcmp(digest, want, sizeof(want)) == 0);
}

static void test_stream_equals_whole(void)
{
	struct hash_stream *s = hash_stream_new();
	bytes text = bytes_text("the same bytes in pieces or at once");

	CHECK(s != NULL);
	hash_stream_begin(s, 7);
	hash_stream_add(s, bytes_take(text, 11));
	hash_stream_add(s, bytes_drop(text, 11));
	CHECK(hash_128_equal(hash_stream_end(s), hash_128(text, 7)));
	hash_stream_free(s);
}

static void test_buf_keeps_its_maximum(void)
{
	struct buf b;

	buf_init(&b, 8);
	buf_put_text(&b, "12345678");
	CHECK(!b.failed);
	buf_put_byte(&b, '9');
	CHECK(b.failed);
	CHECK_BYTES(buf_bytes(&b), bytes_text("12345678"));
	buf_release(&b);
}

static void test_buf_printf(void)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_printf(&b, "%s-%d", "a", 12);
	buf_printf(&b, "%0100d", 0);
	CHECK_EQUAL(b.n, 104);
	CHECK(bytes_starts(buf_bytes(&b), bytes_text("a-12000")));
	buf_release(&b);
}

static void test_arena(void)
{
	struct arena a;
	unsigned char *one, *two;

	arena_init(&a, 100000);
	one = arena_alloc(&a, 10);
	two = arena_alloc(&a, 50000);
	CHECK(one && two);
	for (size_t i = 0; two && i < 50000; i++)
		CHECK(two[i] == 0);
	CHECK(arena_alloc(&a, 100000) == NULL);
	CHECK(arena_array(&a, (size_t)-1, 2) == NULL);
	arena_reset(&a);
	CHECK(arena_alloc(&a, 60000) != NULL);
	arena_release(&a);
}

static void test_charset(void)
{
	struct charset set;

	CHECK(charset_parse(&set, bytes_text("A-Ca\\]_-")));
	CHECK_EQUAL(charset_count(&set, bytes_text("ABCDa]_-b")), 7);
	CHECK(!charset_parse(&set, bytes_text("z-a")));
	CHECK(charset_is_empty(&set));
}

static void test_bytes(void)
{
	bytes head, tail, text = bytes_text("key=value");

	CHECK(bytes_cut(text, '=', &head, &tail));
	CHECK_BYTES(head, bytes_text("key"));
	CHECK_BYTES(tail, bytes_text("value"));
	CHECK(!bytes_cut(text, ';', &head, &tail));
	CHECK_EQUAL(bytes_find(text, bytes_text("val")), 4);
	CHECK(bytes_find_nocase(text, bytes_text("VAL")) == 4);
	CHECK(bytes_find(text, bytes_text("nope")) == BYTES_NONE);
	CHECK_BYTES(bytes_trim(bytes_text(" a b\r\n")), bytes_text("a b"));
	CHECK(bytes_compare(bytes_text("a"), bytes_text("ab")) < 0);
}

static void test_rows(void)
{
	/* two bytes of a name, one beside it */
	static const unsigned char rows[] = "ab1ac0ad2ba9zz5";

	CHECK_EQUAL(bytes_find_row(rows, 5, 3, bytes_text("ab")), 0);
	CHECK_EQUAL(bytes_find_row(rows, 5, 3, bytes_text("ad")), 2);
	CHECK_EQUAL(bytes_find_row(rows, 5, 3, bytes_text("zz")), 4);
	CHECK(bytes_find_row(rows, 5, 3, bytes_text("aa")) == BYTES_NONE);
	CHECK(bytes_find_row(rows, 5, 3, bytes_text("bb")) == BYTES_NONE);
	CHECK(bytes_find_row(rows, 4, 3, bytes_text("zz")) == BYTES_NONE);
	CHECK(bytes_find_row(NULL, 0, 3, bytes_text("ab")) == BYTES_NONE);
}

static void test_hex(void)
{
	unsigned char out[4] = {0};

	CHECK(bytes_from_hex(bytes_text("00ff9a0f"), out));
	CHECK(memcmp(out, "\x00\xff\x9a\x0f", 4) == 0);
	CHECK(bytes_from_hex(bytes_text(""), out));
	CHECK(!bytes_from_hex(bytes_text("00f"), out));
	CHECK(!bytes_from_hex(bytes_text("0g"), out));
	CHECK(!bytes_from_hex(bytes_text("FF"), out));
	CHECK(!bytes_from_hex(bytes_text("/:"), out));
}

static const struct unit_test tests[] = {
	{"C3ID follows its published vector", test_c3id},
	{"CRC-32 follows its check value", test_crc32},
	{"HMAC follows RFC 4231", test_hmac},
	{"a streamed hash equals the whole one", test_stream_equals_whole},
	{"a buffer refuses more than its maximum", test_buf_keeps_its_maximum},
	{"formatted text grows the buffer", test_buf_printf},
	{"an arena zeroes, refuses overflow, and is reused", test_arena},
	{"a set of bytes is written as in a class", test_charset},
	{"slices cut, find, trim and compare", test_bytes},
	{"rows are found by how they begin", test_rows},
	{"digits spell bytes", test_hex},
};

UNIT_MAIN(tests)
