/*
 * Small codecs for tokens: tens of bytes, so simple loops, no tables.
 */
#include "check/internal.h"

#include "base/hash.h"

#include "base/banned.h"

const char check_base62_digits[63] =
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define NOT_A_DIGIT 64u

static unsigned base64_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26u;
	if (c >= '0' && c <= '9')
		return c - '0' + 52u;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : NOT_A_DIGIT;
}

static unsigned base32_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 0u;
	return c >= '2' && c <= '7' ? c - '2' + 26u : NOT_A_DIGIT;
}

bool check_is_base64(unsigned char c)
{
	return base64_value(c) != NOT_A_DIGIT;
}

static bool decode_digits(bytes text, unsigned (*value_of)(unsigned char),
	unsigned width, unsigned char *out, size_t room, size_t *n)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t count = 0;

	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned value = value_of(text.at[i]);

		if (value == NOT_A_DIGIT)
			return false;
		held = (held << width | value) & 0xffff;
		bits += width;
		if (bits < 8)
			continue;
		if (count == room)
			return false;
		bits -= 8;
		out[count++] = (unsigned char)(held >> bits);
	}
	*n = count;
	return true;
}

bool check_base64_decode(bytes text, unsigned char *out, size_t room,
	size_t *n)
{
	*n = 0;
	for (int i = 0; i < 2 && text.n > 0 && text.at[text.n - 1] == '='; i++)
		text.n--;
	return text.n % 4 != 1 &&
	       decode_digits(text, base64_value, 6, out, room, n);
}

bool check_base32_decode(bytes text, unsigned char *out, size_t room,
	size_t *n)
{
	return decode_digits(text, base32_value, 5, out, room, n);
}

/* `width` bits from bit `first` on; zero bits follow the data. */
static unsigned bits_at(bytes data, size_t first, unsigned width)
{
	size_t i = first / 8;
	unsigned word = 0;

	for (size_t k = i; k < i + 2; k++)
		word = word << 8 | (k < data.n ? data.at[k] : 0u);
	return word >> (16 - width - first % 8) & ((1u << width) - 1);
}

void check_base32_write(bytes data, char *out, size_t width)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

	for (size_t i = 0; i < width; i++)
		out[i] = digits[bits_at(data, 5 * i, 5)];
}

bool check_number_write(uint64_t value, bytes digits, char *out, size_t width)
{
	for (size_t i = width; i-- > 0;) {
		out[i] = (char)digits.at[value % digits.n];
		value /= digits.n;
	}
	return value == 0;
}

struct check_random check_random_from(bytes text)
{
	return (struct check_random){hash_64(text, 0x7374616e6368)};
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t check_random_next(struct check_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void check_random_bytes(struct check_random *random, unsigned char *out,
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(check_random_next(random) >> 32);
}

void check_random_put(struct check_random *random, struct buf *out,
	const char *set, size_t n)
{
	size_t size = strlen(set);

	for (size_t i = 0; i < n; i++)
		buf_put_byte(out, (unsigned char)set[check_random_next(
					  random) % size]);
}

void check_resize(struct buf *token, size_t start, size_t n, const char *set)
{
	struct check_random random = check_random_from(buf_bytes(token));

	if (token->n > start + n)
		token->n = start + n;
	check_random_put(&random, token, set, start + n - token->n);
}
