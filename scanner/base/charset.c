#include "base/charset.h"

#include "base/banned.h"

static void add(struct charset *set, unsigned char c)
{
	set->word[c >> 6] |= (uint64_t)1 << (c & 63);
}

/* One byte of the text, a backslash quoting the next. */
static bool next(bytes *text, unsigned char *c)
{
	if (text->n && text->at[0] == '\\')
		*text = bytes_drop(*text, 1);
	if (text->n == 0)
		return false;
	*c = text->at[0];
	*text = bytes_drop(*text, 1);
	return true;
}

bool charset_parse(struct charset *set, bytes text)
{
	struct charset made = {{0}};

	*set = made;
	while (text.n) {
		unsigned char first, last;

		if (!next(&text, &first))
			return false;
		last = first;
		if (text.n > 1 && text.at[0] == '-') {
			text = bytes_drop(text, 1);
			if (!next(&text, &last) || last < first)
				return false;
		}
		for (unsigned c = first; c <= last; c++)
			add(&made, (unsigned char)c);
	}
	*set = made;
	return true;
}

bool charset_is_empty(const struct charset *set)
{
	return (set->word[0] | set->word[1] | set->word[2] | set->word[3]) ==
	       0;
}

size_t charset_count(const struct charset *set, bytes data)
{
	size_t count = 0;

	for (size_t i = 0; i < data.n; i++)
		count += charset_has(set, data.at[i]);
	return count;
}
