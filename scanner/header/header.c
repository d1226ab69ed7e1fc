#include "header/header.h"

#include "base/banned.h"

static int hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool header_take_link(bytes *text, size_t id_size, const char *word,
	unsigned char *id)
{
	bytes line, rest;

	if (!bytes_cut(*text, '\n', &line, &rest) ||
		!bytes_starts(line, bytes_text(word)))
		return false;
	line = bytes_drop(line, strlen(word));
	if (line.n != id_size * 2)
		return false;
	for (size_t i = 0; i < id_size; i++) {
		int high = hex_value(line.at[2 * i]);
		int low = hex_value(line.at[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id[i] = (unsigned char)(high << 4 | low);
	}
	*text = rest;
	return true;
}

int64_t header_committer_time(bytes text)
{
	size_t at = bytes_find(text, bytes_text("\ncommitter "));
	bytes line, rest;
	int64_t time = 0;

	if (at == BYTES_NONE)
		return 0;
	bytes_cut(bytes_drop(text, at + 1), '\n', &line, &rest);
	for (size_t i = line.n; i-- > 0;)
		if (line.at[i] == '>') {
			line = bytes_drop(line, i + 2);
			break;
		}
	for (size_t i = 0; i < line.n && line.at[i] >= '0' &&
			   line.at[i] <= '9' && time < INT64_MAX / 20; i++)
		time = time * 10 + (line.at[i] - '0');
	return time;
}
