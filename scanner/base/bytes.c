#include "base/bytes.h"

#include "base/banned.h"

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

bool bytes_equal(bytes a, bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

bool bytes_equal_nocase(bytes a, bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

bool bytes_starts(bytes b, bytes prefix)
{
	return b.n >= prefix.n && bytes_equal(bytes_take(b, prefix.n), prefix);
}

bool bytes_ends(bytes b, bytes suffix)
{
	return b.n >= suffix.n &&
	       bytes_equal(bytes_drop(b, b.n - suffix.n), suffix);
}

int bytes_compare(bytes a, bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.at, b.at, n) : 0;

	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

size_t bytes_find(bytes b, bytes needle)
{
	const unsigned char *hit;

	if (needle.n == 0)
		return 0;
	if (b.n < needle.n)
		return BYTES_NONE;
	hit = memmem(b.at, b.n, needle.at, needle.n);
	return hit ? (size_t)(hit - b.at) : BYTES_NONE;
}

size_t bytes_find_nocase(bytes b, bytes needle)
{
	for (size_t i = 0; i + needle.n <= b.n; i++)
		if (bytes_equal_nocase(bytes_part(b, i, i + needle.n), needle))
			return i;
	return BYTES_NONE;
}

size_t bytes_find_byte(bytes b, unsigned char c)
{
	const unsigned char *hit = b.n ? memchr(b.at, c, b.n) : NULL;

	return hit ? (size_t)(hit - b.at) : BYTES_NONE;
}

size_t bytes_find_row(const unsigned char *rows, size_t count, size_t width,
	bytes name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(rows + middle * width, name.at, name.n);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return BYTES_NONE;
}

/* One more than a digit's value, 0 for what is none: some repositories have
 * tens of thousands of refs, and each command reads them all. */
static const unsigned char digits[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6,
	['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

bool bytes_from_hex(bytes hex, unsigned char *out)
{
	for (size_t i = 0; i < hex.n / 2; i++) {
		unsigned high = digits[hex.at[2 * i]];
		unsigned low = digits[hex.at[2 * i + 1]];

		if (high == 0 || low == 0)
			return false;
		out[i] = (unsigned char)((high - 1) << 4 | (low - 1));
	}
	return hex.n % 2 == 0;
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bytes bytes_trim(bytes b)
{
	while (b.n && is_blank(b.at[0]))
		b = bytes_drop(b, 1);
	while (b.n && is_blank(b.at[b.n - 1]))
		b.n--;
	return b;
}

bool bytes_cut(bytes b, unsigned char at, bytes *head, bytes *tail)
{
	size_t where = bytes_find_byte(b, at);

	if (where == BYTES_NONE) {
		*head = b;
		*tail = bytes_drop(b, b.n);
		return false;
	}
	*head = bytes_take(b, where);
	*tail = bytes_drop(b, where + 1);
	return true;
}
