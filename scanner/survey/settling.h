/*
 * settling: --verify and --respond of an audit: the network configuration, the
 * policy and what settle/ needs of both, read before anything is scanned.
 */
#ifndef STANCH_SURVEY_SETTLING_H
#define STANCH_SURVEY_SETTLING_H

#include "job/network.h"
#include "settle/settle.h"
#include "survey/targets.h"

struct survey_settling {
	struct job_network *network;
	struct loop_response *response;
	struct settle settle;
};

/* Neither was asked for: nothing is read. To be closed in any case. */
enum status survey_settling_open(struct survey_settling *s,
	const struct job_network_choice *network,
	const struct loop_response_choice *response,
	const struct survey_targets *targets, struct error *err) MUST_USE;
void survey_settling_close(struct survey_settling *s);

#endif
