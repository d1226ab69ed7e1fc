/*
 * Azure DevOps: both formats of personal access tokens, and the family of keys
 * around the newer one (CASK). Source: microsoft/security-utilities and
 * microsoft/cask; shared notes on tokens 1.1 to 1.3, vectors A1 and A2.
 *
 * Both carry their checksum in the string, so a match is known to be a token
 * without any word near it: 2^-31 of random base32 passes the older one.
 */
#include "check/internal.h"

#include "base/base64.h"
#include "base/hash.h"

#include "base/banned.h"

#define LEGACY_DIGITS 52
#define LEGACY_BYTES 32
#define LEGACY_BODY 28
#define SEED_USER 0xe0b9692d
#define SEED_APP 0x1019f92e

#define DIGITS_BASE32_LOWER "abcdefghijklmnopqrstuvwxyz234567"

/* Where the four bytes of the embedded value stand, lowest first. */
static const unsigned char legacy_places[4] = {22, 8, 7, 2};

static uint32_t legacy_embedded(const unsigned char raw[LEGACY_BYTES])
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)raw[legacy_places[i]] << 8 * i;
	return value;
}

static void legacy_embed(unsigned char raw[LEGACY_BYTES], uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		raw[legacy_places[i]] = (unsigned char)(value >> 8 * i);
}

static uint32_t legacy_sum(const unsigned char raw[LEGACY_BYTES])
{
	unsigned char body[LEGACY_BODY];

	memcpy(body, raw, 2);
	memcpy(body + 2, raw + 3, 4);
	memcpy(body + 6, raw + 9, 13);
	memcpy(body + 19, raw + 23, 9);
	return hash_crc32(bytes_of(body, sizeof(body)));
}

static bool legacy_wants(const struct rule_check *rule, const char *kind)
{
	for (size_t i = 0; i < rule->arg_count; i++)
		if (strcmp(rule->args[i], kind) == 0)
			return true;
	return rule->arg_count == 0;
}

struct check_verdict check_ado_legacy(const struct check_input *in)
{
	unsigned char raw[LEGACY_BYTES], last;
	uint32_t seed;
	size_t n;

	if (in->secret.n != LEGACY_DIGITS)
		return check_says(CHECK_FAIL, "not of the right length");
	/* 260 bits hold 256: the last digit is 0 or 16. */
	last = in->secret.at[LEGACY_DIGITS - 1] | 0x20;
	if ((last != 'a' && last != 'q') ||
		!check_base32_decode(in->secret, raw, sizeof(raw), &n))
		return check_says(CHECK_FAIL, "not base32 of 32 bytes");
	seed = legacy_sum(raw) ^ legacy_embedded(raw);
	if (seed == SEED_USER && legacy_wants(in->rule, "user"))
		return check_passes("personal access token");
	if (seed == SEED_APP && legacy_wants(in->rule, "app"))
		return check_passes("application secret");
	return check_says(CHECK_FAIL, "checksum does not match");
}

bool check_fill_ado_legacy(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	uint32_t seed = legacy_wants(rule, "user") ? SEED_USER : SEED_APP;
	unsigned char raw[LEGACY_BYTES];
	size_t n;

	if (check_so_far(token, start).n > LEGACY_DIGITS)
		return false;
	check_resize(token, start, LEGACY_DIGITS, DIGITS_BASE32_LOWER);
	if (token->failed ||
		!check_base32_decode(check_so_far(token, start), raw,
			sizeof(raw), &n))
		return false;
	legacy_embed(raw, legacy_sum(raw) ^ seed);
	check_base32_write(bytes_of(raw, sizeof(raw)),
		(char *)token->at + start, LEGACY_DIGITS);
	return true;
}

#define CASK_DIGITS 80 /* before the sum */
#define CASK_BYTES 60
#define CASK_SHORT 84
#define CASK_LONG 88
#define CASK_SUM 6
#define CASK_SEED 0x44656661756c7430 /* "Default0" */

/*
 * The sum's four bytes, lowest first, are one big-endian number; in base62 it
 * has no padding to the left but a '0' for each leading zero byte, and is
 * filled with '0' to the right.
 */
static void cask_digits(uint32_t sum, char out[CASK_SUM])
{
	uint32_t value = __builtin_bswap32(sum);
	size_t zeroes = 0, width = 0;

	while (zeroes < 3 && (value >> (24 - 8 * zeroes)) == 0)
		zeroes++;
	for (uint32_t left = value; left > 0; left /= 62)
		width++;
	memset(out, '0', CASK_SUM);
	if (zeroes + width <= CASK_SUM)
		check_number_write(value, bytes_text(check_base62_digits),
			out + zeroes, width);
}

/* The older way: plain base64 of the bytes. */
static void cask_digits_old(uint32_t sum, char out[CASK_SUM])
{
	unsigned char raw[4];
	struct buf text;

	for (unsigned i = 0; i < 4; i++)
		raw[i] = (unsigned char)(sum >> 8 * i);
	buf_init(&text, 8);
	base64_put(&text, bytes_of(raw, sizeof(raw)));
	if (text.n >= CASK_SUM)
		memcpy(out, text.at, CASK_SUM);
	buf_release_wiped(&text);
}

/* In the long form the last digit keeps only its upper two bits. */
static bool cask_sum_fits(bytes tail, const char digits[CASK_SUM])
{
	unsigned char ours[4], theirs[4];
	size_t n;

	if (tail.n == CASK_SHORT - CASK_DIGITS)
		return memcmp(tail.at, digits, tail.n) == 0;
	return bytes_ends(tail, bytes_text("==")) &&
	       check_base64_decode(bytes_take(tail, CASK_SUM), theirs, 4,
		       &n) &&
	       check_base64_decode(bytes_of(digits, CASK_SUM), ours, 4, &n) &&
	       memcmp(ours, theirs, 4) == 0;
}

static bool cask_sum(bytes secret, uint32_t *sum)
{
	unsigned char raw[CASK_BYTES];
	size_t n;

	if (!check_base64_decode(bytes_take(secret, CASK_DIGITS), raw,
		    sizeof(raw), &n) || n != CASK_BYTES)
		return false;
	*sum = check_marvin(bytes_of(raw, n), CASK_SEED);
	return true;
}

struct check_verdict check_cask(const struct check_input *in)
{
	bytes tail = bytes_drop(in->secret, CASK_DIGITS);
	char digits[CASK_SUM] = {0};
	uint32_t sum;

	if (in->secret.n != CASK_SHORT && in->secret.n != CASK_LONG)
		return check_says(CHECK_FAIL, "not of the right length");
	if (!cask_sum(in->secret, &sum))
		return check_says(CHECK_FAIL, "not base64");
	cask_digits(sum, digits);
	if (cask_sum_fits(tail, digits))
		return check_passes("Marvin32");
	cask_digits_old(sum, digits);
	if (cask_sum_fits(tail, digits))
		return check_passes("Marvin32, older form");
	return check_says(CHECK_FAIL, "checksum does not match");
}

bool check_fill_cask(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	char digits[CASK_SUM];
	uint32_t sum;

	(void)rule;
	if (check_so_far(token, start).n < CASK_DIGITS ||
		!cask_sum(check_so_far(token, start), &sum))
		return false;
	cask_digits(sum, digits);
	token->n = start + CASK_DIGITS;
	buf_put(token, bytes_of(digits, CASK_SHORT - CASK_DIGITS));
	return !token->failed;
}

/*
 * The open form (microsoft/cask): base64url, no checksum. After the secret
 * (43 digits and 'A', or 86 and "AA") stand QJJQ, 'A', the secret's size, the
 * count of optional groups of four, the kind, the provider, those groups,
 * "AA", and the time of its making: year month day hour minute second.
 */
struct cask_layout {
	size_t secret; /* digits before the signature */
	unsigned char size;
	const char *last; /* the secret's last digit has zero bits */
};

#define CASK_OPEN_FIXED 20 /* signature to time, without optional groups */

static bool cask_time_fits(bytes time)
{
	static const unsigned char limits[6] = {64, 12, 31, 24, 60, 60};
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";

	for (size_t i = 0; i < sizeof(limits); i++) {
		const unsigned char *at = (const unsigned char *)memchr(digits,
			time.at[i], limits[i]);

		if (at == NULL)
			return false;
	}
	return true;
}

static bool cask_open_fits(bytes secret, const struct cask_layout *layout)
{
	bytes rest = bytes_drop(secret, layout->secret);
	bytes data = bytes_take(secret, layout->secret);
	size_t groups, used = data.n;

	if (rest.n < CASK_OPEN_FIXED ||
		!bytes_starts(rest, bytes_text("QJJQA")) ||
		rest.at[5] != layout->size)
		return false;
	while (used > 0 && data.n - used < (layout->size == 'B' ? 1 : 2)) {
		if (data.at[used - 1] != 'A')
			return false;
		used--;
	}
	groups = (size_t)rest.at[6] - 'A';
	return memchr(layout->last, data.at[used - 1], strlen(layout->last)) &&
	       groups <= 10 && rest.n == CASK_OPEN_FIXED + 4 * groups &&
	       bytes_starts(bytes_drop(rest, rest.n - 8), bytes_text("AA")) &&
	       cask_time_fits(bytes_drop(rest, rest.n - 6));
}

static const struct cask_layout cask_layouts[2] = {
	{44, 'B', "AEIMQUYcgkosw048"},
	{88, 'C', "AQgw"},
};

struct check_verdict check_cask_open(const struct check_input *in)
{
	for (size_t i = 0; i < 2; i++)
		if (cask_open_fits(in->secret, &cask_layouts[i]))
			return check_is_well("common annotated security key");
	return check_says(CHECK_FAIL, "its fixed characters do not fit");
}

/* The secret part is kept, as far as it goes; everything after is made. */
bool check_fill_cask_open(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	const struct cask_layout *layout = &cask_layouts[0];

	(void)rule;
	check_resize(token, start, layout->secret - 2, check_base62_digits);
	buf_put_text(token, "AAQJ" "JQABAATEST" "AABFMKeX");
	return !token->failed;
}
