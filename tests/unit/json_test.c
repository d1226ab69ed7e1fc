/* json: what is read, and what is refused without saying what it holds. */
#include "json/json.h"
#include "unit.h"

static struct json_document *parse(const char *text, struct error *err)
{
	return json_document_parse("x.json", bytes_text(text), 1, err);
}

static enum status count_member(void *context, bytes key,
	const struct json_value *value)
{
	size_t *sum = context;

	*sum += key.n * 100 + (size_t)json_value_integer(value, 0);
	return OK;
}

static void reads_every_kind(void)
{
	struct error err = {0};
	struct json_document *d = parse("{\"a\":1,\"bb\":2,\"t\":\"x\\u00e9\","
		"\"l\":[true,null,1.5],\"n\":-3}", &err);
	const struct json_value *root, *list;
	size_t sum = 0;

	CHECK(d != NULL);
	root = json_document_root(d);
	list = json_value_get(root, "l");
	CHECK(json_value_kind(root) == JSON_KIND_OBJECT);
	CHECK(json_value_integer(json_value_get(root, "n"), 0) == -3);
	CHECK(bytes_equal(json_value_text(json_value_get(root, "t")),
		bytes_text("x\xc3\xa9")));
	CHECK(json_value_count(list) == 3);
	CHECK(json_value_flag(json_value_item(list, 0)));
	CHECK(json_value_kind(json_value_item(list, 1)) == JSON_KIND_NULL);
	CHECK(json_value_kind(json_value_item(list, 2)) == JSON_KIND_REAL);
	CHECK(json_value_item(list, 3) == NULL);
	CHECK(json_value_each(root, count_member, &sum) == OK);
	CHECK(sum == 600 + 1 + 2 - 3);
	json_document_free(d);
}

static void what_is_not_there_is_nothing(void)
{
	struct error err = {0};
	struct json_document *d = parse("[]", &err);

	CHECK(d != NULL);
	CHECK(json_value_get(json_document_root(d), "a") == NULL);
	CHECK(json_value_text(NULL).at == NULL);
	CHECK(json_value_integer(NULL, 7) == 7);
	CHECK(!json_value_flag(NULL));
	CHECK(json_value_count(NULL) == 0);
	json_document_free(d);
	json_document_free(NULL);
}

static void refuses_what_is_broken(void)
{
	static const char *const texts[] = {"", "{", "[1,]", "{\"a\":1} x",
		"\"\xff\"", "\"a\\u0000b\"", "nul", "{1:2}",
		"\"very-secret-text", "1e999999"};
	struct error err;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		err = (struct error){0};
		CHECK(parse(texts[i], &err) == NULL);
		CHECK(err.code == ERR_FORMAT);
		CHECK(strncmp(err.text, "x.json:1:", 9) == 0);
		CHECK(strstr(err.text, "secret") == NULL);
	}
	CHECK(json_document_parse("x", bytes_text("\n\n{"), 10, &err) == NULL);
	CHECK(strncmp(err.text, "x:12:", 5) == 0);
}

static void deep_nesting_ends(void)
{
	static char text[200001];
	struct error err = {0};

	memset(text, '[', sizeof(text) - 1);
	CHECK(parse(text, &err) == NULL);
	CHECK(err.code == ERR_FORMAT);
}

static const struct unit_test tests[] = {
	{"every kind of value is read", reads_every_kind},
	{"what is not there is nothing", what_is_not_there_is_nothing},
	{"what is broken is refused, and not repeated",
		refuses_what_is_broken},
	{"deep nesting ends", deep_nesting_ends},
};
UNIT_MAIN(tests)
