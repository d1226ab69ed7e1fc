/*
 * date: a moment as people write it to git: "2024-08-01", with a time behind
 * it and a zone behind that, "3 weeks ago", "2.days", "yesterday", "@seconds".
 * Without a zone it is local time.
 */
#include "args/args.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define DAY 86400

static const char *blanks(const char *text)
{
	while (*text == ' ' || *text == '.' || *text == '_')
		text++;
	return text;
}

/* "3 weeks ago"; months and years are those of the calendar's mean. */
static bool parse_ago(const char *text, int64_t now, int64_t *out)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {
		{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", DAY},
		{"week", 7 * DAY}, {"month", 30 * DAY}, {"year", 365 * DAY},
	};
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	n = strtoul(text, &end, 10);
	text = blanks(end);
	if (n > 1000000)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t length = strlen(units[i].name);

		if (strncmp(text, units[i].name, length) != 0)
			continue;
		text += length;
		text = blanks(*text == 's' ? text + 1 : text);
		*out = now - (int64_t)n * units[i].seconds;
		return *text == '\0' || strcmp(text, "ago") == 0;
	}
	return false;
}

/* "Z", "+02:00", "-0530", or nothing; *is_local says which. */
static bool parse_zone(const char *text, int *minutes, bool *is_local)
{
	int hours, rest, n = 0;
	char sign;

	text = blanks(text);
	*is_local = *text == '\0';
	*minutes = 0;
	if (*is_local || strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0)
		return true;
	if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &rest, &n) != 3 &&
		sscanf(text, "%c%2d%2d%n", &sign, &hours, &rest, &n) != 3)
		return false;
	if ((sign != '+' && sign != '-') || text[n] != '\0' || hours > 14 ||
		hours < 0 || rest < 0 || rest > 59)
		return false;
	*minutes = (sign == '-' ? -1 : 1) * (hours * 60 + rest);
	return true;
}

static bool parse_calendar(const char *text, int64_t *out)
{
	struct tm tm = {.tm_isdst = -1};
	int n = 0, minutes;
	bool is_local;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon,
		    &tm.tm_mday, &n) != 3 ||
		tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
		tm.tm_mday < 1 || tm.tm_mday > 31)
		return false;
	text += n;
	if (*text == 'T' || *text == ' ') {
		n = 0;
		if (sscanf(text + 1, "%2d:%2d%n", &tm.tm_hour, &tm.tm_min,
			    &n) != 2)
			return false;
		text += 1 + n;
		n = 0;
		if (sscanf(text, ":%2d%n", &tm.tm_sec, &n) == 1)
			text += n;
	}
	if (tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
		tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60 ||
		!parse_zone(text, &minutes, &is_local))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*out = is_local ? (int64_t)mktime(&tm)
			: (int64_t)timegm(&tm) - minutes * 60;
	return true;
}

enum status args_read_date(const char *text, int64_t *out, struct error *err)
{
	int64_t now = (int64_t)time(NULL);
	char *end;

	if (text[0] == '@' && isdigit((unsigned char)text[1])) {
		*out = strtoll(text + 1, &end, 10);
		if (*end == '\0')
			return OK;
	} else if (strcmp(text, "yesterday") == 0) {
		*out = now - DAY;
		return OK;
	} else if (parse_ago(text, now, out) || parse_calendar(text, out)) {
		return OK;
	}
	return error_set(err, ERR_USAGE, "read the date '%.60s': write "
		"2024-08-01, 2024-08-01T10:00:00Z, or \"2 weeks ago\"", text);
}
