#include "signing/signing.h"

#include "unit.h"

static struct buf out;
static struct error err;

static void cosmos(void)
{
	/* The example of Microsoft's description; its key is split, as it
	 * looks like one. */
	const char *key = "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5Jiw"
			  "vW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==";
	const char *date = "Thu, 27 Apr 2017 00:51:12 GMT";

	buf_init(&out, 1000);
	CHECK(signing_cosmos("GET", bytes_text("dbs/ToDoList"),
		      bytes_text(key), bytes_text(date), &out, &err) == OK);
	CHECK_TEXT(buf_text(&out), "type%3Dmaster%26ver%3D1.0%26sig%3D"
		"c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2Bc%2Bc%3D");
	buf_clear(&out);
	CHECK(signing_cosmos("GET", bytes_text(""), bytes_text("no base64!"),
		      bytes_text(date), &out, &err) == ERR_FORMAT);
	CHECK_EQUAL(out.n, 0);
	buf_release(&out);
}

/* What is signed of a list is the list's parent and its type. */
static void cosmos_paths(void)
{
	static const char *const paths[] = {"", "dbs", "dbs/a", "dbs/a/colls",
		"dbs/a/colls/b", "/", "//", "a//"};
	char seen[8][200];

	for (size_t i = 0; i < 8; i++) {
		buf_init(&out, 1000);
		CHECK(signing_cosmos("GET", bytes_text(paths[i]),
			      bytes_text("a2V5"), bytes_text("now"), &out,
			      &err) == OK);
		snprintf(seen[i], sizeof(seen[i]), "%s", buf_text(&out));
		for (size_t k = 0; k < i && i < 5; k++)
			CHECK(strcmp(seen[k], seen[i]) != 0);
		buf_release(&out);
	}
}

static void client(void)
{
	/* RFC 6749 2.3.1: both are form-encoded first. */
	buf_init(&out, 1000);
	signing_client(bytes_text("a:b"), bytes_text("c d%"), &out);
	CHECK_TEXT(buf_text(&out), "YSUzQWI6YyUyMGQlMjU=");
	buf_release(&out);
}

static enum status assert_by(const char *pem, const char *now)
{
	const struct signing_assertion a = {
		.issuer = bytes_text("me@example.com"),
		.audience = bytes_text("https://a.example/token"),
		.now = bytes_text(now)};
	enum status status;

	buf_init(&out, 8000);
	status = signing_assertion(&a, bytes_text(pem), &out, &err);
	CHECK(status == OK || out.n == 0);
	buf_release(&out);
	return status;
}

#define BEGIN "-----BEGIN " "PRIVATE KEY-----"
#define END "-----END " "PRIVATE KEY-----"

/* Keys are what somebody committed: none of these may crash, or sign. */
static void no_keys(void)
{
	static char long_one[9000];

	CHECK(assert_by("", "1") == ERR_FORMAT);
	CHECK(assert_by("words", "1") == ERR_FORMAT);
	CHECK(assert_by(BEGIN, "1") == ERR_FORMAT);
	CHECK(assert_by(BEGIN END, "1") == ERR_FORMAT);
	CHECK(assert_by(BEGIN "\\", "1") == ERR_FORMAT);
	CHECK(assert_by(BEGIN "\nAAAA\n" END, "1") == ERR_FORMAT);
	CHECK(assert_by(BEGIN "\n!!!!\n" END, "1") == ERR_FORMAT);
	/* an Ed25519 key is no RSA key */
	CHECK(assert_by(BEGIN "\\nMC4CAQAwBQYDK2VwBCIEI"
			      "AABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\\n"
			      END, "1") == ERR_FORMAT);
	CHECK(assert_by(BEGIN END, "") == ERR_FORMAT);
	CHECK(assert_by(BEGIN END, "1234567890123456789012345") ==
		ERR_FORMAT);
	snprintf(long_one, sizeof(long_one), BEGIN "%08000d" END, 0);
	CHECK(assert_by(long_one, "1") == ERR_FORMAT);
}

static const struct unit_test tests[] = {
	{"Cosmos: the example of its description", cosmos},
	{"Cosmos: paths of all depths", cosmos_paths},
	{"a client's id and secret are encoded before they are joined",
		client},
	{"what is no RSA key signs nothing", no_keys},
};

UNIT_MAIN(tests)
