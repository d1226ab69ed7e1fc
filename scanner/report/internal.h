/* Shared inside report/ only. */
#ifndef STANCH_REPORT_INTERNAL_H
#define STANCH_REPORT_INTERNAL_H

#include "render/render.h"
#include "report/report.h"

/* One function a format; report.c has the table. */
void report_text(struct report *r);
void report_json(struct report *r);
void report_jsonl(struct report *r);
void report_sarif(struct report *r);
void report_csv(struct report *r);
void report_junit(struct report *r);
void report_github(struct report *r);

/* ---- the report for people ---------------------------------------------- */

enum report_paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_RED,
	PAINT_ALARM,
	PAINT_YELLOW,
	PAINT_CYAN,
	PAINT_GREEN,
};
/* terminal.c */
void report_paint(struct report *r, enum report_paint p);
void report_escaped(struct report *r, bytes text);
void report_escaped_text(struct report *r, const char *text);
void report_painted(struct report *r, enum report_paint p, const char *text);
size_t report_text_width(const struct report *r);
/* Words of `text` in lines, each after the first indented; `column` is where
 * the first begins. Takes r->text. */
void report_wrapped(struct report *r, size_t column, const char *text);
void report_number(struct report *r, uint64_t n); /* 1,234,567 */
/* "1 leak", "2,000 leaks" */
void report_counted(struct report *r, uint64_t n, const char *one,
	const char *many);
void report_size(struct report *r, double bytes_count);
enum report_paint report_confidence_paint(enum confidence c);
/* coverage.c: the end of it. */
void report_coverage(struct report *r);

#endif
