#include "base/base64.h"

#include <stdint.h>

#include "base/banned.h"

static const char standard[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Returns how many digits the last group lacks. */
static size_t put(struct buf *out, bytes data, const char *digits)
{
	size_t n = 0;

	for (size_t i = 0; i < data.n; i += 3) {
		uint32_t group = (uint32_t)data.at[i] << 16;

		n = data.n - i < 3 ? data.n - i : 3;
		if (n > 1)
			group |= (uint32_t)data.at[i + 1] << 8;
		if (n > 2)
			group |= data.at[i + 2];
		for (size_t k = 0; k <= n; k++)
			buf_put_byte(out, (unsigned char)digits[
				(group >> (18 - 6 * k)) & 63]);
	}
	return n == 0 ? 0 : 3 - n;
}

void base64_put(struct buf *out, bytes data)
{
	for (size_t lacking = put(out, data, standard); lacking > 0; lacking--)
		buf_put_byte(out, '=');
}

void base64_put_url(struct buf *out, bytes data)
{
	put(out, data, for_urls);
}

static int digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(bytes text, struct buf *out)
{
	uint32_t group = 0;
	size_t bits = 0;

	while (text.n > 0 && text.at[text.n - 1] == '=')
		text.n--;
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int value = digit(text.at[i]);

		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_put_byte(out, (unsigned char)(group >> bits));
		}
	}
	return true;
}
