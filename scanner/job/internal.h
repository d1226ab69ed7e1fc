/* The innards of job/. */
#ifndef STANCH_JOB_INTERNAL_H
#define STANCH_JOB_INTERNAL_H

#include "job/console.h"
#include "job/job.h"
#include "job/links.h"
#include "job/outputs.h"
#include "suppress/baseline.h"

#include <limits.h>

/* suppressions.c: the root of a target's repository, or the target. */
struct job_root {
	char path[PATH_MAX];
	char below[PATH_MAX];  /* from the root to the target, "src/" */
	char prefix[PATH_MAX]; /* before reported paths */
	bool is_file;	       /* the target */
};
/* False: it has none, or is bare, standard input, not there. */
bool job_root_find(struct job_root *r, const char *target);
void job_root_prefix(struct job_root *r, const char *directory);

struct job_suppressing {
	struct job_suppress options;
	struct suppress *own;
	bool is_ours;
	size_t targets;
	struct baseline written; /* --write-baseline: what it will hold */
	struct suppress_count count;
	/* for the summary */
	struct report_entry *stale, *expired;
	const char **broken;
};
enum status job_suppressing_init(struct job_suppressing *j,
	const struct job_suppress *options, struct error *err) MUST_USE;
void job_suppressing_release(struct job_suppressing *j);
enum status job_suppressing_target(struct job_suppressing *j,
	const char *target, bool is_selection, struct error *err) MUST_USE;
/* After leaks_finish and verifying. */
enum status job_suppressing_apply(struct job_suppressing *j,
	struct leaks *leaks, const struct ruleset *rules,
	struct report_summary *summary, struct error *err) MUST_USE;
enum status job_suppressing_write(struct job_suppressing *j,
	const struct leaks *leaks, struct error *err) MUST_USE;

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
