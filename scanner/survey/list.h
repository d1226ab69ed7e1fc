/*
 * list: `stanch audit --list-only`: what an audit would be of.
 */
#ifndef STANCH_SURVEY_LIST_H
#define STANCH_SURVEY_LIST_H

#include "job/job.h"
#include "survey/targets.h"

/*
 * To the one output that was asked for: text (name, address, bytes, and why it
 * is left out or "-", with tabs between) or jsonl (a record each). A line at a
 * time, so nothing grows. An exit code; EXIT_UNABLE with *err.
 */
int survey_list(struct survey_targets *targets,
	const struct roster_filter *filter, const struct job_outputs *outputs,
	struct error *err);

#endif
