#include "survey/settling.h"

#include "base/banned.h"

/* What is scanned here: neither may stand in it. */
static struct args_list local_targets(const struct survey_targets *targets)
{
	const bytes kind = bytes_text("dir:");
	struct args_list out = {.n = 0};

	for (size_t i = 0; i < targets->count; i++)
		if (bytes_starts(bytes_text(targets->at[i]), kind) &&
			out.n < ARGS_LIST_MAX)
			out.at[out.n++] = targets->at[i] + kind.n;
	return out;
}

enum status survey_settling_open(struct survey_settling *s,
	const struct job_network_choice *network,
	const struct loop_response_choice *response,
	const struct survey_targets *targets, struct error *err)
{
	const struct args_list scanned = local_targets(targets);
	enum status status;

	*s = (struct survey_settling){.network = NULL};
	if (!network->verify && response->policy == NULL)
		return OK;
	status = job_network_open(network, &scanned, &s->network, err);
	if (status == OK && response->policy)
		status = loop_response_open(response, &scanned, s->network,
			&s->response, err);
	if (status != OK)
		return status;
	s->settle.options = (struct settle_options){
		.verify = job_network_options(s->network),
		.response = s->response,
		.policy = response->policy,
		.is_dry = response->dry_run,
	};
	return OK;
}

void survey_settling_close(struct survey_settling *s)
{
	loop_response_close(s->response);
	job_network_close(s->network);
}
