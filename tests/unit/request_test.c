#include "request/request.h"

#include "request/lint.h"

#include "unit.h"

static struct request_values values;

static void begin(void)
{
	values = (struct request_values){.count = 0};
	request_values_add(&values, "secret", bytes_text("a/b+c\"d"));
	request_values_add(&values, "mail", bytes_text("me@example.com"));
	request_values_add(&values, "now", bytes_text("1440938160"));
}

static void check_template(const char *text, enum request_escape escape,
	const char *want)
{
	struct error err = {.code = OK};
	struct buf out;

	buf_init(&out, 10000);
	if (request_template(text, &values, escape, &out, &err) != OK)
		CHECK_TEXT(err.text, want);
	else
		CHECK_TEXT(buf_text(&out), want);
	buf_release(&out);
}

static void templates(void)
{
	begin();
	check_template("x {{secret}} y", REQUEST_RAW, "x a/b+c\"d y");
	check_template("{{secret}}", REQUEST_URL, "a%2Fb%2Bc%22d");
	check_template("{{secret}}", REQUEST_JSON_TEXT, "a/b+c\\\"d");
	check_template("{{secret | raw}}", REQUEST_URL, "a/b+c\"d");
	check_template("{{ mail | append(\":\") | append(secret) | b64 }}",
		REQUEST_RAW, "bWVAZXhhbXBsZS5jb206YS9iK2MiZA==");
	check_template("{{mail | split(\"@\", 1) | upper}}", REQUEST_RAW,
		"EXAMPLE.COM");
	check_template("{{mail | prefix(2)}}{{mail | suffix(3)}}"
		       "{{mail | drop(10)}}", REQUEST_RAW, "me" "com" ".com");
	check_template("{{mail | replace(\"e\", \"\")}}", REQUEST_RAW,
		"m@xampl.com");
	check_template("{{mail | group(\"@(.*)[.]\")}}", REQUEST_RAW,
		"example");
	check_template("{{mail | b64url | b64decode | hex}}", REQUEST_RAW,
		"6d65406578616d706c652e636f6d");
	check_template("{{now | rfc3339}} {{now | rfc1123}} {{now | date}}",
		REQUEST_RAW, "2015-08-30T12:36:00Z "
		"Sun, 30 Aug 2015 12:36:00 GMT 20150830");
}

/* The usual vectors of FIPS 180, RFC 1321, RFC 2202 and RFC 4231. */
static void digests(void)
{
	begin();
	request_values_add(&values, "abc", bytes_text("abc"));
	request_values_add(&values, "what",
		bytes_text("what do ya want for nothing?"));
	check_template("{{abc | sha1}}", REQUEST_RAW,
		"a9993e364706816aba3e25717850c26c9cd0d89d");
	check_template("{{abc | md5}}", REQUEST_RAW,
		"900150983cd24fb0d6963f7d28e17f72");
	check_template("{{abc | sha256 | prefix(16)}}", REQUEST_RAW,
		"ba7816bf8f01cfea");
	check_template("{{what | hmac-sha1(\"Jefe\") | hex}}", REQUEST_RAW,
		"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	check_template("{{what | hmac-sha256(\"Jefe\") | hex | prefix(16)}}",
		REQUEST_RAW, "5bdcc146bf60754e");
	check_template("{{what | hmac-sha256-b64(\"SmVmZQ==\") | hex | "
		       "prefix(16)}}", REQUEST_RAW, "5bdcc146bf60754e");
	check_template("{{abc | crc32}}", REQUEST_RAW, "352441c2");
	request_values_add(&values, "test", bytes_text("test"));
	check_template("{{test | c3id}}", REQUEST_RAW, "rPHgxCVAOw6CZsT9xXEw");
}

static void broken_templates(void)
{
	static const char *const broken[] = {"{{", "{{}}", "{{a b}}",
		"{{secret | }}", "{{secret | nothing}}",
		"{{secret | prefix}}", "{{secret | prefix(1, 2)}}",
		"{{secret | prefix(1}}", "{{secret | append(\"x}}",
		"{{secret | append(-)  x}}"};
	struct error err;

	begin();
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		CHECK(request_template_check(broken[i], &err) != OK);
	CHECK(request_template_check("{{anything | b64 | raw}}", &err) == OK);
	check_template("{{host}}/x", REQUEST_RAW, "needs host");
	check_template("{{secret | prefix(99)}}", REQUEST_RAW,
		"template: prefix cannot take this value");
	check_template("{{mail | rfc3339}}", REQUEST_RAW,
		"template: rfc3339 cannot take this value");
}

static void sigv4(void)
{
	/* AWS's published test suite for Signature Version 4: get-vanilla. */
	const struct request_step step = {
		.url = "https://example.amazonaws.com/",
		.sign = {.kind = "aws-sigv4", .id = "AKIDEXAMPLE",
			.secret = "wJalrXUtnFEMI/K7MDENG"
				  "+bPxRfiCYEXAMPLEKEY",
			.service = "service", .region = "us-east-1"}};
	struct request_rendered r;
	struct error err;

	begin();
	CHECK(request_render(&step, &values, &r, &err) == OK);
	CHECK_EQUAL(r.header_count, 2);
	CHECK_TEXT(buf_text(&r.headers[0].value), "AWS4-HMAC-SHA256 "
		"Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
		"aws4_request, SignedHeaders=host;x-amz-date, Signature="
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763f"
		"bf31");
	CHECK_TEXT(buf_text(&r.headers[1].value), "20150830T123600Z");
	request_release(&r);
}

static void headers_stay_lines(void)
{
	const struct request_field h = {"X", "{{bad}}"};
	const struct request_step step = {.url = "https://a.example/",
		.headers = &h, .header_count = 1};
	static const char *const bad[] = {"a\r\nHost: b", "a\nb", "\x7f",
		"\t"};
	struct request_rendered r;
	struct error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin();
		request_values_add(&values, "bad", bytes_text(bad[i]));
		CHECK(request_render(&step, &values, &r, &err) == ERR_FORMAT);
		request_release(&r);
	}
}

/* ---- answers ------------------------------------------------------------ */

static enum verdict judge(const struct request_clause *clauses, size_t n,
	int status, const char *type, const char *body, bool cut)
{
	const struct request_step step = {
		.answers = clauses, .answer_count = n};
	struct request_answer_header h[] = {
		{bytes_text("content-type"), bytes_text(type)},
		{bytes_text("X-Who"), bytes_text("me")}};
	struct request_answer answer = {status, h, 2, bytes_text(body), cut};
	struct request_reading *reading = request_read(&answer);
	const struct request_clause *clause = request_judge(&step, reading);
	enum verdict verdict = clause ? clause->verdict
				      : request_default(status);

	request_reading_free(reading);
	return verdict;
}

#define JSON "application/json; charset=utf-8"

static void clauses(void)
{
	static const uint16_t ok[] = {200};
	static const struct request_condition login = {
		.place = REQUEST_JSON, .test = REQUEST_PRESENT,
		.from = "user.names[1]"};
	static const struct request_condition no_who[] = {
		{.place = REQUEST_HEADER, .test = REQUEST_PRESENT,
			.from = "x-who", .negated = true}};
	static const struct request_condition bad[] = {
		{.place = REQUEST_JSON, .test = REQUEST_EQUALS,
			.from = "error", .text = "bad"},
		{.place = REQUEST_JSON, .test = REQUEST_EQUALS,
			.from = "error", .text = "worse",
			.alternative = true}};
	static const struct request_clause all[] = {
		{.statuses = ok, .status_count = 1, .conditions = &login,
			.condition_count = 1, .verdict = VERDICT_LIVE},
		{.status_low = 400, .status_high = 499, .conditions = bad,
			.condition_count = 2, .verdict = VERDICT_DEAD},
		{.status_low = 200, .status_high = 299,
			.conditions = no_who, .condition_count = 1,
			.verdict = VERDICT_RESTRICTED},
	};
	const char *good = "{\"user\":{\"names\":[\"a\",\"b\"]}}";

	CHECK_EQUAL(judge(all, 3, 200, JSON, good, false), VERDICT_LIVE);
	CHECK_EQUAL(judge(all, 3, 201, JSON, good, false), VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(all, 3, 200, JSON, good, true), VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(all, 3, 200, "text/html", good, false),
		VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(all, 3, 200, JSON, "{\"user\":", false),
		VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(all, 3, 200, JSON, "{\"user\":{\"names\":[1]}}",
			    false), VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(all, 3, 401, JSON, "{\"error\":\"bad\"}", false),
		VERDICT_DEAD);
	CHECK_EQUAL(judge(all, 3, 404, JSON, "{\"error\":\"worse\"}", false),
		VERDICT_DEAD);
	CHECK_EQUAL(judge(all, 3, 401, JSON, "{\"error\":\"other\"}", false),
		VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(all, 3, 503, JSON, "{\"error\":\"bad\"}", false),
		VERDICT_RETRY);
	CHECK_EQUAL(judge(all, 3, 429, JSON, "{\"error\":\"x\"}", false),
		VERDICT_RETRY);
}

static void types(void)
{
	static const struct request_condition is_true = {
		.place = REQUEST_JSON, .test = REQUEST_FLAG, .from = "ok",
		.number = 1};
	static const struct request_condition is_seven = {
		.place = REQUEST_JSON, .test = REQUEST_INTEGER, .from = "n",
		.number = 7};
	static const struct request_condition is_not = {
		.place = REQUEST_JSON, .test = REQUEST_PRESENT, .from = "no",
		.negated = true};
	const struct request_clause flag = {.conditions = &is_true,
		.condition_count = 1, .verdict = VERDICT_LIVE};
	const struct request_clause seven = {.conditions = &is_seven,
		.condition_count = 1, .verdict = VERDICT_LIVE};
	const struct request_clause not = {.conditions = &is_not,
		.condition_count = 1, .verdict = VERDICT_LIVE};

	CHECK_EQUAL(judge(&flag, 1, 200, JSON, "{\"ok\":true}", false),
		VERDICT_LIVE);
	CHECK_EQUAL(judge(&flag, 1, 200, JSON, "{\"ok\":\"true\"}", false),
		VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(&flag, 1, 200, JSON, "{\"ok\":1}", false),
		VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(&seven, 1, 200, JSON, "{\"n\":7}", false),
		VERDICT_LIVE);
	CHECK_EQUAL(judge(&seven, 1, 200, JSON, "{\"n\":\"7\"}", false),
		VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(&not, 1, 200, JSON, "{}", false), VERDICT_LIVE);
	/* Of a page that is no JSON nothing can be said. */
	CHECK_EQUAL(judge(&not, 1, 200, "text/html", "<html>", false),
		VERDICT_UNKNOWN);
}

static void extracts(void)
{
	static const struct request_extract e[] = {
		{"owner", REQUEST_JSON, "user.name", NULL},
		{"id", REQUEST_JSON, "user.id", NULL},
		{"scopes", REQUEST_JSON, "scopes", NULL},
		{"mail", REQUEST_HEADER, "x-data", "^[^:]*:(.+)$"},
		{"none", REQUEST_JSON, "nothing", NULL}};
	const struct request_step step = {.extracts = e, .extract_count = 5};
	struct request_answer_header h[] = {
		{bytes_text("Content-Type"), bytes_text(JSON)},
		{bytes_text("X-Data"), bytes_text("guid:me@example.com")}};
	struct request_answer answer = {200, h, 2, bytes_text("{\"user\":"
		"{\"name\":\"Ann\",\"id\":12},\"scopes\":[\"a\",\"b\"]}"),
		false};
	struct request_reading *reading = request_read(&answer);
	struct request_values got = {.count = 0};
	struct arena arena;

	arena_init(&arena, 100000);
	request_extract(&step, reading, &arena, &got);
	CHECK_EQUAL(got.count, 4);
	CHECK_BYTES(request_values_find(&got, "owner", 0)->value,
		bytes_text("Ann"));
	CHECK_BYTES(request_values_find(&got, "id", 0)->value,
		bytes_text("12"));
	CHECK_BYTES(request_values_find(&got, "scopes", 0)->value,
		bytes_text("a,b"));
	CHECK_BYTES(request_values_find(&got, "mail", 0)->value,
		bytes_text("me@example.com"));
	request_reading_free(reading);
	arena_release(&arena);
}

static size_t select_from(const char *list, struct request_values *taken)
{
	static const struct request_condition where = {.place = REQUEST_JSON,
		.test = REQUEST_EQUALS, .from = "c3", .text = "{{id}}"};
	static const struct request_field take = {"token_id", "aid"};
	const struct request_step step = {.select = {.list = "value",
		.where = &where, .where_count = 1, .take = &take,
		.take_count = 1}};
	struct request_answer_header h = {bytes_text("Content-Type"),
		bytes_text(JSON)};
	struct request_answer answer = {200, &h, 1, bytes_text(list), false};
	struct request_reading *reading = request_read(&answer);
	struct request_values asked = {.count = 0};
	struct error err;
	static struct arena arena;
	size_t found = 0;

	request_values_add(&asked, "id", bytes_text("X"));
	arena_release(&arena);
	arena_init(&arena, 100000);
	taken->count = 0;
	if (request_select(&step, reading, &asked, &arena, taken, &found,
		    &err) != OK)
		found = 99;
	request_reading_free(reading);
	return found;
}

static void selections(void)
{
	struct request_values taken;

	CHECK_EQUAL(select_from("{\"value\":[{\"c3\":\"Y\",\"aid\":\"1\"},"
		"{\"c3\":\"X\",\"aid\":\"2\"}]}", &taken), 1);
	CHECK_BYTES(request_values_find(&taken, "token_id", 0)->value,
		bytes_text("2"));
	CHECK_EQUAL(select_from("{\"value\":[{\"c3\":\"X\"},{\"c3\":\"X\"}]}",
			    &taken), 2);
	CHECK_EQUAL(select_from("{\"value\":[{\"c3\":\"Y\"}]}", &taken), 0);
	CHECK_EQUAL(select_from("{\"value\":[]}", &taken), 0);
	CHECK_EQUAL(select_from("{\"value\":{}}", &taken), 99);
}

static void shown(void)
{
	static const struct request_field h = {"Authorization",
		"Bearer {{secret}}"};
	static const struct request_step step = {
		.url = "https://a.example/{{mail}}", .headers = &h,
		.header_count = 1};
	static const struct request_block block = {
		.steps = &step, .step_count = 1};
	struct buf out;

	begin();
	values.at[0].is_secret = true;
	buf_init(&out, 10000);
	request_show(&block, &values, &out);
	CHECK_TEXT(buf_text(&out), "GET https://a.example/me@example.com\n"
				   "  Authorization: Bearer ***\n");
	buf_release(&out);
}

static void count(void *context, const char *complaint)
{
	(void)complaint;
	++*(int *)context;
}

static void linted(void)
{
	static const struct request_condition c = {.place = REQUEST_BODY,
		.test = REQUEST_PRESENT, .from = "", .negated = true};
	static const struct request_clause clauses_[] = {
		{.status_low = 200, .status_high = 200,
			.verdict = VERDICT_LIVE},
		{.status_low = 401, .status_high = 401, .conditions = &c,
			.condition_count = 1, .verdict = VERDICT_DEAD},
		{.verdict = VERDICT_NEXT}, {.verdict = VERDICT_REVOKED},
		{.verdict = VERDICT_UNKNOWN}};
	static const struct request_step step = {
		.url = "https://b.example/x", .answers = clauses_,
		.answer_count = 5};
	static const char *const hosts[] = {"a.example"};
	static const struct request_block block = {.hosts = hosts,
		.host_count = 1, .steps = &step, .step_count = 1};
	int n = 0;

	struct request_block told = block;

	lint_request(&block, "verify", count, &n);
	CHECK_EQUAL(n, 5);
	/* What revokes says what else dies. */
	n = 0;
	lint_request(&block, "revoke", count, &n);
	CHECK_EQUAL(n, 5);
	told.effect = "nothing else";
	n = 0;
	lint_request(&told, "revoke", count, &n);
	CHECK_EQUAL(n, 5);
	told.kind = "self";
	n = 0;
	lint_request(&told, "revoke", count, &n);
	CHECK_EQUAL(n, 4);
}

static const struct unit_test tests[] = {
	{"a template is escaped for where it stands", templates},
	{"digests are those of the standards", digests},
	{"a template that is not whole sends nothing", broken_templates},
	{"a request is signed as AWS's own vector is", sigv4},
	{"a header stays one line", headers_stay_lines},
	{"only a clause that holds gives a verdict", clauses},
	{"a JSON value is compared with its type", types},
	{"extracts are what the answer says", extracts},
	{"a selection is exactly one", selections},
	{"what is shown holds no secret", shown},
	{"a verdict without evidence is complained of", linted},
};

UNIT_MAIN(tests)
