/*
 * CRC-32 tokens: GitHub's classic kinds and npm (base62), Grafana, Atlassian,
 * Bitbucket, Cloudflare (hex), GitLab's routable tokens (base36); and GitHub's
 * fine-grained tokens, which carry a piece of SHA-256 instead. Then the sums
 * over an alphabet: bech32 and Luhn.
 */
#include "check/internal.h"

#include "base/base64.h"
#include "base/hash.h"

#include "base/banned.h"

#define DIGITS_MAX 16
#define DIGITS_BASE36 "0123456789abcdefghijklmnopqrstuvwxyz"

/* The digits of a sum, as rule->encoding says; base62 by default. */
static bool write_sum(const struct rule_check *rule, uint32_t sum,
	char out[DIGITS_MAX])
{
	static const struct {
		const char *name, *digits;
	} table[] = {
		{"base62", check_base62_digits},
		{"base36", DIGITS_BASE36},
		{"hex", "0123456789abcdef"},
		{"hex-le", "0123456789abcdef"},
		{"HEX", "0123456789ABCDEF"},
	};
	const char *encoding = rule->encoding ? rule->encoding : "base62";

	if (rule->width == 0 || rule->width > DIGITS_MAX)
		return false;
	if (strcmp(encoding, "hex-le") == 0)
		sum = __builtin_bswap32(sum);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(encoding, table[i].name) == 0)
			return check_number_write(sum,
				bytes_text(table[i].digits), out, rule->width);
	return false;
}

struct check_verdict check_crc32(const struct check_input *in)
{
	const struct rule_check *rule = in->rule;
	size_t around = (size_t)rule->skip + rule->gap + rule->width;
	bytes body = bytes_drop(in->secret, rule->skip);
	char digits[DIGITS_MAX];

	if (in->secret.n <= around)
		return check_says(CHECK_FAIL, "too short for its checksum");
	body.n -= (size_t)rule->gap + rule->width;
	if (!write_sum(rule, hash_crc32(body), digits))
		return check_says(CHECK_FAIL, "checksum does not match");
	if (!bytes_ends(in->secret, bytes_of(digits, rule->width)))
		return check_says(CHECK_FAIL, "checksum does not match");
	return check_passes("CRC-32");
}

bool check_fill_crc32(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	bytes secret = check_so_far(token, start);
	size_t around = (size_t)rule->skip + rule->gap;
	bytes body = bytes_drop(secret, rule->skip);
	char digits[DIGITS_MAX];

	if (secret.n <= around)
		return false;
	body.n -= rule->gap;
	if (!write_sum(rule, hash_crc32(body), digits))
		return false;
	buf_put(token, bytes_of(digits, rule->width));
	return !token->failed;
}

/* tokens, 2.2: github_pat_ + 22 + _ + 43 hashed, 8 check, 8 more. */
#define GITHUB_BODY 77
#define GITHUB_SUM 8
#define GITHUB_LENGTH 93

static void github_sum(bytes body, char sum[GITHUB_SUM])
{
	unsigned char digest[SHA256_SIZE];

	hash_sha256(body, digest);
	check_base32_write(bytes_of(digest, sizeof(digest)), sum, GITHUB_SUM);
	for (size_t i = 0; i < GITHUB_SUM; i++)
		if (sum[i] >= 'a')
			sum[i] = (char)(sum[i] - 'a' + 'A');
}

struct check_verdict check_github(const struct check_input *in)
{
	char sum[GITHUB_SUM];

	if (in->secret.n != GITHUB_LENGTH)
		return check_says(CHECK_FAIL, "not of the right length");
	github_sum(bytes_take(in->secret, GITHUB_BODY), sum);
	if (memcmp(in->secret.at + GITHUB_BODY, sum, GITHUB_SUM) != 0)
		return check_says(CHECK_FAIL, "checksum does not match");
	return check_passes("SHA-256");
}

bool check_fill_github(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	char sum[GITHUB_SUM];

	(void)rule;
	if (check_so_far(token, start).n < GITHUB_BODY)
		return false;
	check_resize(token, start, GITHUB_LENGTH, check_base62_digits);
	if (token->failed)
		return false;
	github_sum(bytes_take(check_so_far(token, start), GITHUB_BODY), sum);
	memcpy(token->at + start + GITHUB_BODY, sum, GITHUB_SUM);
	return true;
}

/* tokens, A5: payload "." ["01."] length (2 digits) CRC (7 digits). */
#define GITLAB_SUM 7
#define GITLAB_SIZE 2
#define GITLAB_PREFIX_MAX 20 /* "glpat-", "glrt-t1_", a custom one */

static bool gitlab_sum(bytes body, char sum[GITLAB_SUM])
{
	return check_number_write(hash_crc32(body), bytes_text(DIGITS_BASE36),
		sum, GITLAB_SUM);
}

struct check_verdict check_gitlab(const struct check_input *in)
{
	bytes body = in->secret, payload;
	char sum[GITLAB_SUM], size[GITLAB_SIZE];
	bytes dot = bytes_text(".");

	if (bytes_find_byte(body, '.') == BYTES_NONE)
		return check_says(CHECK_NONE, "a token without a checksum");
	if (body.n < GITLAB_SUM + GITLAB_SIZE + 2)
		return check_says(CHECK_FAIL, "too short for its checksum");
	body.n -= GITLAB_SUM;
	if (!gitlab_sum(body, sum) ||
		!bytes_ends(in->secret, bytes_of(sum, GITLAB_SUM)))
		return check_says(CHECK_FAIL, "checksum does not match");
	payload = bytes_take(body, body.n - GITLAB_SIZE);
	if (bytes_ends(payload, bytes_text(".01.")))
		payload.n -= 3;
	if (!bytes_ends(payload, dot))
		return check_says(CHECK_FAIL, "no length before its checksum");
	payload.n--;
	/* The prefix is of unknown length: any payload that it may precede. */
	for (size_t skip = 0; skip < payload.n && skip <= GITLAB_PREFIX_MAX;
		skip++)
		if (check_number_write(payload.n - skip,
			    bytes_text(DIGITS_BASE36), size, GITLAB_SIZE) &&
			bytes_ends(body, bytes_of(size, GITLAB_SIZE)))
			return check_passes("CRC-32 over the route");
	return check_says(CHECK_FAIL, "payload is not of the stated length");
}

/* Up to and including the kind: "glpat-", "glrt-t1_". */
static size_t gitlab_prefix(bytes secret)
{
	size_t n = bytes_find_byte(bytes_take(secret,
		GITLAB_PREFIX_MAX - 3), '-');

	if (n == BYTES_NONE)
		return 0;
	n++;
	if (n + 2 < secret.n && secret.at[n] == 't' &&
		secret.at[n + 2] == '_')
		n += 3;
	return n;
}

bool check_fill_gitlab(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	size_t prefix = gitlab_prefix(check_so_far(token, start)), body;
	unsigned char route[64];
	char sum[GITLAB_SUM], size[GITLAB_SIZE];
	static const char lines[] = "c:1\no:1\nu:1s";

	(void)rule;
	if (prefix == 0)
		return false;
	token->n = start + prefix;
	check_random_bytes(&random, route, 16);
	memcpy(route + 16, lines, sizeof(lines) - 1);
	route[16 + sizeof(lines) - 1] = sizeof(lines) - 1;
	body = token->n;
	base64_put_url(token, bytes_of(route, 16 + sizeof(lines)));
	body = token->n - body;
	if (!check_number_write(body, bytes_text(DIGITS_BASE36), size,
		    GITLAB_SIZE))
		return false;
	buf_put_text(token, ".01.");
	buf_put(token, bytes_of(size, GITLAB_SIZE));
	if (token->failed || !gitlab_sum(check_so_far(token, start), sum))
		return false;
	buf_put(token, bytes_of(sum, GITLAB_SUM));
	return !token->failed;
}

/* Check digits over an alphabet: bech32 (BIP-173), Luhn (ISO/IEC 7812). */
#define SUM_DIGITS 6
/* BIP-173 stops at 90; age goes past that in other kinds. */
#define TEXT_MAX 256

static const char bech32_digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static uint32_t polymod_step(uint32_t sum, unsigned value)
{
	static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d,
		0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		sum ^= (top >> i & 1) ? generator[i] : 0;
	return sum;
}

/* The sum over the readable part and the digits; false on a bad digit. */
static bool polymod(bytes readable, bytes data, uint32_t *sum)
{
	*sum = 1;
	for (size_t i = 0; i < readable.n; i++)
		*sum = polymod_step(*sum, lower(readable.at[i]) >> 5);
	*sum = polymod_step(*sum, 0);
	for (size_t i = 0; i < readable.n; i++)
		*sum = polymod_step(*sum, lower(readable.at[i]) & 31);
	for (size_t i = 0; i < data.n; i++) {
		unsigned char c = lower(data.at[i]);
		const char *digit = c ? strchr(bech32_digits, c) : NULL;

		if (digit == NULL)
			return false;
		*sum = polymod_step(*sum, (unsigned)(digit - bech32_digits));
	}
	return true;
}

static bool has_upper(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] >= 'A' && text.at[i] <= 'Z')
			return true;
	return false;
}

static bool has_lower(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] >= 'a' && text.at[i] <= 'z')
			return true;
	return false;
}

static bool is_of_one_case(bytes text)
{
	return !has_upper(text) || !has_lower(text);
}

/* The last '1' parts the readable part from the digits. */
static bool split(const struct rule_check *rule, bytes text, bytes *readable,
	bytes *data)
{
	size_t at = text.n;

	if (text.n > TEXT_MAX)
		return false;
	while (at > 0 && text.at[at - 1] != '1')
		at--;
	if (at < 2)
		return false;
	*readable = bytes_take(text, at - 1);
	*data = bytes_drop(text, at);
	return rule->arg_count == 0 ||
	       bytes_equal_nocase(*readable, bytes_text(rule->args[0]));
}

struct check_verdict check_bech32(const struct check_input *in)
{
	bytes readable, data;
	uint32_t sum;

	if (!split(in->rule, in->secret, &readable, &data))
		return check_says(CHECK_FAIL, "not of the bech32 form");
	if (data.n <= SUM_DIGITS || !is_of_one_case(in->secret) ||
		!polymod(readable, data, &sum))
		return check_says(CHECK_FAIL, "not of the bech32 alphabet");
	if (sum != 1)
		return check_says(CHECK_FAIL, "checksum does not match");
	return check_passes("bech32");
}

bool check_fill_bech32(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	bytes secret = check_so_far(token, start), readable, data;
	uint32_t sum;
	bool upper;

	if (secret.n > TEXT_MAX - SUM_DIGITS ||
		!split(rule, secret, &readable, &data) || data.n == 0 ||
		!is_of_one_case(secret) || !polymod(readable, data, &sum))
		return false;
	upper = has_upper(secret);
	for (int i = 0; i < SUM_DIGITS; i++)
		sum = polymod_step(sum, 0);
	sum ^= 1;
	for (unsigned i = 0; i < SUM_DIGITS; i++) {
		unsigned char c = (unsigned char)
			bech32_digits[sum >> 5 * (5 - i) & 31];

		if (upper && c >= 'a')
			c = (unsigned char)(c - 32);
		buf_put_byte(token, c);
	}
	return !token->failed;
}

/* The Luhn sum; `doubled` says whether the last digit counts twice. */
static bool luhn_sum(bytes text, unsigned doubled, unsigned *sum,
	size_t *digits)
{
	*sum = 0;
	*digits = 0;
	for (size_t i = text.n; i-- > 0;) {
		unsigned char c = text.at[i];
		unsigned value = c - '0' + 0u;

		if (c == ' ' || c == '-')
			continue;
		if (c < '0' || c > '9')
			return false;
		if ((*digits + doubled) % 2 == 1)
			value = value < 5 ? value * 2 : value * 2 - 9;
		*sum += value;
		(*digits)++;
	}
	return true;
}

/* One in ten random numbers passes, so this is never certain. */
struct check_verdict check_luhn(const struct check_input *in)
{
	unsigned sum;
	size_t digits;

	if (!luhn_sum(in->secret, 0, &sum, &digits) || digits < 2)
		return check_says(CHECK_FAIL, "not a number");
	if (sum % 10 != 0)
		return check_says(CHECK_FAIL, "checksum does not match");
	return check_is_well("Luhn");
}

bool check_fill_luhn(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	unsigned sum;
	size_t digits;

	(void)rule;
	if (!luhn_sum(check_so_far(token, start), 1, &sum, &digits) ||
		digits == 0)
		return false;
	buf_put_byte(token, (unsigned char)('0' + (10 - sum % 10) % 10));
	return !token->failed;
}
