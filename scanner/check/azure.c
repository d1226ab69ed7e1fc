/*
 * Marvin32 and Microsoft's keys that carry it: Azure's identifiable keys and
 * Entra's client secrets. Source: microsoft/security-utilities; shared notes
 * on tokens 1.2, 1.3 and A6. Marvin32's own vectors (skeeto/marvin32) are in
 * the unit tests.
 */
#include "check/internal.h"

#include "base/base64.h"
#include "base/banned.h"

#define SUM_BYTES 4
#define KEY_BYTES_MAX 128

struct marvin {
	uint32_t low, high;
};

static uint32_t rotate(uint32_t value, unsigned by)
{
	return value << by | value >> (32 - by);
}

static void marvin_add(struct marvin *m, uint32_t word)
{
	m->low += word;
	m->high ^= m->low;
	m->low = rotate(m->low, 20);
	m->low += m->high;
	m->high = rotate(m->high, 9);
	m->high ^= m->low;
	m->low = rotate(m->low, 27);
	m->low += m->high;
	m->high = rotate(m->high, 19);
}

uint64_t check_marvin_wide(bytes data, uint64_t seed)
{
	struct marvin m = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	uint32_t last = 0x80;
	size_t whole = data.n / 4 * 4;

	for (size_t i = 0; i < whole; i += 4)
		marvin_add(&m, (uint32_t)data.at[i] |
			(uint32_t)data.at[i + 1] << 8 |
			(uint32_t)data.at[i + 2] << 16 |
			(uint32_t)data.at[i + 3] << 24);
	for (size_t i = data.n; i-- > whole;)
		last = last << 8 | data.at[i];
	marvin_add(&m, last);
	marvin_add(&m, 0);
	return (uint64_t)m.high << 32 | m.low;
}

uint32_t check_marvin(bytes data, uint64_t seed)
{
	uint64_t wide = check_marvin_wide(data, seed);

	return (uint32_t)wide ^ (uint32_t)(wide >> 32);
}

/* "Default0" is the number whose big-endian bytes spell it; 0: no seed. */
static uint64_t seed_of(const char *name)
{
	bytes text = bytes_text(name);
	uint64_t seed = 0;

	if (text.n != 8)
		return 0;
	for (size_t i = 0; i < 8; i++)
		seed = seed << 8 | text.at[i];
	return seed;
}

static void key_sum(bytes body, const char *name, unsigned char sum[SUM_BYTES])
{
	uint32_t hash = check_marvin(body, seed_of(name));

	for (unsigned i = 0; i < SUM_BYTES; i++)
		sum[i] = (unsigned char)(hash >> 8 * i);
}

static const char *const default_seed[] = {"Default0"};

struct check_verdict check_azure_key(const struct check_input *in)
{
	const char *const *seeds = in->rule->args;
	size_t count = in->rule->arg_count, n;
	unsigned char raw[KEY_BYTES_MAX], sum[SUM_BYTES];

	if (count == 0) {
		seeds = default_seed;
		count = 1;
	}
	if (!check_base64_decode(in->secret, raw, sizeof(raw), &n) ||
		n <= 2 * SUM_BYTES)
		return check_says(CHECK_FAIL, "not base64 of a key");
	for (size_t i = 0; i < count; i++) {
		key_sum(bytes_of(raw, n - SUM_BYTES), seeds[i], sum);
		if (seed_of(seeds[i]) != 0 &&
			memcmp(raw + n - SUM_BYTES, sum, SUM_BYTES) == 0)
			return check_passes(seeds[i]);
	}
	return check_says(CHECK_FAIL, "checksum does not match");
}

/* Bytes before the sum: of a text up to the signature, or of a whole key. */
static size_t key_body(size_t digits)
{
	static const struct {
		size_t digits, body;
	} table[] = {
		{37, 28}, {44, 28}, /* Service Bus, IoT, Redis */
		{46, 35}, {52, 35}, /* Search, container registry */
		{48, 36}, {56, 36}, /* Functions */
		{80, 60}, {88, 60}, /* Storage, Batch, Cosmos DB */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].digits == digits)
			return table[i].body;
	return 0;
}

bool check_fill_azure_key(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	bytes secret = check_so_far(token, start);
	const char *seed = rule->arg_count ? rule->args[0] : default_seed[0];
	size_t body = key_body(secret.n), n, digits = (body * 8 + 5) / 6;
	unsigned char raw[KEY_BYTES_MAX], text[KEY_BYTES_MAX];
	bool url = bytes_ends(bytes_take(secret, 48), bytes_text("AzFu")) ||
		   bytes_find_byte(secret, '-') != BYTES_NONE ||
		   bytes_find_byte(secret, '_') != BYTES_NONE;

	if (body == 0 || seed_of(seed) == 0)
		return false;
	/* A signature may stop inside a byte: its other bits are zero. */
	memset(text, 'A', sizeof(text));
	memcpy(text, secret.at, secret.n < digits ? secret.n : digits);
	if (!check_base64_decode(bytes_of(text, (digits + 3) / 4 * 4), raw,
		    sizeof(raw), &n))
		return false;
	key_sum(bytes_of(raw, body), seed, raw + body);
	token->n = start;
	if (url) {
		base64_put_url(token, bytes_of(raw, body + SUM_BYTES));
		while ((token->n - start) % 4 != 0)
			buf_put_byte(token, '=');
	} else {
		base64_put(token, bytes_of(raw, body + SUM_BYTES));
	}
	return !token->failed;
}

/* tokens, A6: 3 characters, "8Q~", 31 more, 3 of the sum in base 66. */
#define ENTRA_BODY 37
#define ENTRA_LENGTH 40
#define ENTRA_DIGITS 6
#define ENTRA_SUM 3
#define ENTRA_SEED 0x4161645077643030 /* "AadPwd00" */

static bool entra_sum(bytes body, char sum[ENTRA_DIGITS])
{
	static const char digits[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"1234567890.-_~";

	return check_number_write(check_marvin(body, ENTRA_SEED),
		bytes_text(digits), sum, ENTRA_DIGITS);
}

static bool entra_mark(bytes secret, const char *mark)
{
	return bytes_starts(bytes_drop(secret, 3), bytes_text(mark));
}

struct check_verdict check_entra(const struct check_input *in)
{
	char sum[ENTRA_DIGITS];

	if (in->secret.n == ENTRA_BODY && entra_mark(in->secret, "7Q~"))
		return check_says(CHECK_NONE, "a kind without a checksum");
	if (in->secret.n != ENTRA_LENGTH || !entra_mark(in->secret, "8Q~"))
		return check_says(CHECK_FAIL, "not of the right form");
	if (!entra_sum(bytes_take(in->secret, ENTRA_BODY), sum) ||
		memcmp(in->secret.at + ENTRA_BODY, sum, ENTRA_SUM) != 0)
		return check_says(CHECK_FAIL, "checksum does not match");
	return check_passes("Marvin32");
}

bool check_fill_entra(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	bytes secret = check_so_far(token, start);
	char sum[ENTRA_DIGITS];

	(void)rule;
	if (secret.n < ENTRA_BODY || !entra_mark(secret, "8Q~") ||
		!entra_sum(bytes_take(secret, ENTRA_BODY), sum))
		return false;
	token->n = start + ENTRA_BODY;
	buf_put(token, bytes_of(sum, ENTRA_SUM));
	return !token->failed;
}
