#include "attribute/attribute.h"

#include <stdio.h>
#include <time.h>

#include "base/banned.h"

/* "Name <mail> seconds +hhmm", any part of which may be missing or lie. */
static void parse_person(bytes line, struct attribute_commit *out)
{
	size_t open = bytes_find_byte(line, '<'), close = line.n;
	bool is_west;
	bytes rest;
	int zone = 0;

	while (close && line.at[close - 1] != '>')
		close--;
	if (open == BYTES_NONE || close <= open + 1) {
		out->author = bytes_trim(line);
		return;
	}
	out->author = bytes_trim(bytes_take(line, open));
	out->email = bytes_part(line, open + 1, close - 1);
	rest = bytes_trim(bytes_drop(line, close));
	for (; rest.n && rest.at[0] >= '0' && rest.at[0] <= '9';
		rest = bytes_drop(rest, 1))
		if (out->time < INT64_MAX / 10 - 10)
			out->time = out->time * 10 + (rest.at[0] - '0');
	rest = bytes_trim(rest);
	if (rest.n != 5 || (rest.at[0] != '+' && rest.at[0] != '-'))
		return;
	is_west = rest.at[0] == '-';
	for (size_t i = 1; i < 5; i++) {
		if (rest.at[i] < '0' || rest.at[i] > '9')
			return;
		zone = zone * 10 + (rest.at[i] - '0');
	}
	zone = zone / 100 * 60 + zone % 100;
	if (zone < 24 * 60)
		out->zone = is_west ? -zone : zone;
}

bool attribute_parse_commit(bytes text, struct attribute_commit *out)
{
	bytes line, rest = text;

	*out = (struct attribute_commit){.time = 0};
	if (!bytes_starts(text, bytes_text("tree ")))
		return false;
	while (bytes_cut(rest, '\n', &line, &rest) && line.n) {
		if (bytes_starts(line, bytes_text("tree ")) && !out->tree.n)
			out->tree = bytes_drop(line, 5);
		else if (bytes_starts(line, bytes_text("author ")) &&
			 !out->author.n)
			parse_person(bytes_drop(line, 7), out);
	}
	out->message = rest;
	rest = bytes_trim(rest);
	bytes_cut(rest, '\n', &line, &rest);
	out->subject = bytes_trim(line);
	return true;
}

void attribute_format_time(int64_t time, int zone, char out[40])
{
	/* Year 9999: beyond it RFC 3339 has no form. */
	time_t at = time >= 0 && time < 253402214400 ? (time_t)time : 0;
	int minutes = zone < 0 ? -zone : zone;
	struct tm tm;
	size_t n;

	at += (time_t)zone * 60;
	if (at < 0 || gmtime_r(&at, &tm) == NULL) {
		snprintf(out, 40, "1970-01-01T00:00:00+00:00");
		return;
	}
	n = strftime(out, 40, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, 40 - n, "%c%02d:%02d", zone < 0 ? '-' : '+',
		minutes / 60 % 24, minutes % 60);
}
