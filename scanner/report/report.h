/*
 * report: findings -> bytes for people and machines.
 *
 * Reports are the only output with a secret in it, and only when asked
 * (--show-secrets). One file per format; what formats share is in render/.
 * Every format escapes what it prints for where it is going: terminals, JSON,
 * XML, CSV, workflow commands. Not for threads: reports are written when the
 * scan is over.
 */
#ifndef STANCH_REPORT_REPORT_H
#define STANCH_REPORT_REPORT_H

#include "leaks/leaks.h"
#include "render/options.h"
#include "render/summary.h"

#include <stdio.h>

/* All, in order; ends with NULL. */
extern const char *const report_format_names[];
const char *report_format_name(enum report_format f);
bool report_format_parse(const char *name, enum report_format *out);

/*
 * Write the whole report. Findings that the confidence asked for leaves out
 * are not in `leaks`. ERR_IO when the stream refuses (full disk, closed).
 */
enum status report_write(FILE *to, const struct report_options *options,
	const struct leaks *leaks, const struct report_summary *summary,
	struct error *err) MUST_USE;

#endif
