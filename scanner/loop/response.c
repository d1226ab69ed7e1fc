#include "loop/response.h"

#include "policy/policy.h"

#include <stdlib.h>

#include "base/banned.h"

struct loop_response {
	struct loop_response_choice choice;
	struct policy *policy;
	struct verify_options verify;
};

static enum status check_targets(const struct loop_response_choice *choice,
	const struct args_list *targets, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < targets->n; i++)
		status = policy_check_place(choice->policy, targets->at[i],
			err);
	return status;
}

/* A provider that no built-in rule knows is a misspelt one. */
static enum status check_providers(const struct policy *policy,
	struct error *err)
{
	struct ruleset *rules = ruleset_new();
	const char **names = NULL;
	size_t n = 0;
	enum status status = rules ? ruleset_add_builtin(rules, err) :
		error_set(err, ERR_MEMORY, "start: out of memory");

	if (status == OK)
		status = ruleset_freeze(rules, err);
	if (status == OK) {
		n = ruleset_count(rules);
		names = calloc(n + 1, sizeof(*names));
	}
	for (size_t i = 0; names && i < n; i++)
		names[i] = ruleset_rule(rules, i)->provider;
	if (status == OK)
		status = names ? policy_check_providers(policy, names, n, err)
			: error_set(err, ERR_MEMORY, "start: out of memory");
	free(names);
	ruleset_free(rules);
	return status;
}

enum status loop_response_open(const struct loop_response_choice *choice,
	const struct args_list *targets, const struct job_network *network,
	struct loop_response **out, struct error *err)
{
	struct loop_response *r = calloc(1, sizeof(*r));
	enum status status;

	if (r == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	r->choice = *choice;
	r->verify = job_network_options(network);
	status = check_targets(choice, targets, err);
	if (status == OK)
		status = policy_load(choice->policy, &r->policy, err);
	if (status == OK && (r->policy->provider_count ||
		r->policy->organization_count))
		status = check_providers(r->policy, err);
	if (status == OK && !choice->dry_run) {
		const struct respond_options options = {.policy = r->policy};

		status = respond_check(&options, err);
	}
	if (status) {
		loop_response_close(r);
		return status;
	}
	*out = r;
	return OK;
}

void loop_response_close(struct loop_response *r)
{
	if (r == NULL)
		return;
	policy_free(r->policy);
	free(r);
}

const struct policy *loop_response_policy(const struct loop_response *r)
{
	return r->policy;
}

static void say_summary(const struct respond_summary *s, FILE *to)
{
	fprintf(to, "Response: %zu tokens, %zu live, %zu revoked, %zu kept, "
		"%zu not confirmed, %zu notices", s->incidents, s->live,
		s->revoked, s->held, s->unconfirmed, s->notified);
	if (s->failed_notices)
		fprintf(to, " (%zu channels failed)", s->failed_notices);
	fprintf(to, "%s\nAudit log head %s\n",
		s->interrupted ? "; interrupted" : "", s->head);
}

enum status loop_response_run(struct loop_response *r,
	const struct loop_response_run *run, struct respond_summary *summary,
	struct error *err)
{
	struct verify_options verify = r->verify;
	const struct respond_options options = {
		.policy = r->policy,
		.policy_path = r->choice.policy,
		.verify = &verify,
		.mode = r->choice.dry_run ? RESPOND_DRY : RESPOND_FOR_REAL,
		.decider = run->decider,
		.many = r->choice.many,
		.origin = run->origin,
		.say = run->say,
		.signal = run->signal,
		.told = run->told,
		.find_home = run->find_home,
		.cap_seconds = run->cap_seconds,
		.context = run->context,
	};
	enum status status;

	verify.listener = run->listener;
	status = respond_leaks(run->leaks, &options, summary, err);

	if (status == OK && run->say)
		say_summary(summary, run->say);
	return status;
}
