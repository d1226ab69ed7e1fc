#include "header/header.h"

#include "base/banned.h"

bool header_take_link(bytes *text, size_t id_size, const char *word,
	unsigned char *id)
{
	bytes line, rest;

	if (!bytes_cut(*text, '\n', &line, &rest) ||
		!bytes_starts(line, bytes_text(word)))
		return false;
	line = bytes_drop(line, strlen(word));
	if (line.n != id_size * 2 || !bytes_from_hex(line, id))
		return false;
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
