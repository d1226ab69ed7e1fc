/*
 * Every vector of the notes on tokens (appendix A). All are fakes that belong
 * to nobody; they are written in pieces so that no scanner takes them for
 * leaks of this repository.
 */
#include "base/base64.h"
#include "check/check.h"
#include "check/internal.h"
#include "unit.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const arg_user[] = {"user"};
static const char *const arg_app[] = {"app"};
static const char *const arg_age[] = {"age-secret-key-"};
static const char *const arg_bus[] = {"Manage00", "Listen00"};
static const char *const arg_json[] = {"url", "org"};

static const struct rule_check ado_user = {.name = "ado-legacy",
	.args = arg_user, .arg_count = 1};
static const struct rule_check ado_app = {.name = "ado-legacy",
	.args = arg_app, .arg_count = 1};
static const struct rule_check ado_any = {.name = "ado-legacy"};
static const struct rule_check cask = {.name = "cask"};
static const struct rule_check cask_open = {.name = "cask-open"};
static const struct rule_check github_classic = {.name = "crc32", .skip = 4,
	.width = 6, .encoding = "base62"};
static const struct rule_check github_fine = {.name = "github-fine-grained"};
static const struct rule_check gitlab = {.name = "gitlab-routable"};
static const struct rule_check grafana = {.name = "crc32", .gap = 1,
	.width = 8, .encoding = "hex-le"};
static const struct rule_check atlassian = {.name = "crc32", .width = 8,
	.encoding = "HEX"};
static const struct rule_check bitbucket = {.name = "crc32", .width = 8,
	.encoding = "HEX"};
static const struct rule_check cloudflare = {.name = "crc32", .skip = 5,
	.width = 8, .encoding = "hex"};
static const struct rule_check age = {.name = "bech32", .args = arg_age,
	.arg_count = 1};
static const struct rule_check entra = {.name = "entra"};
static const struct rule_check storage = {.name = "azure-key"};
static const struct rule_check bus = {.name = "azure-key", .args = arg_bus,
	.arg_count = 2};
static const struct rule_check jwt = {.name = "jwt"};
static const struct rule_check macaroon = {.name = "macaroon"};
static const struct rule_check base64_json = {.name = "base64-json",
	.args = arg_json, .arg_count = 2};
static const struct rule_check basic = {.name = "basic-auth"};
static const struct rule_check url = {.name = "url-password"};
static const struct rule_check aws = {.name = "aws-key-id"};
static const struct rule_check discord = {.name = "discord-bot"};
static const struct rule_check luhn = {.name = "luhn"};
static const struct rule_check pem = {.name = "pem"};
static const struct rule_check pgp = {.name = "pgp"};
static const struct rule_check putty = {.name = "putty"};
static const struct rule_check hex_random = {.name = "hex-random"};
static const struct rule_check random_text = {.name = "random"};

struct vector {
	const struct rule_check *check;
	const char *token;
};

/* The first ones, up to the storage key, have a checksum that must pass. */
static const struct vector vectors[] = {
	{&ado_user, "aaatoaqdaqc" "3cyiga4eascqlbqgq4dyqce"
		"jhaeyuculbogazdinq"},
	{&ado_app, "aaa4oaqdaqc" "rd4iga4eascqlbqgq4dyqce"
		"jhgeyuculbogazdinq"},
	{&ado_user, "uwswbjnfuws" "sfvvfuws2ljnfuws2ljnfuw"
		"ssrjnfuws2ljnfuwsq"},
	{&ado_app, "uwszbjnfuws" "yervfuws2ljnfuws2ljnfuw"
		"ssxjnfuws2ljnfuwsq"},
	{&ado_user, "aaagaaaaaaa" "mshqaaaaaaaaaaaaaaaaaaa"
		"amiaaaaaaaaaaaaaaa"},
	{&ado_app, "aaajaaaaaaa" "gtdqaaaaaaaaaaaaaaaaaaa"
		"amoaaaaaaaaaaaaaaa"},
	{&cask, "ThisIsNotARealAzu" "reDevOpsPatItIsOnl" "yATestVector00000JQ"
		"QJ99BFAC" "AAAAA12345AAASAZ" "DO2w" "0A"},
	{&cask, "AAAAAAAAAAAAAAAAA" "AAAAAAAAAAAAAAAAAA" "AAAAAAAAAAAAAAAAAJQ"
		"QJ99AGAC" "AAAAAAAAAAAAASAZ" "DO1L" "ir"},
	{&cask, "00000000000000000" "000000000000000000" "00000000000000000JQ"
		"QJ99CCAC" "AAAAA12345AAASAZ" "DOCK" "XQ"},
	{&cask, "FakePatForUnitTes" "tsShortBase62Check" "sumCase0000000002JQ"
		"QJ99BFAC" "AAAAA12345AAASAZ" "DOsG" "YG"},
	{&cask, "FakePatForUnitTes" "tsLeadingZeroByteC" "hecksum0000000253JQ"
		"QJ99BFAC" "AAAAA12345AAASAZ" "DO0N" "Ow"},
	{&cask, "ThisIsNotARealAzu" "reDevOpsPatItIsOnl" "yATestVector00000JQ"
		"QJ99BFAC" "AAAAA12345AAASAZ" "DOoE" "v6"},
	{&github_classic, "gh" "p_AAAAAAAAAAAAAAAAAAAAA" "AAAAAAAAA0uCPlr"},
	{&github_classic, "gh" "p_NotARealTokenJustATes" "tVector004Ky7AC"},
	{&github_classic, "np" "m_NotARealTokenJustATes" "tVector004Ky7AC"},
	{&github_classic, "gh" "o_abcdefghijklmnopqrstu" "vwxyz01232LolCm"},
	{&github_classic, "gh" "u_000000000000000000000" "0000000002C8GjS"},
	{&github_classic, "gh" "s_ZZZZZZZZZZZZZZZZZZZZZ" "ZZZZZZZZZ3EAd4B"},
	{&github_classic, "gh" "p_PaddedChecksumTestVec" "tor00020000nDqu"},
	{&github_classic, "gh" "r_NotARealRefreshTokenJ"
		"ustATestVector000000000" "00000000000000000000000"
		"0001OzCzA"},
	{&github_fine, "github_p" "at_11AAAAAAA0AAAAAAAAAA"
		"AA_AAAAAAAAAAAAAAAAAAAA" "AAAAAAAAAAAAAAAAAAAAAAA"
		"YMUQSXOMzzzzzzzz"},
	{&gitlab, "glp" "at-AAECAwQFBgcICQoLDA0O" "D2M6MQpvOjEKdToxcww.01."
		"130pa0xz7"},
	{&grafana, "gl" "sa_NotARealGrafanaSecre" "tTestVec0000_aae67af4"},
	{&atlassian, "ATA" "TT3xFfGF0NotARealAtlass" "ianToken=C595DD8D"},
	{&bitbucket, "AT" "BBNotARealAppPassword00" "0009399C08F"},
	{&cloudflare, "cf" "ut_NotARealCloudflareUs" "erTokenTestVector000bfc"
		"026e2"},
	{&age, "AGE-S" "ECRET-KEY-1QQQSYQCYQ5RQ" "WZQFPG9SCRGWPUGPZYSNZS2"
		"3V9CCRYDPK8QARC0SWRYDWG"},
	{&storage, "AAECAwQFB" "gcICQoLDA0ODxAREhMUFRYX"
		"GBkaGxwdHh8gISIjJCUmJyg" "pKissLS4vMDEyMzQ1Njc4+A"
		"StY5ep4A=="},
	{&entra, "zzz8" "Q~zzzzzzzzzzzzzzzzzzzzz" "zzzzzzzzzzblP"},
};

static enum check_result result_of(const struct rule_check *check, bytes text)
{
	return check_run(check, text, text).result;
}

static enum check_result says(const struct rule_check *check, const char *text)
{
	return result_of(check, bytes_text(text));
}

static void test_vectors_pass(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct check_verdict v = check_run(vectors[i].check,
			bytes_text(vectors[i].token),
			bytes_text(vectors[i].token));

		CHECK_EQUAL(v.result, CHECK_PASS);
		if (v.result != CHECK_PASS)
			printf("  vector %zu: %s\n", i, v.reason);
		CHECK(v.fact != NULL && v.reason == NULL);
	}
}

/* Another character of the same kind, so that only the sum can tell. */
static unsigned char other(unsigned char c)
{
	if (c >= '2' && c <= '9')
		return c == '7' || c == '9' ? '4' : (unsigned char)(c + 1);
	if (c >= 'a' && c <= 'z')
		return c == 'q' ? 'a' : c == 'z' ? 'r' :
		       (unsigned char)(c + 1);
	if (c >= 'A' && c <= 'Z')
		return c == 'Q' ? 'A' : c == 'Z' ? 'R' :
		       (unsigned char)(c + 1);
	return c == '0' ? '3' : '5';
}

/* Does changing this character leave the meaning as it was? */
static bool is_free(const struct rule_check *check, bytes token, size_t at)
{
	/* GitHub's last 8 characters are not covered. */
	if (check == &github_fine)
		return at >= 85;
	/* The last digit before the padding holds two bits. */
	if (check == &storage)
		return at + 3 >= token.n;
	return false;
}

static void test_changed_vectors_fail(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		bytes token = bytes_text(vectors[i].token);
		unsigned char text[128];

		for (size_t at = 0; at < token.n; at++) {
			if (is_free(vectors[i].check, token, at) ||
				(vectors[i].check->skip > at))
				continue;
			if (vectors[i].check == &grafana && at == 37)
				continue;
			memcpy(text, token.at, token.n);
			text[at] = other(text[at]);
			CHECK(result_of(vectors[i].check,
				bytes_of(text, token.n)) != CHECK_PASS);
		}
		/* padding may be missing */
		for (size_t n = 0; n + (token.at[token.n - 1] == '=') * 2u <
			token.n; n++)
			CHECK(result_of(vectors[i].check,
				bytes_take(token, n)) != CHECK_PASS);
	}
}

static void test_ado_legacy_tells_the_kind(void)
{
	bytes user = bytes_text(vectors[0].token);
	bytes app = bytes_text(vectors[1].token);

	CHECK_TEXT(check_run(&ado_any, user, user).fact,
		"personal access token");
	CHECK_TEXT(check_run(&ado_any, app, app).fact, "application secret");
	CHECK_EQUAL(result_of(&ado_user, app), CHECK_FAIL);
	CHECK_EQUAL(result_of(&ado_app, user), CHECK_FAIL);
	CHECK_EQUAL(says(&ado_any, "deadbeefdeadbeefdeadbeefdeadbeef"
			    "deadbeefdeadbeefdead"), CHECK_FAIL);
}

static void test_marvin(void)
{
	static const uint64_t seed = 0x004fb61a001bdbcc;
	uint64_t zero = 0x44656661756c7430;
	unsigned char count[60];

	CHECK(check_marvin_wide(bytes_of("", 0), seed) == 0x30ed35c100cd3c7d);
	CHECK(check_marvin_wide(bytes_of("\xaf", 1), seed) ==
		0x48e73fc77d75ddc1);
	CHECK(check_marvin_wide(bytes_of("\xab\x42\x7e\xa8\xd1\x0f\xc7", 7),
		seed) == 0xe11847e4f0678c41);
	for (size_t i = 0; i < sizeof(count); i++)
		count[i] = (unsigned char)i;
	CHECK_EQUAL(check_marvin(bytes_of("", 0), zero), 0xcfd9b134);
	CHECK_EQUAL(check_marvin(bytes_text("abc"), zero), 0x1a4c888e);
	CHECK_EQUAL(check_marvin(bytes_of(count, 60), zero), 0xe6e5aa35);
}

/* 88 characters: six digits of the sum, the last with two bits only. */
static void test_cask_long_form(void)
{
	struct buf text;
	bytes key = bytes_text(vectors[6].token);

	buf_init(&text, 100);
	buf_put(&text, bytes_take(key, 80));
	buf_put_text(&text, "2w0A" "ag==");
	CHECK_EQUAL(result_of(&cask, buf_bytes(&text)), CHECK_PASS);
	text.at[84] = 'b';
	CHECK_EQUAL(result_of(&cask, buf_bytes(&text)), CHECK_FAIL);
	text.at[84] = 'a';
	text.at[86] = 'A';
	CHECK_EQUAL(result_of(&cask, buf_bytes(&text)), CHECK_FAIL);
	buf_release(&text);
}

static void test_aws_account(void)
{
	char account[CHECK_AWS_ACCOUNT + 1];

	CHECK(check_aws_account(bytes_text("AK" "IARZPUZDIK" "AAAAAAAA"),
		account));
	CHECK_TEXT(account, "123456789012");
	CHECK(check_aws_account(bytes_text("AK" "IASP2TPHJ" "SQH3FJRUX"),
		account));
	CHECK_TEXT(account, "171436882533");
	CHECK(!check_aws_account(bytes_text("AK" "IAIOSFODN" "N7EXAMPLE"),
		account));
	CHECK_EQUAL(says(&aws, "AK" "IAIOSFODN" "N7EXAMPLE"), CHECK_NONE);
	CHECK_EQUAL(says(&aws, "AK" "IARZPUZDIK" "AAAAAAAA"), CHECK_WELL);
	CHECK_EQUAL(says(&aws, "AK" "IA77777777" "77777777"), CHECK_FAIL);
	CHECK_EQUAL(says(&aws, "AK" "IARZPUZD1K" "AAAAAAAA"), CHECK_FAIL);
}

/* What a secret begins with before check_fill completes it. */
static const struct vector seeds[] = {
	{&github_classic, "gh" "p_NotARealTokenJustAFilledOne0001"},
	{&grafana, "gl" "sa_NotARealGrafanaSecretTestVec0000_"},
	{&atlassian, "ATA" "TT3xFfGF0NotARealAtlassianTokenEither="},
	{&cloudflare, "cf" "ut_NotARealCloudflareUserTokenTestVector001"},
	{&github_fine, "github" "_pat_11AAAAAAA0BBBBBBBBBBBB_"
		"CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"},
	{&ado_user, ""},
	{&ado_app, ""},
	{&ado_user, "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"},
	{&cask, "ThisIsNotARealAzureDevOpsPatItIsOnlyATestVector00001"
		"JQQJ" "99BFACAAAAA12345AAASAZ" "DO"},
	{&entra, "zzz8" "Q~abcdefghijklmnopqrstuvwxyzabcde"},
	{&storage, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUm"
		"JygpKissLS4vMDEyMzQ1Njc5" "+ASt"},
	{&bus, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXG" "+ASb"},
	{&bus, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh" "AzSe"},
	{&bus, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g" "AzFu"},
	{&gitlab, "gl" "pat-"},
	{&gitlab, "gl" "rt-t1_whatever"},
	{&age, "AGE-SEC" "RET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9C"
		"CRYDPK8QARCQ"},
};

static void fill(const struct vector *seed, struct buf *token)
{
	buf_clear(token);
	buf_put_text(token, "before ");
	buf_put_text(token, seed->token);
	CHECK(check_fill(seed->check, token, 7));
	CHECK(bytes_starts(buf_bytes(token), bytes_text("before ")));
}

static void test_filled_tokens_pass(void)
{
	struct buf token;

	buf_init(&token, 4096);
	for (size_t i = 0; i < COUNT(seeds); i++) {
		static const size_t spots[] = {9, 20, 30};
		bytes secret;

		fill(&seeds[i], &token);
		secret = bytes_drop(buf_bytes(&token), 7);
		CHECK_EQUAL(result_of(seeds[i].check, secret), CHECK_PASS);
		for (size_t k = 0; k < COUNT(spots); k++) {
			size_t at = 7 + spots[k];
			unsigned char old = token.at[at];

			token.at[at] = other(old);
			CHECK_EQUAL(result_of(seeds[i].check, secret),
				CHECK_FAIL);
			token.at[at] = old;
		}
		token.at[token.n - (seeds[i].check == &github_fine ? 12 : 4)]
			^= 3;
		CHECK_EQUAL(result_of(seeds[i].check, secret), CHECK_FAIL);
	}
	buf_release(&token);
}

static void test_lengths_of_azure_keys(void)
{
	static const size_t lengths[] = {88, 44, 52, 56};
	struct buf token;

	buf_init(&token, 4096);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		bytes key;

		fill(&seeds[10 + i], &token);
		key = bytes_drop(buf_bytes(&token), 7);
		CHECK_EQUAL(key.n, lengths[i]);
		/* filled again, a whole key stays as it is */
		CHECK(check_fill(seeds[10 + i].check, &token, 7));
		CHECK_EQUAL(token.n, 7 + lengths[i]);
		CHECK_EQUAL(result_of(seeds[10 + i].check,
			bytes_drop(buf_bytes(&token), 7)), CHECK_PASS);
		if (lengths[i] == 44) /* the digit after the signature */
			CHECK(key.at[37] >= 'A' && key.at[37] <= 'P');
	}
	buf_release(&token);
}

static void test_fill_refuses_what_it_cannot(void)
{
	static const struct vector bad[] = {
		{&github_classic, "ghp"}, {&github_fine, "git"},
		{&cask, "short"}, {&entra, "zzz9Q~"}, {&storage, "abc"},
		{&gitlab, "nothing"}, {&age, "age"}, {&pem, "text"},
		{&ado_user, "1890"}, {&url, "x"}, {&random_text, ""},
	};
	struct buf token;

	buf_init(&token, 4096);
	for (size_t i = 0; i < COUNT(bad); i++) {
		buf_clear(&token);
		buf_put_text(&token, bad[i].token);
		CHECK(!check_fill(bad[i].check, &token, 0));
	}
	CHECK(!check_fill(&jwt, &token, 1000));
	buf_release(&token);
}

static void test_filled_structures_are_well(void)
{
	static const struct vector all[] = {
		{&jwt, ""}, {&jwt, "gh" "s_1234_"}, {&macaroon, "py" "pi-"},
		{&macaroon, "py" "pi-AgENdGVzdC5" "weXBpLm9yZw"},
		{&base64_json, "glc_"}, {&base64_json, ""}, {&basic, ""},
		{&aws, "AKIA"}, {&discord, ""}, {&cask_open, ""},
		{&putty, "PuTTY-User-Key-" "File-3: ssh-ed25519\n"},
		{&pem, "-----BEG" "IN RSA PRIVATE KEY-----\n"},
		{&pem, "-----BEG" "IN PRIVATE KEY-----\\n"},
		{&pem, "-----BEG" "IN OPENSSH PRIVATE KEY-----"},
	};
	struct buf token;

	buf_init(&token, 8192);
	for (size_t i = 0; i < COUNT(all); i++) {
		struct check_verdict v;
		bytes secret;

		fill(&all[i], &token);
		secret = bytes_drop(buf_bytes(&token), 7);
		v = check_run(all[i].check, secret, secret);
		CHECK_EQUAL(v.result, CHECK_WELL);
		if (v.result != CHECK_WELL)
			printf("  fill %zu: %s\n", i, v.reason);
		secret.n = secret.n / 3;
		CHECK(result_of(all[i].check, secret) != CHECK_WELL ||
			all[i].check == &basic);
	}
	buf_release(&token);
}

static void put_jwt(struct buf *b, const char *header, const char *payload)
{
	buf_clear(b);
	base64_put_url(b, bytes_text(header));
	buf_put_byte(b, '.');
	base64_put_url(b, bytes_text(payload));
	buf_put_text(b, ".c2lnbmF0dXJl");
}

static void test_jwt(void)
{
	static const struct {
		const char *header, *payload;
		enum check_result want;
	} rows[] = {
		{"{\"alg\":\"HS256\"}", "{\"exp\":4070908800}", CHECK_WELL},
		{"{\"alg\":\"HS256\"}", "{\"exp\":1500000000}", CHECK_WEAK},
		{"{\"alg\":\"HS256\"}", "{\"exp\":1500000000.5}", CHECK_WEAK},
		{"{\"alg\":\"HS256\"}", "{}", CHECK_WELL},
		{"{\"alg\":\"HS256\"}", "{\"a\":{\"exp\":1}}", CHECK_WELL},
		{"{\"alg\":\"HS256\"}", "{\"a\":[1,{\"b\":[]}],\"exp\":1}",
			CHECK_WEAK},
		{"{\"alg\":\"none\"}", "{\"exp\":4070908800}", CHECK_WEAK},
		{"{\"alg\":\"HS256\"}", "not json", CHECK_FAIL},
		{"{\"alg\":\"HS256\"}", "{\"exp\":4070908800", CHECK_FAIL},
		{"{\"typ\":\"JWT\"}", "{\"exp\":4070908800}", CHECK_FAIL},
		{"{\"alg\":7}", "{\"exp\":4070908800}", CHECK_FAIL},
		{"{\"alg\":\"HS256\"]", "{}", CHECK_FAIL},
		{"{\"x\":{\"alg\":\"HS256\"}}", "{}", CHECK_FAIL},
	};
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		put_jwt(&b, rows[i].header, rows[i].payload);
		CHECK_EQUAL(result_of(&jwt, buf_bytes(&b)), rows[i].want);
	}
	put_jwt(&b, "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "{}");
	CHECK_EQUAL(result_of(&jwt, buf_bytes(&b)), CHECK_WELL);
	buf_put_text(&b, ".AAAA.AAAA");
	CHECK_EQUAL(result_of(&jwt, buf_bytes(&b)), CHECK_WELL);
	buf_put_text(&b, ".AAAA");
	CHECK_EQUAL(result_of(&jwt, buf_bytes(&b)), CHECK_FAIL);
	buf_release(&b);
}

static void test_json_is_bounded(void)
{
	struct buf b;
	bytes value;

	buf_init(&b, 100000);
	buf_put_text(&b, "{\"a\":");
	for (int i = 0; i < 40000; i++)
		buf_put_byte(&b, '[');
	CHECK_EQUAL(check_json_member(buf_bytes(&b), "a", &value, NULL),
		CHECK_JSON_BAD);
	for (size_t n = 0; n < 30; n++)
		CHECK_EQUAL(check_json_member(bytes_take(bytes_text(
			"{\"a\":[1,{\"b\":null},\"\\\"\"],\"c\":-1}"), n), "a",
			&value, NULL), CHECK_JSON_BAD);
	CHECK_EQUAL(check_json_member(bytes_text(
		"{\"a\":[1,{\"b\":null},\"\\\"\"],\"c\":-1}"), "c", &value,
		NULL), CHECK_JSON_FOUND);
	CHECK_BYTES(value, bytes_text("-1"));
	buf_release(&b);
}

static void test_macaroon_is_bounded(void)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_put_text(&b, "py" "pi-");
	CHECK(check_fill(&macaroon, &b, 0));
	CHECK(bytes_starts(buf_bytes(&b),
		bytes_text("py" "pi-AgEIcHlwaS5" "vcmc")));
	for (size_t n = 0; n < b.n; n++)
		CHECK(result_of(&macaroon, bytes_take(buf_bytes(&b), n)) !=
			CHECK_WELL);
	CHECK_EQUAL(says(&macaroon, "AgEI" "____________"), CHECK_FAIL);
	buf_release(&b);
}

/* A filled block, with its lines rewritten as people paste them. */
static void rewrite(const struct buf *from, struct buf *to, const char *head,
	const char *line, const char *tail)
{
	buf_clear(to);
	buf_put_text(to, head);
	for (size_t i = 0; i < from->n; i++)
		if (from->at[i] == '\n')
			buf_put_text(to, line);
		else
			buf_put_byte(to, from->at[i]);
	buf_put_text(to, tail);
}

static void test_pem_as_people_paste_it(void)
{
	static const char *const lines[] = {"\n", "\r\n", "\n    ", "\\n",
		"\\r\\n", "\\\\n", "\\n\" +\n    \"", "\",\n    \"", "\n# ",
		"\n// ", "\n * ", "\n> ", "\n+", "\n-", "\\\n", "' .\n'",
		"\\u000a", " "};
	struct buf block, text;

	buf_init(&block, 8192);
	buf_init(&text, 16384);
	buf_put_text(&block, "-----BEG" "IN RSA PRIVATE KEY-----\n");
	CHECK(check_fill(&pem, &block, 0));
	for (size_t i = 0; i < COUNT(lines); i++) {
		rewrite(&block, &text, "\"", lines[i], "\"");
		CHECK_EQUAL(result_of(&pem, buf_bytes(&text)), CHECK_WELL);
		rewrite(&block, &text, "", lines[i], "");
		CHECK_EQUAL(result_of(&pem, buf_bytes(&text)), CHECK_WELL);
	}
	buf_release(&block);
	buf_release(&text);
}

static void test_pem_refuses_what_is_none(void)
{
	static const char begin[] = "-----BEG" "IN RSA PRIVATE KEY-----\n";
	struct buf b;

	buf_init(&b, 8192);
	CHECK_EQUAL(says(&pem, begin), CHECK_FAIL);
	buf_put_text(&b, begin);
	buf_put_text(&b, "...\n-----END RSA PRIVATE KEY-----\n");
	CHECK_EQUAL(result_of(&pem, buf_bytes(&b)), CHECK_FAIL);
	buf_clear(&b);
	buf_put_text(&b, begin);
	CHECK(check_fill(&pem, &b, 0));
	CHECK_EQUAL(result_of(&pem, bytes_take(buf_bytes(&b), 200)),
		CHECK_NONE);
	CHECK_EQUAL(result_of(&pem, bytes_take(buf_bytes(&b), 70)),
		CHECK_FAIL);
	b.at[60] = '.';
	CHECK_EQUAL(result_of(&pem, buf_bytes(&b)), CHECK_FAIL);
	CHECK_EQUAL(says(&pem, "-----BEGIN CERTIFICATE-----\nMIIB\n"),
		CHECK_NONE);
	buf_release(&b);
}

static void test_encrypted_keys_are_weak(void)
{
	static const char begin[] = "-----BEG" "IN RSA PRIVATE KEY-----\n";
	struct buf b, text;

	buf_init(&b, 8192);
	buf_init(&text, 8192);
	buf_put_text(&b, "-----BEG" "IN ENCRYPTED PRIVATE KEY-----\n");
	CHECK(check_fill(&pem, &b, 0));
	CHECK_EQUAL(result_of(&pem, buf_bytes(&b)), CHECK_WEAK);
	buf_clear(&b);
	buf_put_text(&b, begin);
	CHECK(check_fill(&pem, &b, 0));
	buf_put_text(&text, begin);
	buf_put_text(&text, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
			    "0011\n\n");
	buf_put(&text, bytes_drop(buf_bytes(&b), strlen(begin)));
	CHECK_EQUAL(result_of(&pem, buf_bytes(&text)), CHECK_WEAK);
	buf_clear(&text);
	buf_put_text(&text, "PuTTY-User-Key-" "File-2: ssh-rsa\n"
			    "Encryption: aes256-cbc\nPrivate-Lines: 8\n");
	CHECK_EQUAL(result_of(&putty, buf_bytes(&text)), CHECK_WEAK);
	buf_release(&b);
	buf_release(&text);
}

static void test_pgp_has_a_checksum(void)
{
	struct buf b;
	size_t sum;

	buf_init(&b, 8192);
	buf_put_text(&b, "-----BEG" "IN PGP PRIVATE KEY BLOCK-----\n"
			 "Version: some\nComment: a = b\n");
	CHECK(check_fill(&pgp, &b, 0) == false);
	buf_clear(&b);
	buf_put_text(&b, "-----BEG" "IN PGP PRIVATE KEY BLOCK-----\n");
	CHECK(check_fill(&pgp, &b, 0));
	CHECK_EQUAL(result_of(&pgp, buf_bytes(&b)), CHECK_PASS);
	CHECK_EQUAL(result_of(&pem, buf_bytes(&b)), CHECK_PASS);
	sum = bytes_find(buf_bytes(&b), bytes_text("\n="));
	CHECK(sum != BYTES_NONE);
	for (size_t i = 0; i < 3; i++) {
		unsigned char old = b.at[sum - 9 - 7 * i];

		b.at[sum - 9 - 7 * i] = other(old);
		CHECK_EQUAL(result_of(&pgp, buf_bytes(&b)), CHECK_FAIL);
		b.at[sum - 9 - 7 * i] = old;
	}
	CHECK_EQUAL(result_of(&pgp, bytes_take(buf_bytes(&b), sum)),
		CHECK_NONE);
	buf_release(&b);
}

static enum check_result basic_says(const char *pair)
{
	struct buf b;
	enum check_result result;

	buf_init(&b, 1000);
	base64_put(&b, bytes_text(pair));
	result = result_of(&basic, buf_bytes(&b));
	buf_release(&b);
	return result;
}

static void test_basic_auth(void)
{
	CHECK_EQUAL(basic_says("me:k3J9x2Lq"), CHECK_WELL);
	CHECK_EQUAL(basic_says(":k3J9x2LqT7"), CHECK_WELL);
	CHECK_EQUAL(basic_says("k3J9x2LqT7vB8mZq:"), CHECK_WELL);
	CHECK_EQUAL(basic_says("user:"), CHECK_FAIL);
	CHECK_EQUAL(basic_says("user:password"), CHECK_FAIL);
	CHECK_EQUAL(basic_says("user:${PASSWORD}"), CHECK_FAIL);
	CHECK_EQUAL(basic_says("http://somewhere.org"), CHECK_FAIL);
	CHECK_EQUAL(basic_says("no colon at all"), CHECK_FAIL);
	CHECK_EQUAL(basic_says("a:\x01\x02\x03"), CHECK_FAIL);
	CHECK_EQUAL(says(&basic, "not base64!"), CHECK_FAIL);
}

static enum check_result url_says(const char *password, const char *match)
{
	return check_run(&url, bytes_text(password), bytes_text(match)).result;
}

static void test_url_password(void)
{
	CHECK_EQUAL(url_says("k3J9x2Lq", "amqp:/" "/me:k3J9x2Lq@mq.corp.io/v"),
		CHECK_LIKELY);
	CHECK_EQUAL(url_says("k3J9x2Lq", "amqp://me:k3J9x2Lq@localhost:1/v"),
		CHECK_WEAK);
	CHECK_EQUAL(url_says("k3J9x2Lq", "amqp://me:k3J9x2Lq@db.example.com"),
		CHECK_WEAK);
	CHECK_EQUAL(url_says("admiral9", "amqp:/" "/admiral9:admiral9@mq.io"),
		CHECK_FAIL);
	CHECK_EQUAL(url_says("postgres", "postgres://u:postgres@mq.corp.io"),
		CHECK_FAIL);
	CHECK_EQUAL(url_says("$DB_PASS", "postgres://u:$DB_PASS@mq.corp.io"),
		CHECK_FAIL);
	CHECK_EQUAL(url_says("{password}", ""), CHECK_FAIL);
}

static void test_small_checks(void)
{
	CHECK_EQUAL(says(&luhn, "4539 1488 0343 6467"), CHECK_WELL);
	CHECK_EQUAL(says(&luhn, "4539 1488 0343 6468"), CHECK_FAIL);
	CHECK_EQUAL(says(&luhn, "letters"), CHECK_FAIL);
	CHECK_EQUAL(says(&discord, "bm90LWRpZ2l0cy1hdC1hbGw.Gabcde.aa"),
		CHECK_FAIL);
	CHECK_EQUAL(says(&gitlab, "gl" "pat-abcdefghij" "klmnopqrst"),
		CHECK_NONE);
	CHECK_EQUAL(says(&entra, "zzz7" "Q~abcdefghijklmnop" "qrstuvwxyzabcde"),
		CHECK_NONE);
	CHECK_EQUAL(says(&base64_json, "glc_e30="), CHECK_FAIL);
	CHECK_EQUAL(says(&(struct rule_check){.name = "nothing"}, "a"),
		CHECK_NONE);
	CHECK_EQUAL(says(&(struct rule_check){.name = "crc32", .width = 99},
		"aaaa"), CHECK_FAIL);
	CHECK(check_is_known("cask") && !check_is_known("caskk") &&
		!check_is_known(NULL));
	for (size_t i = 0; check_name(i) != NULL; i++)
		CHECK(check_is_known(check_name(i)));
}

static void test_judges_of_randomness(void)
{
	struct check_random random = check_random_from(bytes_text("judges"));
	size_t text_failed = 0, hex_failed = 0, held = 0;
	struct buf b;

	buf_init(&b, 1000);
	for (int i = 0; i < 20000; i++) {
		buf_clear(&b);
		check_random_put(&random, &b, check_base62_digits,
			20 + (size_t)i % 40);
		text_failed += result_of(&random_text, buf_bytes(&b)) !=
			       CHECK_LIKELY;
		held += check_placeholder(buf_bytes(&b)) != NULL;
		buf_clear(&b);
		check_random_put(&random, &b, "0123456789abcdef",
			32 + 8 * ((size_t)i % 4));
		hex_failed += result_of(&hex_random, buf_bytes(&b)) !=
			      CHECK_LIKELY;
		held += check_placeholder(buf_bytes(&b)) != NULL;
	}
	CHECK(text_failed < 20);
	CHECK(hex_failed < 20);
	CHECK(held < 20);
	CHECK_EQUAL(says(&random_text, "getUserAccountById"), CHECK_FAIL);
	CHECK_EQUAL(says(&random_text, "this-is-my-production-secret"),
		CHECK_FAIL);
	CHECK_EQUAL(says(&random_text, "aaaaaaaaaaaabbbb"), CHECK_FAIL);
	CHECK_EQUAL(says(&random_text, "short"), CHECK_NONE);
	CHECK_EQUAL(says(&hex_random, "0123456789abcdef0123456789abcdef"),
		CHECK_FAIL);
	CHECK_EQUAL(says(&hex_random, "12873645912873645918"), CHECK_FAIL);
	CHECK_EQUAL(says(&hex_random, "xyz"), CHECK_FAIL);
	buf_release(&b);
}

static void test_placeholders(void)
{
	static const char *const yes[] = {"changeme", "your_api_key_here",
		"<token>", "${TOKEN}", "{{ secret }}", "%API_KEY%",
		"$(cat file)", "$API_KEY", "xxxxxxxxxxxx", "XXXX-1234",
		"AKIAIOSFODNN7EXA" "MPLE", "00000000", "aaaaaaaaab",
		"abcdefgh1", "12345678", "87654321", "qwerty123", "123456",
		"abc123abc123abc123", "a1b2c3d4e5f6", "my-test-token",
		"TestToken1", "foobar", "********", "sk_live_...abcd",
		"insert-your-key", "redacted", "deadbeefdeadbeef", "%s",
		"#{token}", "[your key]", "dummy", "none",
		"00000000-0000-0000-0000-000000000000"};
	static const char *const no[] = {"k3J9x2LqT7", "hT9$wq!zLm4",
		"sk_test_4eC39HqLyjWDarjt" "T1zdp7dcXq", "Tr0ub4dor&3",
		"correct9battery", "c9f0f895fb98ab9159f51fd0297e236d",
		"f47ac10b-58cc-4372-a567-0e02b2c3d479", "Contest19Qz",
		"latest-7gQz", "p$ssw%rd9", "f4K3r9Qz1LmX",
		"AQoDYXdzEPT4v2mLrTHWEpY0nBC"};

	for (size_t i = 0; i < COUNT(yes); i++) {
		CHECK(check_placeholder(bytes_text(yes[i])) != NULL);
		if (!check_placeholder(bytes_text(yes[i])))
			printf("  not seen: %s\n", yes[i]);
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		const char *reason = check_placeholder(bytes_text(no[i]));

		CHECK(reason == NULL);
		if (reason)
			printf("  %s: %s\n", no[i], reason);
	}
	CHECK(check_placeholder(bytes_text("")) != NULL);
}

/* Bodies of keys have long runs of 'A' in them, and are no placeholders. */
static void test_keys_are_no_placeholders(void)
{
	static const struct vector blocks[] = {
		{&pem, "-----BEG" "IN OPENSSH PRIVATE KEY-----\n"},
		{&pem, "-----BEG" "IN RSA PRIVATE KEY-----\n"},
		{&pgp, "-----BEG" "IN PGP PRIVATE KEY BLOCK-----\n"},
		{&jwt, ""},
	};
	struct buf b;

	buf_init(&b, 8192);
	for (size_t i = 0; i < COUNT(blocks); i++) {
		fill(&blocks[i], &b);
		CHECK(check_placeholder(buf_bytes(&b)) == NULL);
	}
	buf_release(&b);
}

static bool near(float got, float want)
{
	return got > want - 0.001f && got < want + 0.001f;
}

static void test_entropy(void)
{
	unsigned char all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	CHECK(near(check_entropy(bytes_of("", 0)), 0));
	CHECK(near(check_entropy(bytes_text("aaaa")), 0));
	CHECK(near(check_entropy(bytes_text("ab")), 1));
	CHECK(near(check_entropy(bytes_text("abcdabcd")), 2));
	CHECK(near(check_entropy(bytes_text("aab")), 0.9183f));
	CHECK(near(check_entropy(bytes_of(all, 256)), 8));
}

/* Any bytes: nothing is read outside, nothing is certain. */
static void test_noise_never_passes(void)
{
	struct check_random random = check_random_from(bytes_text("noise"));
	static const char *const sets[] = {"abcdefghijklmnopqrstuvwxyz234567",
		"-BEGIN PRVATKY\n:=\\n\"'+/A", "eyJ.{}[]\":,0", "A", "g1.-_"};

	for (int i = 0; i < 4000; i++) {
		size_t n = check_random_next(&random) % 200;
		unsigned char *text = malloc(n + 1);
		const char *set = sets[(size_t)i % COUNT(sets)];

		for (size_t k = 0; text && k < n; k++)
			text[k] = i % 3 ? (unsigned char)set[check_random_next(
				&random) % strlen(set)] :
				(unsigned char)check_random_next(&random);
		for (size_t c = 0; text && check_name(c); c++) {
			struct rule_check check = {.name = check_name(c),
				.width = 6, .skip = 4};

			text = realloc(text, n ? n : 1);
			CHECK(text != NULL);
			CHECK(text && check_run(&check, bytes_of(text, n),
				bytes_of(text, n)).result != CHECK_PASS);
		}
		free(text);
	}
}

static const struct unit_test tests[] = {
	{"every vector passes", test_vectors_pass},
	{"every vector with one change fails", test_changed_vectors_fail},
	{"a legacy token tells its kind", test_ado_legacy_tells_the_kind},
	{"Marvin32 follows its vectors", test_marvin},
	{"the long form of a key is known", test_cask_long_form},
	{"AWS key ids name their account", test_aws_account},
	{"what is filled passes, and fails when changed",
		test_filled_tokens_pass},
	{"filled Azure keys have their lengths", test_lengths_of_azure_keys},
	{"fill refuses what it cannot", test_fill_refuses_what_it_cannot},
	{"filled structures parse", test_filled_structures_are_well},
	{"JWTs are read, expired ones are weak", test_jwt},
	{"JSON is read within bounds", test_json_is_bounded},
	{"macaroons are read within bounds", test_macaroon_is_bounded},
	{"PEM is read as people paste it", test_pem_as_people_paste_it},
	{"PEM without a key is refused", test_pem_refuses_what_is_none},
	{"encrypted keys are weak", test_encrypted_keys_are_weak},
	{"PGP armour has a checksum", test_pgp_has_a_checksum},
	{"Basic credentials are told from noise", test_basic_auth},
	{"URL passwords are told from placeholders", test_url_password},
	{"small checks, and unknown ones", test_small_checks},
	{"random text is taken for random", test_judges_of_randomness},
	{"placeholders are known, secrets are not", test_placeholders},
	{"key bodies are no placeholders", test_keys_are_no_placeholders},
	{"entropy is Shannon's", test_entropy},
	{"noise never passes", test_noise_never_passes},
};

UNIT_MAIN(tests)
