/*
 * What is so now of an incident: the policy's word on it, the token's owner
 * as the provider's last answer names it, and what this run has done.
 */
#include "respond/internal.h"

#include "base/clock.h"
#include "respond/budget.h"

#include "base/banned.h"

struct policy_switches respond_switches(const struct respond_run *r,
	const struct respond_incident *in)
{
	return policy_for(r->policy, in->provider, in->facts.organization);
}

static enum machine_owner owner_of(const struct respond_run *r,
	const struct respond_incident *in)
{
	const struct policy_who who = {
		.provider = in->provider,
		.organization = in->facts.organization,
		.owner = in->facts.owner,
		.email = in->facts.email,
		.owner_id = in->facts.owner_id,
	};

	switch (policy_owner(r->policy, &who)) {
	case POLICY_OWNER_ALLOWED:
		return MACHINE_OWNER_ALLOWED;
	case POLICY_OWNER_OTHER:
		return MACHINE_OWNER_OTHER;
	case POLICY_OWNER_DENIED:
		return MACHINE_OWNER_DENIED;
	case POLICY_OWNER_UNKNOWN:
		break;
	}
	return MACHINE_OWNER_UNKNOWN;
}

const struct policy_secret *respond_credential(const struct respond_run *r,
	const struct respond_incident *in)
{
	const struct policy_organization *o;

	if (in->revoke == NULL || in->revoke->credential == NULL)
		return NULL;
	o = policy_organization(r->policy, in->provider,
		in->facts.organization);
	return o && policy_has_secret(&o->credential) ? &o->credential : NULL;
}

static bool can_call(const struct respond_run *r,
	const struct respond_incident *in)
{
	return in->revoke != NULL && !in->is_call_failed &&
	       (in->revoke->credential == NULL || respond_credential(r, in));
}

/* May one more be intended? */
static enum machine_hold cap_of(const struct respond_run *r,
	const struct respond_incident *in)
{
	const int64_t seconds = r->options->cap_seconds;
	const size_t made = seconds == 0 ? r->intents :
		respond_knowns_called(r->knowns, respond_now() - seconds);

	if (!r->options->many && made >= r->policy->max_revocations)
		return MACHINE_HOLD_CAP;
	return in->revoke == NULL || budget_is_left(in->revoke, r->policy->log)
		? MACHINE_FREE : MACHINE_HOLD_BUDGET;
}

struct machine_facts respond_facts(const struct respond_run *r,
	const struct respond_incident *in)
{
	const struct policy_switches s = respond_switches(r, in);
	const bool by_person = r->options->decider == RESPOND_BY_PERSON;

	return (struct machine_facts){
		.now = respond_now(),
		.asks = in->asks,
		.age = clock_seconds(in->answered, clock_nanoseconds()),
		.can_ask = in->verify != NULL,
		.can_call = can_call(r, in),
		.is_possessed = !in->leak->rule->helper &&
			in->leak->secret.n > 0,
		.is_sure = (int)in->leak->confidence >= s.min_confidence,
		.denies_token = policy_denies_token(r->policy,
			in->leak->fingerprint, in->c3id),
		.owner = owner_of(r, in),
		.notify = s.notify == POLICY_ON,
		.revoke = s.revoke == POLICY_ON,
		.grace = s.grace,
		.is_stopped = policy_is_stopped(r->policy),
		.is_dry_run = r->options->mode == RESPOND_DRY,
		.cap = cap_of(r, in),
		.is_notice_tried = in->is_notice_tried,
		.confirm_within = r->policy->confirm_within,
		.is_asked_by_person = by_person,
	};
}
