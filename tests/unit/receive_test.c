#include "receive/internal.h"
#include "unit.h"

static bool id_is(const char *text, const char *want)
{
	char id[RECEIVE_KEY_ID + 1];

	return receive_head_id(bytes_text(text), id) && strcmp(id, want) == 0;
}

static void ids(void)
{
	char longest[RECEIVE_KEY_ID + 2], id[RECEIVE_KEY_ID + 1];

	CHECK(id_is("0123456789abcdef", "0123456789abcdef"));
	CHECK(id_is("ABCDEF01", "abcdef01"));
	CHECK(!receive_head_id(bytes_text(""), id));
	CHECK(!receive_head_id(bytes_text("abcdef0"), id));
	CHECK(!receive_head_id(bytes_text("abcdef0g"), id));
	CHECK(!receive_head_id(bytes_text("abcdef0 "), id));
	CHECK(!receive_head_id(bytes_of("abcdef0\0", 8), id));
	memset(longest, 'a', sizeof(longest));
	CHECK(receive_head_id(bytes_of(longest, RECEIVE_KEY_ID), id));
	CHECK(!receive_head_id(bytes_of(longest, RECEIVE_KEY_ID + 1), id));
}

static bool is_signature(const char *text)
{
	unsigned char at[RECEIVE_SIGNATURE];
	size_t n;

	return receive_head_signature(bytes_text(text), at, &n) && n <=
		sizeof(at);
}

static void signatures(void)
{
	/* That of GitHub's own example. */
	CHECK(is_signature("MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32"
			   "AIgQY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc="));
	CHECK(is_signature("MAYCAQECAQE="));
	CHECK(!is_signature(""));
	CHECK(!is_signature("AAAA"));
	CHECK(!is_signature("not base64 at all"));
	/* A byte behind it; a byte less; not a sequence. */
	CHECK(!is_signature("MAYCAQECAQEA"));
	CHECK(!is_signature("MAYCAQECAQ=="));
	CHECK(!is_signature("MQYCAQECAQE="));
	/* 99 characters, 75 bytes. */
	CHECK(!is_signature("MEkAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static const struct unit_test tests[] = {
	{"the id of a key is hex, and no more", ids},
	{"a signature is base64 of one short sequence", signatures},
};
UNIT_MAIN(tests)
