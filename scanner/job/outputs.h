/*
 * outputs: reports to where they were asked for, for those that write more
 * than report/ knows of.
 */
#ifndef STANCH_JOB_OUTPUTS_H
#define STANCH_JOB_OUTPUTS_H

#include "job/job.h"

#include <stdio.h>

/*
 * Write all. What fails is said on standard error; then the findings follow
 * there as text, redacted. True when every report was written. `common` gives
 * all but format, colour and width. `write` is report_write, or what writes
 * more than that knows of.
 */
typedef enum status job_write(const void *context, FILE *to,
	const struct report_options *options, struct error *err);
bool job_outputs_write(const struct job_outputs *o,
	const struct report_options *common, job_write *write,
	const void *context);

/* --format and --output in tables of options; `offset` is that of a struct
 * job_outputs. */
enum status job_on_format(void *settings, const struct args_option *option,
	const char *text, struct error *err) MUST_USE;
enum status job_on_output(void *settings, const struct args_option *option,
	const char *text, struct error *err) MUST_USE;

#endif
