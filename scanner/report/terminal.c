/*
 * What the report for people is made of: colour, words in lines, numbers.
 */
#include "report/internal.h"

#include <inttypes.h>

#include "base/banned.h"

/* Columns when nobody says; and the least that is laid out for. */
#define WIDTH_UNKNOWN 100
#define WIDTH_LEAST 40

void report_paint(struct report *r, enum report_paint p)
{
	static const char *const codes[] = {
		[PAINT_PLAIN] = "\033[0m",
		[PAINT_BOLD] = "\033[1m",
		[PAINT_DIM] = "\033[2m",
		[PAINT_RED] = "\033[31m",
		[PAINT_ALARM] = "\033[1;31m",
		[PAINT_YELLOW] = "\033[33m",
		[PAINT_CYAN] = "\033[36m",
		[PAINT_GREEN] = "\033[32m",
	};

	if (r->options->color)
		report_say(r, codes[p]);
}

void report_escaped(struct report *r, bytes text)
{
	buf_clear(&r->text);
	report_escape_terminal(text, &r->text);
	report_put(r, report_take(r, &r->text));
}

void report_escaped_text(struct report *r, const char *text)
{
	report_escaped(r, bytes_text(report_or(text, "")));
}

void report_painted(struct report *r, enum report_paint p, const char *text)
{
	report_paint(r, p);
	report_escaped_text(r, text);
	report_paint(r, PAINT_PLAIN);
}

size_t report_text_width(const struct report *r)
{
	unsigned asked = r->options->width;

	if (asked == 0)
		return WIDTH_UNKNOWN;
	return asked < WIDTH_LEAST ? WIDTH_LEAST : asked;
}

void report_wrapped(struct report *r, size_t column, const char *text)
{
	size_t indent = column, at = column;
	bytes word, rest;

	buf_clear(&r->text);
	report_escape_terminal(bytes_text(text), &r->text);
	rest = report_take(r, &r->text);
	while (rest.n) {
		size_t n;

		(void)bytes_cut(rest, ' ', &word, &rest);
		n = report_width(word);
		if (at > indent && at + 1 + n > report_text_width(r)) {
			report_printf(r, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			report_say(r, " ");
			at++;
		}
		report_put(r, word);
		at += n;
	}
	report_say(r, "\n");
}

/* 1,234,567 */
void report_number(struct report *r, uint64_t n)
{
	char digits[32];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			putc(',', r->to);
		putc(digits[i], r->to);
	}
}

/* "1 leak", "2,000 leaks" */
void report_counted(struct report *r, uint64_t n, const char *one,
	const char *many)
{
	report_number(r, n);
	report_printf(r, " %s", n == 1 ? one : many);
}

void report_size(struct report *r, double bytes_count)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	size_t unit = 0;

	while (bytes_count >= 999.5 && unit < 4) {
		bytes_count /= 1000;
		unit++;
	}
	report_printf(r, bytes_count < 99.5 && unit ? "%.1f %s" : "%.0f %s",
		bytes_count, units[unit]);
}

enum report_paint report_confidence_paint(enum confidence c)
{
	switch (c) {
	case CONFIDENCE_LOW:
		return PAINT_CYAN;
	case CONFIDENCE_MEDIUM:
		return PAINT_YELLOW;
	case CONFIDENCE_HIGH:
		return PAINT_RED;
	case CONFIDENCE_CERTAIN:
		break;
	}
	return PAINT_ALARM;
}
