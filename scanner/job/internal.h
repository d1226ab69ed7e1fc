/* The innards of job/. */
#ifndef STANCH_JOB_INTERNAL_H
#define STANCH_JOB_INTERNAL_H

#include "job/console.h"
#include "job/job.h"

/*
 * outputs.c: write all. What fails is said on standard error; then the
 * findings follow there, redacted. True when every report was written; else
 * the summary becomes incomplete. `common` gives all but format, colour and
 * width.
 */
bool job_outputs_write(const struct job_outputs *o,
	const struct report_options *common, const struct leaks *leaks,
	struct report_summary *summary);

/* fingerprint_key.c */
#define JOB_KEY_SIZE 256
struct job_key {
	unsigned char at[JOB_KEY_SIZE];
	size_t n;
	bool is_fresh; /* made now, written nowhere */
};
/* From STANCH_FINGERPRINT_KEY, the user's key file, or fresh. */
void job_key_load(struct job_key *key);
/* Write a fresh key to the user's file if a finding was made with it. */
void job_key_keep(const struct job_key *key, const struct leaks *leaks);

#endif
