/*
 * Records of an incident, in any order and as often as one likes, and any
 * facts after each: folding never fails, and a call is only ever the next
 * step when this process has intended it and everything that may hold it
 * does not. Three bytes a record, six of facts.
 */
#include "machine/machine.h"

#include <assert.h>
#include <stddef.h>

#define RECORD 3
#define FACTS 6

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static struct machine_facts facts_of(const unsigned char *at, int64_t now)
{
	return (struct machine_facts){
		.now = now,
		.asks = at[0] & 3,
		.age = at[1],
		.can_ask = at[2] & 1,
		.can_call = at[2] & 2,
		.is_possessed = at[2] & 4,
		.is_sure = at[2] & 8,
		.denies_account = at[2] & 16,
		.denies_token = at[2] & 32,
		.notify = at[2] & 64,
		.revoke = at[2] & 128,
		.owner = (enum machine_owner)(at[3] % 4),
		.is_stopped = at[3] & 4,
		.is_dry_run = at[3] & 8,
		.cap = at[3] & 16 ? MACHINE_HOLD_CAP : MACHINE_FREE,
		.is_notice_tried = at[3] & 32,
		.is_asked_by_person = at[3] & 64,
		.grace = at[4],
		.confirm_within = at[5],
	};
}

static void may_call(const struct machine_state *s,
	const struct machine_facts *f)
{
	assert(s->phase == MACHINE_INTENDED && !s->in_doubt);
	assert(f->can_call && f->is_possessed && f->is_sure && f->revoke);
	assert(!f->is_stopped && !f->is_dry_run);
	assert(!f->denies_account && !f->denies_token);
	assert(f->owner == MACHINE_OWNER_ALLOWED);
	assert(f->asks > 0 && f->age <= 60 && s->verdict == VERDICT_LIVE);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct machine_state state = {0};
	int64_t now = 1000;

	for (; size >= RECORD + FACTS; data += RECORD + FACTS,
		size -= RECORD + FACTS) {
		const struct machine_record record = {
			.event = (enum machine_event)(data[0] %
				MACHINE_EVENT_COUNT),
			.verdict = (enum verdict)(data[1] % VERDICT_COUNT),
			.hold = (enum machine_hold)(data[1] %
				MACHINE_HOLD_COUNT),
			.at = now,
			.is_replayed = data[2] & 1,
		};
		struct machine_facts facts;
		struct machine_step step;

		machine_fold(&state, &record);
		now += data[2] >> 1;
		facts = facts_of(data + RECORD, now);
		step = machine_next(&state, &facts);
		assert(step.action < MACHINE_ACTION_COUNT);
		if (step.action == MACHINE_CALL)
			may_call(&state, &facts);
	}
	return 0;
}
