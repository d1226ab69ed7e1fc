#include "partner/alerts.h"
#include "partner/judge.h"
#include "partner/keys.h"
#include "partner/types.h"
#include "unit.h"

#include <stdlib.h>

/* ---- alerts ------------------------------------------------------------- */

static enum status read_body(const char *body, struct alerts *out)
{
	struct error err = {0};

	return alerts_read(bytes_text(body), out, &err);
}

static void check_body(const char *body, size_t n, size_t malformed)
{
	struct alerts a;

	CHECK_EQUAL(read_body(body, &a), OK);
	CHECK_EQUAL(a.n, n);
	CHECK_EQUAL(a.malformed, malformed);
	alerts_release(&a);
}

static void bodies(void)
{
	struct alerts a;

	CHECK_EQUAL(read_body("[{\"token\":\"t\",\"type\":\"k\",\"url\":\"u\","
			      "\"source\":\"s\",\"more\":[1]}]", &a), OK);
	CHECK_EQUAL(a.n, 1);
	CHECK_BYTES(a.at[0].token, bytes_text("t"));
	CHECK_BYTES(a.at[0].type, bytes_text("k"));
	CHECK_BYTES(a.at[0].url, bytes_text("u"));
	CHECK_BYTES(a.at[0].source, bytes_text("s"));
	alerts_release(&a);
	check_body("[]", 0, 0);
	check_body(" [ ] \n", 0, 0);
	check_body("[{\"token\":\"t\",\"type\":\"k\"},{}]", 1, 1);
	check_body("[1,null,\"a\",[],{\"token\":1,\"type\":\"k\"}]", 0, 5);
	check_body("[{\"token\":\"\",\"type\":\"k\"}]", 0, 1);
	check_body("[{\"token\":\"t\",\"type\":\"k\",\"url\":7}]", 1, 0);
}

static void no_bodies(void)
{
	static const char *const bad[] = {"", " ", "{}", "null", "\"a\"", "1",
		"[", "[]]", "[] x", "[{\"token\":\"t\"", "[{\"token\":\"\\u0000\""
		",\"type\":\"k\"}]", "[\"\xff\"]"};
	struct alerts a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQUAL(read_body(bad[i], &a), ERR_FORMAT);
		alerts_release(&a);
	}
}

static void too_many(void)
{
	struct buf body;
	struct alerts a;
	struct error err = {0};

	buf_init(&body, 1 << 20);
	buf_put_byte(&body, '[');
	for (size_t i = 0; i <= ALERTS_MOST; i++)
		buf_put_text(&body, i ? ",{}" : "{}");
	buf_put_byte(&body, ']');
	CHECK_EQUAL(alerts_read(buf_bytes(&body), &a, &err), ERR_LIMIT);
	alerts_release(&a);
	/* A long URL is left out, a long token is no token. */
	buf_clear(&body);
	buf_put_text(&body, "[{\"token\":\"t\",\"type\":\"k\",\"url\":\"");
	for (size_t i = 0; i <= ALERTS_URL; i++)
		buf_put_byte(&body, 'u');
	buf_put_text(&body, "\"},{\"type\":\"k\",\"token\":\"");
	for (size_t i = 0; i <= ALERTS_TOKEN; i++)
		buf_put_byte(&body, 't');
	buf_put_text(&body, "\"}]");
	CHECK_EQUAL(alerts_read(buf_bytes(&body), &a, &err), OK);
	CHECK_EQUAL(a.n, 1);
	CHECK_EQUAL(a.malformed, 1);
	CHECK_EQUAL(a.at[0].url.n, 0);
	alerts_release(&a);
	buf_release(&body);
}

/* ---- types and judgements ----------------------------------------------- */

static struct ruleset *builtin(void)
{
	struct ruleset *set = ruleset_new();
	struct error err = {0};

	CHECK_EQUAL(ruleset_add_builtin(set, &err), OK);
	CHECK_EQUAL(ruleset_freeze(set, &err), OK);
	return set;
}

static void check_type(const struct types *t, const char *type,
	const char *first, size_t n)
{
	const struct rule *rules[TYPES_RULES];

	CHECK_EQUAL(types_find(t, bytes_text(type), rules), n);
	if (n)
		CHECK_TEXT(rules[0]->id, first);
}

static void type_names(void)
{
	const struct args_list own = {.n = 3, .at = {"mine=github-pat",
		"mine=gitlab-pat", "npm_access_token=slack-webhook"}};
	const struct args_list bad = {.n = 1, .at = {"mine=no-such-rule"}};
	const struct args_list none = {.n = 1, .at = {"mine"}};
	struct types t = {builtin(), &own};
	struct error err = {0};

	CHECK_EQUAL(types_check(&t, &err), OK);
	check_type(&t, "azure_devops_personal_access_token",
		"azure-devops-pat", 2);
	check_type(&t, "GitHub_Personal_Access_Token", "github-pat", 2);
	check_type(&t, "stripe_secret_key", "stripe-secret-key", 1);
	check_type(&t, "mine", "github-pat", 2);
	check_type(&t, "npm_access_token", "slack-webhook", 1);
	check_type(&t, "Mine", NULL, 0);
	check_type(&t, "", NULL, 0);
	check_type(&t, "azure_devops_organization", NULL, 0); /* a helper */
	t.own = &bad;
	CHECK_EQUAL(types_check(&t, &err), ERR_USAGE);
	t.own = &none;
	CHECK_EQUAL(types_check(&t, &err), ERR_USAGE);
	ruleset_free((struct ruleset *)(uintptr_t)t.rules);
}

static struct judgement judge_one(struct judge *j, const char *token,
	const char *type)
{
	const struct alert alert = {.token = bytes_text(token),
		.type = bytes_text(type)};
	struct judgement out;
	struct error err = {0};

	CHECK_EQUAL(judge_alert(j, &alert, &out, &err), OK);
	return out;
}

static void judgements(void)
{
	const struct args_list own = {.n = 1, .at = {
		"herokus=heroku-api-key-legacy"}};
	struct types t = {builtin(), &own};
	struct judge *j = NULL;
	struct error err = {0};
	struct judgement found;
	/* A checksum that holds, and the same with another digit. */
	static const char good[] = "gh" "p_"
		"NotARealTokenJustATestVector004Ky7AC";
	static const char bad[] = "gh" "p_"
		"NotARealTokenJustATestVector004Ky7AD";

	CHECK_EQUAL(judge_new(&t, &j, &err), OK);
	found = judge_one(j, good, "github_personal_access_token");
	CHECK_EQUAL(found.label, JUDGE_TRUE);
	CHECK_TEXT(found.rule->id, "github-pat");
	found = judge_one(j, bad, "github_personal_access_token");
	CHECK_EQUAL(found.label, JUDGE_FALSE);
	CHECK(found.rule == NULL);
	/* The whole token, not a part of it, and of its type. */
	found = judge_one(j, "gh" "p_NotARealTokenJustATestVector004Ky7AC x",
		"github_pat");
	CHECK(found.rule == NULL);
	found = judge_one(j, good, "gitlab_pat");
	CHECK(found.rule == NULL && found.label != JUDGE_TRUE);
	found = judge_one(j, good, "nobodys_type");
	CHECK_EQUAL(found.label, JUDGE_UNKNOWN);
	/* A rule that wants its name beside the token. */
	found = judge_one(j, "8a7c1f0e-93b2-4d5a-b6c8-1e2f3a4b5c6d", "herokus");
	CHECK_EQUAL(found.label, JUDGE_OPEN);
	CHECK(found.rule != NULL);
	/* One that only looks odd is not false. */
	found = judge_one(j, "00000000-1111-4111-a111-000000000000", "herokus");
	CHECK_EQUAL(found.label, JUDGE_OPEN);
	found = judge_one(j, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"datadog_api_key");
	CHECK_EQUAL(found.label, JUDGE_OPEN);
	judge_free(j);
	ruleset_free((struct ruleset *)(uintptr_t)t.rules);
}

/* ---- keys --------------------------------------------------------------- */

static void key_lists(void)
{
	static const char *const bad[] = {"", "[]", "{}", "<html>",
		"{\"public_keys\":[]}", "{\"public_keys\":{}}",
		"{\"public_keys\":[{\"key_identifier\":\"zz\",\"key\":\"k\"}]}",
		"{\"public_keys\":[{\"key_identifier\":\"0123456789\"}]}",
		"{\"public_keys\":[1,2]}"};
	struct keys_list list;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!keys_read(bytes_text(bad[i]), &list));
	CHECK(keys_read(bytes_text("{\"public_keys\":[{\"key_identifier\":"
		"\"0123456789ab\",\"key\":\"pem\",\"is_current\":true},{}]}"),
		&list));
	CHECK_EQUAL(list.n, 1);
	CHECK_BYTES(list.at[0].id, bytes_text("0123456789ab"));
	CHECK_BYTES(list.at[0].pem, bytes_text("pem"));
	keys_list_release(&list);
}

static const struct unit_test tests[] = {
	{"a body is a list of alerts; each stands for itself", bodies},
	{"what is no list of objects is refused", no_bodies},
	{"a body has its limits", too_many},
	{"a type has its rules", type_names},
	{"a token is judged by the rules of its type", judgements},
	{"a list of keys has at least one", key_lists},
};
UNIT_MAIN(tests)
