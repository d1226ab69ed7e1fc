/*
 * The verdict clauses, every branch: what each test says of each kind of
 * value, and what an answer must be for a clause to hold at all. Its coverage
 * is a gate: tests/coverage/run.
 */
#include "request/internal.h"

#include "unit.h"

#include <stdlib.h>

#ifdef COVERAGE
/* Only there is the allocator ours, so that it can fail. */
extern void *__libc_calloc(size_t n, size_t size);
static bool is_out_of_memory;
void *calloc(size_t n, size_t size);

void *calloc(size_t n, size_t size)
{
	return is_out_of_memory ? NULL : __libc_calloc(n, size);
}
#endif

#define JSON "application/json"
/* No value of an enumeration. */
#define NONE_SUCH 99

struct answer {
	int status;
	const char *type, *body;
	bool cut;
};

static struct request_reading *read_answer(const struct answer *a)
{
	static struct request_answer_header headers[2];
	static struct request_answer answer;

	headers[0] = (struct request_answer_header){
		bytes_text("X-Who"), bytes_text("me")};
	/* What stands behind the last header is none. */
	headers[1] = (struct request_answer_header){
		bytes_text("content-TYPE"), bytes_text(a->type ? a->type
							       : JSON)};
	answer = (struct request_answer){a->status, headers, a->type ? 2 : 1,
		bytes_text(a->body), a->cut};
	return request_read(&answer);
}

/* ---- a text ------------------------------------------------------------- */

static void texts(void)
{
	/* a value that is NULL is not there */
	static const struct {
		enum request_test test;
		const char *text;
		int64_t number;
		const char *value;
		bool want;
	} cases[] = {
		{REQUEST_PRESENT, NULL, 0, "x", true},
		{REQUEST_PRESENT, NULL, 0, "", false},
		{REQUEST_PRESENT, NULL, 0, NULL, false},
		{REQUEST_ABSENT, NULL, 0, "x", false},
		{REQUEST_ABSENT, NULL, 0, "", true},
		{REQUEST_ABSENT, NULL, 0, NULL, true},
		{REQUEST_NULL, NULL, 0, "null", false},
		{REQUEST_NULL, NULL, 0, NULL, false},
		{REQUEST_NUMBER, NULL, 0, "0123456789", true},
		{REQUEST_NUMBER, NULL, 0, "12a", false},
		{REQUEST_NUMBER, NULL, 0, "-1", false},
		{REQUEST_NUMBER, NULL, 0, "", false},
		{REQUEST_NUMBER, NULL, 0, NULL, false},
		{REQUEST_EQUALS, "ab", 0, "ab", true},
		{REQUEST_EQUALS, "ab", 0, "abc", false},
		{REQUEST_EQUALS, "", 0, NULL, false},
		{REQUEST_STARTS, "ab", 0, "abc", true},
		{REQUEST_STARTS, "ab", 0, "xab", false},
		{REQUEST_STARTS, "", 0, NULL, false},
		{REQUEST_MATCHES, "b+", 0, "abbc", true},
		{REQUEST_MATCHES, "^b", 0, "ab", false},
		{REQUEST_MATCHES, ".*", 0, NULL, false},
		{REQUEST_INTEGER, NULL, 7, "7", true},
		{REQUEST_INTEGER, NULL, 7, "07", false},
		{REQUEST_INTEGER, NULL, 0, NULL, false},
		{REQUEST_FLAG, NULL, 1, "true", true},
		{REQUEST_FLAG, NULL, 0, "false", true},
		{REQUEST_FLAG, NULL, 1, "TRUE", false},
		{REQUEST_FLAG, NULL, 0, NULL, false},
		{NONE_SUCH, NULL, 0, "x", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request_condition c = {.test = cases[i].test,
			.number = cases[i].number};
		const char *v = cases[i].value;

		if (request_test_text(&c, cases[i].text,
			    bytes_text(v ? v : ""), v != NULL) !=
			cases[i].want) {
			printf("  case %zu\n", i);
			CHECK(false);
		}
		c.negated = true;
		CHECK(request_test_text(&c, cases[i].text,
			      bytes_text(v ? v : ""), v != NULL) !=
			cases[i].want);
	}
}

/* ---- a JSON value ------------------------------------------------------- */

static void values(void)
{
	static const char body[] = "{\"null\":null,\"text\":\"ab\","
		"\"empty\":\"\",\"digits\":\"12\",\"seven\":7,\"real\":7.5,"
		"\"yes\":true,\"no\":false,\"list\":[],\"object\":{}}";
	static const struct {
		enum request_test test;
		const char *text;
		int64_t number;
		const char *holding; /* names, each followed by a blank */
	} cases[] = {
		{REQUEST_PRESENT, NULL, 0,
			"text digits seven real yes no list object "},
		{REQUEST_ABSENT, NULL, 0, "null missing "},
		{REQUEST_NULL, NULL, 0, "null "},
		{REQUEST_NUMBER, NULL, 0, "digits seven real "},
		{REQUEST_INTEGER, NULL, 7, "seven "},
		{REQUEST_INTEGER, NULL, 8, ""},
		{REQUEST_FLAG, NULL, 1, "yes "},
		{REQUEST_FLAG, NULL, 0, "no "},
		{REQUEST_EQUALS, "ab", 0, "text "},
		{REQUEST_EQUALS, "true", 0, ""},
		{REQUEST_EQUALS, "7", 0, ""},
		{REQUEST_STARTS, "1", 0, "digits "},
		{REQUEST_STARTS, "", 0, "text empty digits "},
		{REQUEST_MATCHES, "^[a-b]+$", 0, "text "},
	};
	static const char *const names[] = {"null", "missing", "text",
		"empty", "digits", "seven", "real", "yes", "no", "list",
		"object"};
	struct request_reading *r =
		read_answer(&(struct answer){200, JSON, body, false});

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]);
			k++) {
			struct request_condition c = {.test = cases[i].test,
				.number = cases[i].number};
			const struct json_value *v =
				request_path(request_json(r), names[k]);
			char name[20];
			bool want;

			snprintf(name, sizeof(name), "%s ", names[k]);
			want = strstr(cases[i].holding, name) != NULL;
			if (request_test_json(&c, cases[i].text, v) != want) {
				printf("  case %zu, %s\n", i, names[k]);
				CHECK(false);
			}
			c.negated = true;
			CHECK(request_test_json(&c, cases[i].text, v) !=
				want);
		}
	request_reading_free(r);
}

/* ---- paths -------------------------------------------------------------- */

static void paths(void)
{
	static const char body[] = "{\"a\":{\"b\":[{\"c\":1},[2,3]]},"
		"\"d\":null}";
	static const struct {
		const char *path;
		int64_t want; /* 0: nothing there */
	} cases[] = {{"a.b[0].c", 1}, {"a.b[1][1]", 3}, {".a.b[1][0]", 2},
		{"a.b[2]", 0}, {"a.b[99999999]", 0}, {"a.b[1", 0},
		{"a.b[]", 0}, {"a.b[-1]", 0}, {"a.b[x]", 0}, {"a.b[1x]", 0}, {"a.b[1x", 0},
		{"a.b[123456789012]", 0}, {"a.b.c", 0}, {"a..b", 0},
		{"a.", 0}, {".", 0}, {"[0]", 0}, {"a[0]", 0}, {"d.e", 0},
		{"x", 0}, {"x.y[0]", 0}};
	struct request_reading *r =
		read_answer(&(struct answer){200, JSON, body, false});

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct json_value *v =
			request_path(request_json(r), cases[i].path);

		CHECK_EQUAL(json_value_integer(v, 0), cases[i].want);
		CHECK((v == NULL) == (cases[i].want == 0));
	}
	CHECK(request_path(request_json(r), "") == request_json(r));
	CHECK(request_path(NULL, "a") == NULL);
	request_reading_free(r);
}

/* A key has its longest, and an index is any number. */
static void long_paths(void)
{
	char key[200], body[300];
	struct answer a = {200, JSON, body, false};
	struct request_reading *r;

	memset(key, 'k', sizeof(key));
	for (size_t n = 126; n < 130; n++) {
		snprintf(body, sizeof(body), "{\"%.*s\":5}", (int)n, key);
		r = read_answer(&a);
		key[n] = '\0';
		CHECK((request_path(request_json(r), key) != NULL) ==
			(n < 128));
		key[n] = 'k';
		request_reading_free(r);
	}
	snprintf(body, sizeof(body), "[0,1,2,3,4,5,6,7,8,9,10]");
	r = read_answer(&a);
	for (int i = 0; i < 11; i++) {
		snprintf(key, sizeof(key), "[%d]", i);
		CHECK_EQUAL(json_value_integer(request_path(request_json(r),
				    key), -1), i);
	}
	request_reading_free(r);
}

/* ---- clauses ------------------------------------------------------------ */

static enum verdict judge(const struct request_clause *clauses, size_t n,
	const struct answer *a)
{
	const struct request_step step = {
		.answers = clauses, .answer_count = n};
	struct request_reading *r = read_answer(a);
	const struct request_clause *c = request_judge(&step, r);
	enum verdict v = c ? c->verdict : request_default(a->status);

	request_reading_free(r);
	return v;
}

/* Does one condition hold of an answer? */
static bool holds(struct request_condition c, const struct answer *a)
{
	const struct request_clause clause = {.conditions = &c,
		.condition_count = 1, .verdict = VERDICT_LIVE};

	return judge(&clause, 1, a) == VERDICT_LIVE;
}

static void places(void)
{
	const struct answer json = {200, JSON, "{\"id\":\"x\"}", false};
	const struct answer page = {200, "text/html", "{\"id\":\"x\"}",
		false};
	const struct answer cut = {200, JSON, "{\"id\":\"x\"}", true};
	const struct answer broken = {200, JSON, "{\"id\":", false};
	const struct answer untyped = {200, NULL, "{\"id\":\"x\"}", false};
	struct request_condition c = {.test = REQUEST_EQUALS, .text = "x",
		.from = "id", .place = REQUEST_JSON};

	CHECK(holds(c, &json));
	CHECK(!holds(c, &page));
	CHECK(!holds(c, &cut));
	CHECK(!holds(c, &broken));
	CHECK(!holds(c, &untyped));
	/* The contrary does not hold of what is no JSON either. */
	c.negated = true;
	c.text = "y";
	CHECK(holds(c, &json));
	CHECK(!holds(c, &page));
	CHECK(!holds(c, &cut));
	CHECK(!holds(c, &broken));
	c = (struct request_condition){.test = REQUEST_EQUALS, .text = "me",
		.from = "x-who", .place = REQUEST_HEADER};
	CHECK(holds(c, &page));
	c.from = "x-what";
	CHECK(!holds(c, &page));
	c = (struct request_condition){.test = REQUEST_STARTS, .text = "{",
		.place = REQUEST_BODY};
	CHECK(holds(c, &page));
	c.text = "<";
	CHECK(!holds(c, &page));
	c = (struct request_condition){.test = REQUEST_PRESENT,
		.from = "secret", .place = REQUEST_VALUE};
	CHECK(!holds(c, &page));
	c.place = NONE_SUCH;
	CHECK(!holds(c, &page));
}

static void statuses(void)
{
	static const uint16_t some[] = {200, 404};
	const struct request_clause any = {.verdict = VERDICT_UNKNOWN};
	const struct request_clause range = {.status_low = 400,
		.status_high = 403, .verdict = VERDICT_DEAD};
	const struct request_clause list = {.statuses = some,
		.status_count = 2, .verdict = VERDICT_LIVE};
	const struct request_clause both[] = {range, list};
	struct answer a = {200, JSON, "{}", false};

	CHECK_EQUAL(judge(&any, 1, &a), VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(both, 2, &a), VERDICT_LIVE);
	for (a.status = 400; a.status < 404; a.status++)
		CHECK_EQUAL(judge(both, 2, &a), VERDICT_DEAD);
	CHECK_EQUAL(judge(both, 2, &a), VERDICT_LIVE); /* 404 */
	a.status = 399;
	CHECK_EQUAL(judge(both, 2, &a), VERDICT_UNKNOWN);
	CHECK_EQUAL(judge(both, 0, &a), VERDICT_UNKNOWN);
	CHECK_EQUAL(request_default(408), VERDICT_RETRY);
	CHECK_EQUAL(request_default(429), VERDICT_RETRY);
	CHECK_EQUAL(request_default(500), VERDICT_RETRY);
	CHECK_EQUAL(request_default(599), VERDICT_RETRY);
	CHECK_EQUAL(request_default(499), VERDICT_UNKNOWN);
	CHECK_EQUAL(request_default(200), VERDICT_UNKNOWN);
	CHECK_EQUAL(request_default(0), VERDICT_UNKNOWN);
}

/* a and (b or c) and d, over all sixteen: by names that are there. */
static void joined(void)
{
	static const struct request_condition all[] = {
		{.test = REQUEST_PRESENT, .from = "a", .place = REQUEST_JSON},
		{.test = REQUEST_PRESENT, .from = "b", .place = REQUEST_JSON},
		{.test = REQUEST_PRESENT, .from = "c", .place = REQUEST_JSON,
			.alternative = true},
		{.test = REQUEST_PRESENT, .from = "d", .place = REQUEST_JSON}};
	const struct request_clause clause = {.conditions = all,
		.condition_count = 4, .verdict = VERDICT_LIVE};
	const struct request_clause short_one = {.conditions = all,
		.condition_count = 3, .verdict = VERDICT_LIVE};

	for (unsigned i = 0; i < 16; i++) {
		struct answer a = {200, JSON, NULL, false};
		bool front = (i & 1) && (i & 6);
		char body[80];

		snprintf(body, sizeof(body), "{%s%s%s%s\"z\":1}",
			i & 1 ? "\"a\":1," : "", i & 2 ? "\"b\":1," : "",
			i & 4 ? "\"c\":1," : "", i & 8 ? "\"d\":1," : "");
		a.body = body;
		CHECK_EQUAL(judge(&clause, 1, &a), front && (i & 8)
			? VERDICT_LIVE : VERDICT_UNKNOWN);
		CHECK_EQUAL(judge(&short_one, 1, &a), front
			? VERDICT_LIVE : VERDICT_UNKNOWN);
	}
}

/* ---- what is kept of an answer ------------------------------------------ */

static const char *kept(const struct request_extract *e,
	const struct answer *a, size_t room)
{
	static char text[2000];
	/* and behind the last extract is none either */
	const struct request_extract two[] = {*e,
		{"second", REQUEST_HEADER, "x-who", NULL}};
	const struct request_step step = {.extracts = two,
		.extract_count = 1};
	struct request_values got = {.count = 0};
	struct request_reading *r = read_answer(a);
	struct arena arena;

	arena_init(&arena, room);
	request_extract(&step, r, &arena, &got);
	CHECK(got.count <= 1 && !request_values_find(&got, "second", 0));
	snprintf(text, sizeof(text), "%.*s", got.count ? (int)got.at[0].value.n
						       : 1,
		got.count ? (const char *)got.at[0].value.at : "-");
	arena_release(&arena);
	request_reading_free(r);
	return text;
}

static void extracts(void)
{
	static const char body[] = "{\"t\":\"text\",\"e\":\"\",\"i\":-3,"
		"\"y\":true,\"n\":false,\"r\":1.5,\"o\":{},\"x\":null,"
		"\"l\":[\"a\",1,\"b\"],\"none\":[1,2],\"no\":[]}";
	static const struct {
		const char *path, *want;
	} cases[] = {{"t", "text"}, {"e", "-"}, {"i", "-3"}, {"y", "true"},
		{"n", "false"}, {"r", "-"}, {"o", "-"}, {"x", "-"},
		{"l", "a,b"}, {"none", "-"}, {"no", "-"}, {"missing", "-"}};
	const struct answer a = {200, JSON, body, false};
	struct request_extract e = {"name", REQUEST_JSON, NULL, NULL};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		e.from = cases[i].path;
		CHECK_TEXT(kept(&e, &a, 100000), cases[i].want);
	}
	e = (struct request_extract){"name", REQUEST_JSON, "t", "e(.)"};
	CHECK_TEXT(kept(&e, &a, 100000), "x");
	e.regex = "z";
	CHECK_TEXT(kept(&e, &a, 100000), "-");
	e = (struct request_extract){"name", REQUEST_HEADER, "X-WHO", NULL};
	CHECK_TEXT(kept(&e, &a, 100000), "me");
	e.from = "X-What";
	CHECK_TEXT(kept(&e, &a, 100000), "-");
	e = (struct request_extract){"name", REQUEST_BODY, "", "\"t\":\"(t.)"};
	CHECK_TEXT(kept(&e, &a, 100000), "te");
	/* no room to keep it in */
	CHECK_TEXT(kept(&e, &a, 0), "-");
	e.place = REQUEST_VALUE;
	CHECK_TEXT(kept(&e, &a, 100000), "-");
	e.place = NONE_SUCH;
	CHECK_TEXT(kept(&e, &a, 100000), "-");
}

/* A list as long as anybody likes is cut; a text, too. */
static void long_ones(void)
{
	static char body[8000];
	struct answer a = {200, JSON, body, false};
	struct request_extract e = {"name", REQUEST_JSON, "l", NULL};
	size_t n;

	n = (size_t)snprintf(body, sizeof(body), "{\"l\":[\"a\"");
	for (int i = 0; i < 400; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n, ",\"b\"");
	snprintf(body + n, sizeof(body) - n, "]}");
	CHECK_EQUAL(strlen(kept(&e, &a, 100000)), 2 * 200 - 1);
	n = (size_t)snprintf(body, sizeof(body), "{\"l\":\"");
	memset(body + n, 't', 3000);
	snprintf(body + n + 3000, sizeof(body) - n - 3000, "\"}");
	CHECK_EQUAL(strlen(kept(&e, &a, 100000)), 1024);
}

/* An empty list has no text. */
static void no_text(void)
{
	const struct answer a = {200, JSON, "[]", false};
	struct request_reading *r = read_answer(&a);
	struct buf out;

	buf_init(&out, 100);
	CHECK(!request_scalar(request_json(r), &out));
	buf_release(&out);
	request_reading_free(r);
}

static void no_memory(void)
{
	request_reading_free(NULL);
#ifdef COVERAGE
	struct request_answer answer = {.status = 200};

	is_out_of_memory = true;
	CHECK(request_read(&answer) == NULL);
	is_out_of_memory = false;
#endif
}

static const struct unit_test tests[] = {
	{"each test of a text, and its contrary", texts},
	{"each test of a JSON value of each kind", values},
	{"paths lead to one value, or to none", paths},
	{"a key has its longest, an index is any number", long_paths},
	{"a condition looks where it says, and JSON is what is whole", places},
	{"a clause has its statuses; others have a default", statuses},
	{"conditions are joined by and, alternatives by or", joined},
	{"what is kept of an answer is text", extracts},
	{"what is kept is bounded", long_ones},
	{"an empty list has no text", no_text},
	{"without memory there is no reading", no_memory},
};

UNIT_MAIN(tests)
