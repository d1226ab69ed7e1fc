/*
 * Secrets without a checksum that still can be told from words: passwords in
 * URLs and Basic headers, AWS key ids, Discord bots, and the two judges of
 * randomness for rules that have nothing but context.
 *
 * The judges ask what a random source would not do: few different characters,
 * long runs, counting, repetition, and pairs of letters as English has them.
 * The 90 pairs of the table make up most of English text and 13 % of random
 * letters. Of random tokens of 16 to 64 characters about one in 5,000 is taken
 * for words.
 */
#include "check/internal.h"

#include "base/base64.h"
#include "base/banned.h"

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool is_letter(unsigned char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_decimal(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Passwords that every example has, and every guessing list. */
static bool is_common(bytes text)
{
	static const char *const words[] = {
		"password", "passwd", "pass", "pwd", "secret", "root",
		"admin", "administrator", "user", "username", "postgres",
		"postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis",
		"rabbitmq", "guest", "test", "token", "apikey", "api_key",
		"key", "foo", "bar", "baz", "default", "letmein", "passw0rd",
		"p@ssw0rd", "password1", "password123", "admin123", "1234",
		"12345", "123456", "pw", "pass123", "dev", "local", "none",
		"null", "empty", "x-oauth-basic", "x-access-token",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal_nocase(text, bytes_text(words[i])))
			return true;
	return false;
}

static const char *not_a_password(bytes text)
{
	if (text.n == 0)
		return "the password is empty";
	if (is_common(text))
		return "the password is a common word";
	return check_placeholder(text);
}

/* A user of this length may be a token with nothing after it. */
#define RANDOM_USER_MIN 16

struct check_verdict check_basic_auth(const struct check_input *in)
{
	unsigned char plain[CHECK_DECODE_MAX];
	bytes user, password;
	const char *reason;
	size_t n;

	if (!check_base64_decode(in->secret, plain, sizeof(plain), &n))
		return check_says(CHECK_FAIL, "not base64");
	for (size_t i = 0; i < n; i++)
		if (plain[i] < ' ' || plain[i] == 0x7f)
			return check_says(CHECK_FAIL, "not text inside");
	if (!bytes_cut(bytes_of(plain, n), ':', &user, &password) ||
		bytes_starts(password, bytes_text("//")))
		return check_says(CHECK_FAIL, "no user:password inside");
	reason = not_a_password(password);
	if (password.n == 0 && user.n >= RANDOM_USER_MIN)
		reason = not_a_password(user);
	if (reason != NULL)
		return check_says(CHECK_FAIL, reason);
	return check_is_well("user:password inside");
}

bool check_fill_basic_auth(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	struct buf pair;

	(void)rule;
	(void)start;
	buf_init(&pair, 64);
	buf_put_text(&pair, "user:");
	check_random_put(&random, &pair, check_base62_digits, 22);
	base64_put(token, buf_bytes(&pair));
	buf_release(&pair);
	return !token->failed;
}

/* Splits "scheme://user:SECRET@host..." around the secret. */
static bool url_around(bytes match, bytes secret, bytes *user, bytes *host)
{
	size_t at = 0, found, n = 0;

	while ((found = bytes_find(bytes_drop(match, at), secret)) !=
		BYTES_NONE) {
		bytes after;

		at += found;
		after = bytes_drop(match, at + secret.n);
		if (at > 0 && match.at[at - 1] == ':' && after.n > 0 &&
			after.at[0] == '@') {
			bytes before = bytes_take(match, at - 1);

			for (n = before.n; n > 0 &&
				before.at[n - 1] != '/';)
				n--;
			*user = bytes_drop(before, n);
			*host = bytes_drop(after, 1);
			for (n = 0; n < host->n &&
				memchr("/:?#\"' \t\r\n", host->at[n], 10) ==
					NULL;)
				n++;
			*host = bytes_take(*host, n);
			return true;
		}
		at++;
	}
	return false;
}

static bool is_local_host(bytes host)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1",
		"0.0.0.0", "host", "hostname", "server", "db",
		"database", "host.docker.internal"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		if (bytes_equal_nocase(host, bytes_text(hosts[i])))
			return true;
	return bytes_find_nocase(host, bytes_text("example.")) != BYTES_NONE ||
	       bytes_ends(host, bytes_text(".test")) ||
	       bytes_ends(host, bytes_text(".invalid")) ||
	       bytes_ends(host, bytes_text(".localhost"));
}

struct check_verdict check_url_password(const struct check_input *in)
{
	const char *reason = not_a_password(in->secret);
	bytes user, host;

	if (reason != NULL)
		return check_says(CHECK_FAIL, reason);
	if (!url_around(in->match, in->secret, &user, &host))
		return check_says(CHECK_LIKELY, NULL);
	if (bytes_equal_nocase(user, in->secret))
		return check_says(CHECK_FAIL, "the password is the user");
	if (is_local_host(host))
		return check_says(CHECK_WEAK, "for a local or example host");
	return check_says(CHECK_LIKELY, NULL);
}

/*
 * tokens, A6: base32 of the 16 characters after the prefix; the account is in
 * bits 1 to 40. Ids made before 2019 have the first bit clear, and no account.
 */
#define AWS_LENGTH 20
#define AWS_PREFIX 4
#define AWS_ACCOUNT_MAX 999999999999u
#define AWS_ACCOUNT_SHIFT 7

enum aws_kind {
	AWS_BAD,
	AWS_OLD,
	AWS_NEW,
};

static enum aws_kind aws_account(bytes id, uint64_t *account)
{
	unsigned char raw[10];
	uint64_t value = 0;
	size_t n;

	if (id.n != AWS_LENGTH || !check_base32_decode(bytes_drop(id,
		    AWS_PREFIX), raw, sizeof(raw), &n))
		return AWS_BAD;
	for (size_t i = 0; i < 6; i++)
		value = value << 8 | raw[i];
	*account = (value & 0x7fffffffff80) >> AWS_ACCOUNT_SHIFT;
	return raw[0] & 0x80 ? AWS_NEW : AWS_OLD;
}

struct check_verdict check_aws_key(const struct check_input *in)
{
	uint64_t account = 0;

	switch (aws_account(in->secret, &account)) {
	case AWS_BAD:
		return check_says(CHECK_FAIL, "not base32");
	case AWS_OLD:
		return check_says(CHECK_NONE, "an older id, no account in it");
	case AWS_NEW:
		break;
	}
	if (account > AWS_ACCOUNT_MAX)
		return check_says(CHECK_FAIL, "no account has its number");
	return check_is_well("names an account");
}

bool check_aws_account(bytes id, char account[CHECK_AWS_ACCOUNT + 1])
{
	uint64_t value;

	if (aws_account(id, &value) != AWS_NEW || value > AWS_ACCOUNT_MAX)
		return false;
	check_number_write(value, bytes_text("0123456789"), account,
		CHECK_AWS_ACCOUNT);
	account[CHECK_AWS_ACCOUNT] = '\0';
	return true;
}

bool check_fill_aws_key(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	char digits[AWS_LENGTH - AWS_PREFIX];
	unsigned char raw[10];
	uint64_t account;

	(void)rule;
	if (check_so_far(token, start).n < AWS_PREFIX)
		return false;
	token->n = start + AWS_PREFIX;
	check_random_bytes(&random, raw, sizeof(raw));
	account = check_random_next(&random) % AWS_ACCOUNT_MAX;
	account = account << AWS_ACCOUNT_SHIFT | (uint64_t)1 << 47;
	for (size_t i = 0; i < 6; i++)
		raw[i] = (unsigned char)(account >> (40 - 8 * i)) |
			 (i == 5 ? raw[i] & 0x7f : 0);
	check_base32_write(bytes_of(raw, sizeof(raw)), digits, sizeof(digits));
	for (size_t i = 0; i < sizeof(digits); i++)
		buf_put_byte(token, (unsigned char)(digits[i] >= 'a' ?
			digits[i] - 32 : digits[i]));
	return !token->failed;
}

/* The first part is base64 of the bot's user id, a snowflake. */
struct check_verdict check_discord(const struct check_input *in)
{
	unsigned char plain[32];
	bytes id, rest;
	size_t n;

	if (!bytes_cut(in->secret, '.', &id, &rest) ||
		bytes_find_byte(rest, '.') == BYTES_NONE ||
		!check_base64_decode(id, plain, sizeof(plain), &n) ||
		n < 17 || n > 20)
		return check_says(CHECK_FAIL, "no user id in it");
	for (size_t i = 0; i < n; i++)
		if (!is_decimal(plain[i]))
			return check_says(CHECK_FAIL, "no user id in it");
	return check_is_well("names a user");
}

bool check_fill_discord(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	struct buf id;

	(void)rule;
	token->n = start;
	buf_init(&id, 32);
	buf_put_byte(&id, '1');
	check_random_put(&random, &id, "0123456789", 17);
	base64_put_url(token, buf_bytes(&id));
	buf_put_text(token, ".G");
	check_random_put(&random, token, check_base62_digits, 5);
	buf_put_byte(token, '.');
	check_random_put(&random, token, check_base62_digits, 38);
	buf_release(&id);
	return !token->failed;
}

#define RANDOM_MIN 8	   /* shorter texts say nothing */
#define RANDOM_RUN_MAX 5   /* of one character */
#define RANDOM_COUNT_MAX 6 /* of characters in sequence */
#define PAIRS_MIN 6

/* Bit b of row a: the pair ab is common in English. */
static const uint32_t english_pairs[26] = {0x00ea80c, 0x0000010, 0x0084091,
	0x0000110, 0x10e381d, 0x0004000, 0x0000010, 0x0004111, 0x00c6804,
	0x0000000, 0x0000010, 0x1004911, 0x0000011, 0x00c405c, 0x01a3820,
	0x0020111, 0x0000000, 0x0044119, 0x04c4110, 0x0024191, 0x00e2000,
	0x0000010, 0x0004000, 0x0000000, 0x0000000, 0x0000000};

/* Pairs inside words: a word ends before a capital. */
static bool reads_like_words(bytes text)
{
	size_t pairs = 0, english = 0;

	for (size_t i = 0; i + 1 < text.n; i++) {
		unsigned char a = text.at[i], b = text.at[i + 1];

		if (!is_letter(a) || !is_letter(b) ||
			(a >= 'a' && b <= 'Z'))
			continue;
		pairs++;
		english += english_pairs[lower(a) - 'a'] >>
			   (lower(b) - 'a') & 1;
	}
	/* Few pairs must be nearly all English; of many, 40 %. */
	return pairs >= PAIRS_MIN && english * 10 >= 25 + pairs * 4;
}

static const char *not_random(bytes text)
{
	size_t few = text.n / 2 < 8 ? text.n / 2 : 8;

	if (check_distinct(text) < few)
		return "few different characters";
	if (check_longest_run(text) > RANDOM_RUN_MAX)
		return "one character many times";
	if (check_longest_sequence(text) > RANDOM_COUNT_MAX)
		return "characters in sequence";
	return check_is_periodic(text) ? "it repeats itself" : NULL;
}

struct check_verdict check_random_text(const struct check_input *in)
{
	const char *reason;

	if (in->secret.n < RANDOM_MIN)
		return check_says(CHECK_NONE, "too short to say");
	reason = not_random(in->secret);
	if (reason == NULL && reads_like_words(in->secret))
		reason = "it reads like words";
	return check_says(reason ? CHECK_FAIL : CHECK_LIKELY, reason);
}

/* Of 20 random hex digits, one in 10,000 texts has no letter. */
#define HEX_MIXED_MIN 20

struct check_verdict check_random_hex(const struct check_input *in)
{
	size_t letters = 0;
	const char *reason;

	for (size_t i = 0; i < in->secret.n; i++) {
		unsigned char c = lower(in->secret.at[i]);

		if (!is_decimal(c) && (c < 'a' || c > 'f'))
			return check_says(CHECK_FAIL, "not hex");
		letters += !is_decimal(c);
	}
	if (in->secret.n < RANDOM_MIN)
		return check_says(CHECK_NONE, "too short to say");
	reason = not_random(in->secret);
	if (reason == NULL && in->secret.n >= HEX_MIXED_MIN &&
		(letters == 0 || letters == in->secret.n))
		reason = "digits alone or letters alone";
	return check_says(reason ? CHECK_FAIL : CHECK_LIKELY, reason);
}
