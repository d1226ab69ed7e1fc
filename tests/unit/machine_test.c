/*
 * The response machine against a model that is written apart from it: over
 * random sequences of facts, answers, failures and crashes, a revocation is
 * called exactly in the one permitted cell, and never twice for one state.
 */
#include "machine/machine.h"
#include "unit.h"

#include <stdlib.h>

#define SEQUENCES 100000
#define STEPS 40
#define RECORDS (4 * STEPS)

/* xorshift: the same sequences on every machine. */
struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *d, uint32_t sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (uint32_t)((d->state >> 20) % sides);
}

/* True but for one time in `sides`. */
static bool mostly(struct dice *d, uint32_t sides)
{
	return roll(d, sides) != 0;
}

struct world {
	struct dice dice;
	struct machine_record log[RECORDS];
	size_t records;
	struct machine_state state; /* of the running process */
	int64_t now;
	/* the token, as it is */
	bool is_live;
	/* what the model knows without the machine's state */
	enum verdict last_verdict;
	uint32_t asks;
	double age;
	bool is_told, is_notice_tried;
	int64_t told_at;
	bool intent_is_ours;
	bool may_be_sent; /* a call went out, and nobody withdrew it */
	bool is_person;
	/* counts */
	uint64_t calls, cells, crashes, confirmed;
};

/* ---- facts -------------------------------------------------------------- */

static struct machine_facts roll_facts(struct world *w)
{
	struct dice *d = &w->dice;

	return (struct machine_facts){
		.now = w->now,
		.asks = w->asks,
		.age = w->age,
		.can_ask = mostly(d, 30),
		.can_call = mostly(d, 20),
		.is_possessed = mostly(d, 20),
		.is_sure = mostly(d, 20),
		.denies_account = !mostly(d, 30),
		.denies_token = !mostly(d, 30),
		.owner = mostly(d, 10) ? MACHINE_OWNER_ALLOWED :
			(enum machine_owner)roll(d, 4),
		.notify = mostly(d, 3),
		.revoke = mostly(d, 20),
		.grace = mostly(d, 4) ? 0 : 3600,
		.is_stopped = !mostly(d, 20),
		.is_dry_run = !mostly(d, 20),
		.cap = mostly(d, 20) ? MACHINE_FREE : MACHINE_HOLD_CAP,
		.is_notice_tried = w->is_notice_tried,
		.confirm_within = 300,
		.is_asked_by_person = w->is_person,
	};
}

/* The permitted cell, in the words of the reliability standard. */
static bool is_permitted(const struct world *w, const struct machine_facts *f)
{
	const bool is_grace_over = f->grace == 0 || f->is_asked_by_person ||
		(w->is_told && f->now >= w->told_at + f->grace);
	const bool is_proven = w->last_verdict == VERDICT_LIVE &&
		w->asks > 0 && w->age <= 60;
	const bool is_told = w->is_told || !f->notify || w->is_notice_tried;

	return w->intent_is_ours && is_proven && is_told && is_grace_over &&
	       f->can_ask && f->can_call && f->is_possessed && f->is_sure &&
	       !f->denies_account && !f->denies_token &&
	       f->owner == MACHINE_OWNER_ALLOWED && f->revoke &&
	       !f->is_stopped && !f->is_dry_run;
}

/* ---- records ------------------------------------------------------------ */

static void put(struct world *w, enum machine_event event,
	enum verdict verdict, enum machine_hold hold)
{
	const struct machine_record r = {event, verdict, hold, w->now, false};

	CHECK(w->records < RECORDS);
	w->log[w->records++] = r;
	machine_fold(&w->state, &r);
}

/* The process dies; the next one knows what the log says. */
static void crash(struct world *w)
{
	struct machine_state state = {0};

	for (size_t i = 0; i < w->records; i++) {
		w->log[i].is_replayed = true;
		machine_fold(&state, &w->log[i]);
	}
	w->state = state;
	w->asks = 0;
	w->intent_is_ours = false;
	w->is_notice_tried = false;
	w->is_person = !mostly(&w->dice, 10);
	w->now += 1 + roll(&w->dice, 100000);
	w->crashes++;
}

/* ---- effects ------------------------------------------------------------ */

static enum verdict roll_verdict(struct world *w)
{
	static const enum verdict others[] = {VERDICT_UNKNOWN,
		VERDICT_RESTRICTED, VERDICT_RETRY};

	if (!mostly(&w->dice, 6))
		return others[roll(&w->dice, 3)];
	return w->is_live ? VERDICT_LIVE : VERDICT_DEAD;
}

static void ask(struct world *w)
{
	enum verdict verdict = roll_verdict(w);

	if (!mostly(&w->dice, 20)) {
		crash(w);
		return;
	}
	w->asks++;
	w->age = 0;
	w->last_verdict = verdict;
	put(w, MACHINE_WAS_JUDGED, verdict, MACHINE_FREE);
}

static void notify(struct world *w)
{
	put(w, MACHINE_NOTICE_INTENDED, VERDICT_UNKNOWN, MACHINE_FREE);
	CHECK(w->state.notice_in_doubt);
	if (!mostly(&w->dice, 20)) {
		crash(w);
		CHECK(w->state.notice_in_doubt);
		return;
	}
	if (mostly(&w->dice, 5)) {
		put(w, MACHINE_NOTICE_SENT, VERDICT_UNKNOWN, MACHINE_FREE);
		w->is_told = true;
		w->told_at = w->now;
	} else {
		put(w, MACHINE_NOTICE_FAILED, VERDICT_UNKNOWN, MACHINE_FREE);
		w->is_notice_tried = true;
	}
	CHECK(!w->state.notice_in_doubt);
}

static void intend(struct world *w)
{
	CHECK(!w->may_be_sent || w->is_person);
	put(w, MACHINE_WAS_INTENDED, VERDICT_UNKNOWN, MACHINE_FREE);
	w->intent_is_ours = true;
	w->may_be_sent = false; /* but for a person, nothing was */
	if (!mostly(&w->dice, 20))
		crash(w);
}

static void call(struct world *w)
{
	static const enum verdict answers[] = {VERDICT_REVOKED,
		VERDICT_ACCEPTED, VERDICT_GONE, VERDICT_UNKNOWN,
		VERDICT_REFUSED};
	enum verdict answer = answers[roll(&w->dice, 5)];

	CHECK(!w->may_be_sent); /* never twice for one state */
	w->calls++;
	w->intent_is_ours = false;
	if (!mostly(&w->dice, 8)) { /* the host could not be reached */
		put(w, MACHINE_WAS_WITHDRAWN, VERDICT_UNKNOWN, MACHINE_FREE);
		return;
	}
	w->may_be_sent = true;
	if (answer != VERDICT_REFUSED && mostly(&w->dice, 4))
		w->is_live = false;
	if (!mostly(&w->dice, 6)) {
		crash(w);
		CHECK(w->state.in_doubt);
		return;
	}
	put(w, MACHINE_WAS_ANSWERED, answer, MACHINE_FREE);
}

static void withdraw(struct world *w, enum machine_hold hold)
{
	CHECK(w->intent_is_ours); /* never what another may have sent */
	CHECK(hold != MACHINE_FREE);
	w->intent_is_ours = false;
	put(w, MACHINE_WAS_WITHDRAWN, VERDICT_UNKNOWN, hold);
}

static void confirm(struct world *w)
{
	CHECK(w->last_verdict == VERDICT_DEAD && w->asks > 0);
	put(w, MACHINE_WAS_CONFIRMED, VERDICT_DEAD, MACHINE_FREE);
	w->may_be_sent = false; /* a state of its own */
	w->confirmed++;
}

static void stopped(struct world *w, enum machine_hold hold)
{
	CHECK(hold != MACHINE_FREE);
	if (!mostly(&w->dice, 50))
		w->is_live = true; /* somebody switched it on again */
	crash(w); /* the run ends: to the next it is the same */
}

static void act(struct world *w, struct machine_step step)
{
	switch (step.action) {
	case MACHINE_RECORD:
		put(w, MACHINE_WAS_DETECTED, VERDICT_UNKNOWN, MACHINE_FREE);
		break;
	case MACHINE_ASK:
		ask(w);
		break;
	case MACHINE_NOTIFY:
		notify(w);
		break;
	case MACHINE_INTEND:
		intend(w);
		break;
	case MACHINE_WITHDRAW:
		withdraw(w, step.hold);
		break;
	case MACHINE_CALL:
		call(w);
		break;
	case MACHINE_CONFIRM:
		confirm(w);
		break;
	case MACHINE_GIVE_UP:
		put(w, MACHINE_WAS_UNCONFIRMED, VERDICT_UNKNOWN, MACHINE_FREE);
		break;
	case MACHINE_SAY_ALIVE:
		put(w, MACHINE_WAS_ALIVE_AGAIN, VERDICT_LIVE, MACHINE_FREE);
		break;
	case MACHINE_STOP:
		stopped(w, step.hold);
		break;
	case MACHINE_ACTION_COUNT:
		CHECK(!"an action");
	}
}

static void run_sequence(struct world *w)
{
	for (int i = 0; i < STEPS; i++) {
		struct machine_facts facts = roll_facts(w);
		struct machine_step step = machine_next(&w->state, &facts);
		bool is_permitted_now = is_permitted(w, &facts);

		if (is_permitted_now)
			w->cells++;
		if ((step.action == MACHINE_CALL) != is_permitted_now) {
			CHECK(!"a call exactly in the permitted cell");
			return;
		}
		act(w, step);
		w->now += roll(&w->dice, 40);
		w->age += roll(&w->dice, 30);
	}
}

static void test_random_sequences(void)
{
	uint64_t calls = 0, cells = 0, crashes = 0, confirmed = 0;

	for (uint64_t i = 0; i < SEQUENCES && unit_failures == 0; i++) {
		struct world w = {
			.dice = {0x9e3779b97f4a7c15u ^ (i * 0xbf58476du + 1)},
			.now = 1700000000,
			.is_live = true,
		};

		for (int k = 0; k < 8; k++)
			roll(&w.dice, 2);
		w.is_live = mostly(&w.dice, 8);
		run_sequence(&w);
		calls += w.calls;
		cells += w.cells;
		crashes += w.crashes;
		confirmed += w.confirmed;
	}
	CHECK_EQUAL(calls, cells);
	/* The sequences do get there. */
	CHECK(calls > SEQUENCES / 4);
	CHECK(confirmed > SEQUENCES / 8);
	CHECK(crashes > SEQUENCES);
}

/* ---- rows --------------------------------------------------------------- */

/* All that lets a live token through; each row changes one thing. */
static const struct machine_facts free_facts = {
	.now = 1000000, .asks = 1, .age = 1, .can_ask = true, .can_call = true,
	.is_possessed = true, .is_sure = true, .owner = MACHINE_OWNER_ALLOWED,
	.notify = true, .revoke = true, .confirm_within = 300,
};
static const struct machine_state live_state = {
	.phase = MACHINE_JUDGED, .verdict = VERDICT_LIVE, .notified_at = 1,
};

static void expect(const struct machine_state *s,
	const struct machine_facts *f, enum machine_action action,
	enum machine_hold hold)
{
	struct machine_step step = machine_next(s, f);

	CHECK_EQUAL(step.action, action);
	CHECK_EQUAL(step.hold, hold);
}

#define HOLDS(field, value, hold)                                            \
	do {                                                                 \
		struct machine_facts held = free_facts;                       \
		struct machine_state ours = live_state;                      \
		held.field = value;                                            \
		expect(&live_state, &held, MACHINE_STOP, hold);                 \
		ours.phase = MACHINE_INTENDED;                               \
		expect(&ours, &held, MACHINE_WITHDRAW, hold);                   \
	} while (0)

static void test_each_hold(void)
{
	struct machine_facts f = free_facts;

	expect(&live_state, &f, MACHINE_INTEND, MACHINE_FREE);
	HOLDS(is_possessed, false, MACHINE_HOLD_NOT_HELD);
	HOLDS(is_sure, false, MACHINE_HOLD_CONFIDENCE);
	HOLDS(denies_token, true, MACHINE_HOLD_DENIED);
	HOLDS(owner, MACHINE_OWNER_DENIED, MACHINE_HOLD_DENIED);
	HOLDS(owner, MACHINE_OWNER_OTHER, MACHINE_HOLD_OWNER);
	HOLDS(owner, MACHINE_OWNER_UNKNOWN, MACHINE_HOLD_OWNER_UNKNOWN);
	HOLDS(revoke, false, MACHINE_HOLD_OFF);
	HOLDS(can_call, false, MACHINE_HOLD_NO_WAY);
	HOLDS(grace, 1000000, MACHINE_HOLD_GRACE);
	HOLDS(is_stopped, true, MACHINE_HOLD_STOPPED);
	HOLDS(is_dry_run, true, MACHINE_HOLD_DRY_RUN);
	f.cap = MACHINE_HOLD_CAP;
	expect(&live_state, &f, MACHINE_STOP, MACHINE_HOLD_CAP);
}

static void test_proof(void)
{
	struct machine_state s = live_state;
	struct machine_facts f = free_facts;

	f.age = 61;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	f.asks = MACHINE_ASKS;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_STALE);
	s.phase = MACHINE_INTENDED;
	expect(&s, &f, MACHINE_WITHDRAW, MACHINE_HOLD_STALE);
	f.age = 60;
	expect(&s, &f, MACHINE_CALL, MACHINE_FREE);
	f.asks = 0; /* a verdict of the log proves nothing now */
	f.age = 0;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	for (int v = 0; v < VERDICT_COUNT; v++) {
		struct machine_state judged = live_state;
		struct machine_facts now = free_facts;

		judged.verdict = (enum verdict)v;
		if (v == VERDICT_LIVE)
			continue;
		expect(&judged, &now, MACHINE_STOP, v == VERDICT_DEAD ?
			MACHINE_HOLD_NOT_LIVE : MACHINE_HOLD_NOT_PROVEN);
		judged.phase = MACHINE_INTENDED;
		CHECK_EQUAL(machine_next(&judged, &now).action,
			MACHINE_WITHDRAW);
	}
}

static void test_doubt(void)
{
	struct machine_state s = live_state;
	struct machine_facts f = free_facts;

	s.phase = MACHINE_INTENDED;
	s.in_doubt = true;
	s.submitted_at = f.now - 10;
	f.asks = 0;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	f.asks = 1;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE); /* give it time */
	s.submitted_at = f.now - 300;
	expect(&s, &f, MACHINE_GIVE_UP, MACHINE_FREE);
	s.submitted_at = f.now;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	s.submitted_at = f.now + 5; /* the clock was set back */
	expect(&s, &f, MACHINE_GIVE_UP, MACHINE_FREE);
	s.verdict = VERDICT_DEAD;
	expect(&s, &f, MACHINE_CONFIRM, MACHINE_FREE);
}

static void test_stuck(void)
{
	struct machine_state s = live_state;
	struct machine_facts f = free_facts;

	s.phase = MACHINE_UNCONFIRMED;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_UNCONFIRMED);
	f.is_asked_by_person = true;
	expect(&s, &f, MACHINE_INTEND, MACHINE_FREE);
	s.verdict = VERDICT_DEAD;
	expect(&s, &f, MACHINE_CONFIRM, MACHINE_FREE);
	s = live_state;
	s.phase = MACHINE_REFUSED;
	f = free_facts;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_REFUSED);
	s.verdict = VERDICT_DEAD; /* but not by us */
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_NOT_LIVE);
	f.asks = 0;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
}

static void test_dead(void)
{
	struct machine_state s = {.phase = MACHINE_DEAD,
		.verdict = VERDICT_DEAD, .judged_at = 1000000 - 10};
	struct machine_facts f = free_facts;

	f.asks = 0;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_DONE);
	s.judged_at = 1000000 - MACHINE_REST;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	s.judged_at = 1000000 + 1; /* the clock was set back */
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	f.asks = 1;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_DONE);
	s.verdict = VERDICT_LIVE;
	expect(&s, &f, MACHINE_SAY_ALIVE, MACHINE_FREE);
	s.held = MACHINE_HOLD_ALIVE_AGAIN;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_ALIVE_AGAIN);
	s.phase = MACHINE_JUDGED;
	s.verdict = VERDICT_DEAD;
	s.judged_at = f.now;
	f.asks = 0;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_NOT_LIVE);
}

static void test_notices(void)
{
	struct machine_state s = live_state;
	struct machine_facts f = free_facts;

	s.notified_at = 0;
	f.revoke = false;
	expect(&s, &f, MACHINE_NOTIFY, MACHINE_FREE);
	f.is_notice_tried = true;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_OFF);
	f = free_facts;
	f.is_dry_run = true;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_DRY_RUN);
	f = free_facts; /* told behind the intent, before the call */
	expect(&s, &f, MACHINE_INTEND, MACHINE_FREE);
	s.phase = MACHINE_INTENDED;
	expect(&s, &f, MACHINE_NOTIFY, MACHINE_FREE);
	f.notify = false;
	expect(&s, &f, MACHINE_CALL, MACHINE_FREE);
	s.phase = MACHINE_JUDGED; /* restricted tokens are told too */
	s.verdict = VERDICT_RESTRICTED;
	f.notify = true;
	expect(&s, &f, MACHINE_NOTIFY, MACHINE_FREE);
	s = live_state; /* grace begins with the notice */
	s.notified_at = 0;
	f.grace = 10;
	f.notify = false;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_GRACE);
	s.notified_at = f.now - 9;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_GRACE);
	s.notified_at = f.now - 10;
	expect(&s, &f, MACHINE_INTEND, MACHINE_FREE);
}

static void test_beginnings(void)
{
	struct machine_state s = {0};
	struct machine_facts f = free_facts;

	f.can_ask = false;
	expect(&s, &f, MACHINE_RECORD, MACHINE_FREE);
	s.phase = MACHINE_DETECTED;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_NO_WAY_TO_ASK);
	f.denies_account = true;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_ACCOUNT);
	f = free_facts;
	f.asks = 0;
	expect(&s, &f, MACHINE_ASK, MACHINE_FREE);
	f.asks = 1;
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_NOT_PROVEN);
	s.phase = MACHINE_DEAD + 1; /* no phase at all */
	expect(&s, &f, MACHINE_STOP, MACHINE_HOLD_NOT_PROVEN);
}

/* A record that does not fit the state changes nothing that matters. */
static void test_folding(void)
{
	struct machine_state s = {.phase = MACHINE_DEAD};

	machine_fold(&s, &(struct machine_record){.event =
		MACHINE_WAS_DETECTED});
	CHECK_EQUAL(s.phase, MACHINE_DEAD);
	machine_fold(&s, &(struct machine_record){.event = MACHINE_WAS_JUDGED,
		.verdict = VERDICT_LIVE});
	CHECK_EQUAL(s.phase, MACHINE_DEAD);
	machine_fold(&s, &(struct machine_record){.event =
		MACHINE_EVENT_COUNT});
	machine_fold(&s, &(struct machine_record){.event =
		MACHINE_EVENT_COUNT + 1});
	CHECK_EQUAL(s.phase, MACHINE_DEAD);
	machine_fold(&s, &(struct machine_record){.event = MACHINE_WAS_HELD,
		.hold = MACHINE_HOLD_OWNER});
	CHECK_EQUAL(s.held, MACHINE_HOLD_OWNER);
}

static void test_words(void)
{
	for (int h = 1; h < MACHINE_HOLD_COUNT; h++) {
		CHECK(machine_hold_text((enum machine_hold)h)[0] != '\0');
		CHECK(machine_hold_name((enum machine_hold)h)[0] != '\0');
	}
}

static const struct unit_test tests[] = {
	{"over 100,000 random sequences with crashes, calls are exactly the "
	 "one permitted cell, at most one for each state",
		test_random_sequences},
	{"each thing that holds a revocation holds it, also after the intent",
		test_each_hold},
	{"only live, of this run, at most 60 s ago, is proof", test_proof},
	{"what a dead process intended is asked about, never sent again",
		test_doubt},
	{"refused and unconfirmed wait for a person", test_stuck},
	{"a revoked token rests, and is told when it lives again", test_dead},
	{"one notice, and grace begins with it", test_notices},
	{"nothing is asked before it is recorded", test_beginnings},
	{"records are folded", test_folding},
	{"every hold has its words", test_words},
};
UNIT_MAIN(tests)
