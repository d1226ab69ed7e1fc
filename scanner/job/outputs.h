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

#endif
