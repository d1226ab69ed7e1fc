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

#endif
