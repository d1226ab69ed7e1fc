/*
 * The transitions. Kept small enough to be read as a table and to be tested
 * by every branch: tests/unit/machine_test.c drives it through random
 * sequences against a model written apart from it.
 */
#include "machine/machine.h"

#include "base/banned.h"

static struct machine_step step(enum machine_action action)
{
	return (struct machine_step){action, MACHINE_FREE};
}

static struct machine_step stop(enum machine_hold hold)
{
	return (struct machine_step){MACHINE_STOP, hold};
}

/* ---- what holds a revocation -------------------------------------------- */

static bool is_in_grace(const struct machine_state *s,
	const struct machine_facts *f)
{
	if (f->grace == 0 || f->is_asked_by_person)
		return false;
	/* Without a notice nobody has had the time. */
	return s->notified_at == 0 || f->now < s->notified_at + f->grace;
}

static enum machine_hold hold_by_token(const struct machine_facts *f)
{
	if (!f->is_possessed)
		return MACHINE_HOLD_NOT_HELD;
	if (!f->is_sure)
		return MACHINE_HOLD_CONFIDENCE;
	if (f->denies_token || f->owner == MACHINE_OWNER_DENIED)
		return MACHINE_HOLD_DENIED;
	if (f->owner == MACHINE_OWNER_UNKNOWN)
		return MACHINE_HOLD_OWNER_UNKNOWN;
	if (f->owner == MACHINE_OWNER_OTHER)
		return MACHINE_HOLD_OWNER;
	return MACHINE_FREE;
}

static enum machine_hold hold_by_policy(const struct machine_state *s,
	const struct machine_facts *f)
{
	if (!f->revoke)
		return MACHINE_HOLD_OFF;
	if (!f->can_call)
		return MACHINE_HOLD_NO_WAY;
	if (is_in_grace(s, f))
		return MACHINE_HOLD_GRACE;
	if (f->is_stopped)
		return MACHINE_HOLD_STOPPED;
	if (f->is_dry_run)
		return MACHINE_HOLD_DRY_RUN;
	return MACHINE_FREE;
}

/* All but the cap, which an intent has taken from already. */
static enum machine_hold hold_of(const struct machine_state *s,
	const struct machine_facts *f)
{
	enum machine_hold hold = hold_by_token(f);

	return hold ? hold : hold_by_policy(s, f);
}

/* ---- phases ------------------------------------------------------------- */

static enum machine_hold not_live(enum verdict verdict)
{
	return verdict == VERDICT_DEAD ? MACHINE_HOLD_NOT_LIVE :
		MACHINE_HOLD_NOT_PROVEN;
}

/* Is the last answer, whatever it was, of now? */
static bool is_fresh(const struct machine_facts *f)
{
	return f->asks > 0 && f->age <= MACHINE_FRESH;
}

static bool wants_notice(const struct machine_state *s,
	const struct machine_facts *f)
{
	return f->notify && s->notified_at == 0 && !f->is_notice_tried &&
	       !f->is_dry_run && verdict_is_live(s->verdict);
}

/* Found dead not long ago, by the log: leave the provider alone. */
static bool is_at_rest(const struct machine_state *s,
	const struct machine_facts *f)
{
	return f->asks == 0 && s->verdict == VERDICT_DEAD &&
	       f->now >= s->judged_at && f->now - s->judged_at < MACHINE_REST;
}

static struct machine_step judged(const struct machine_state *s,
	const struct machine_facts *f)
{
	enum machine_hold hold;

	if (is_at_rest(s, f))
		return stop(MACHINE_HOLD_NOT_LIVE);
	if (f->asks == 0)
		return step(MACHINE_ASK);
	hold = s->verdict == VERDICT_LIVE ? hold_of(s, f) :
		not_live(s->verdict);
	if (hold == MACHINE_FREE)
		hold = f->cap;
	/* The notice of a revocation follows its intent. */
	if (hold && wants_notice(s, f))
		return step(MACHINE_NOTIFY);
	if (hold)
		return stop(hold);
	if (is_fresh(f))
		return step(MACHINE_INTEND);
	return f->asks < MACHINE_ASKS ? step(MACHINE_ASK) :
		stop(MACHINE_HOLD_STALE);
}

/* Intended by this process: nothing was sent yet. */
static struct machine_step intended(const struct machine_state *s,
	const struct machine_facts *f)
{
	enum machine_hold hold = s->verdict == VERDICT_LIVE ? hold_of(s, f) :
		not_live(s->verdict);

	if (hold)
		return (struct machine_step){MACHINE_WITHDRAW, hold};
	if (wants_notice(s, f))
		return step(MACHINE_NOTIFY);
	if (is_fresh(f))
		return step(MACHINE_CALL);
	if (f->asks < MACHINE_ASKS)
		return step(MACHINE_ASK);
	return (struct machine_step){MACHINE_WITHDRAW, MACHINE_HOLD_STALE};
}

/* Sent, perhaps: only the provider can tell what came of it. */
static struct machine_step submitted(const struct machine_state *s,
	const struct machine_facts *f)
{
	if (f->asks == 0)
		return step(MACHINE_ASK);
	if (s->verdict == VERDICT_DEAD)
		return step(MACHINE_CONFIRM);
	/* A clock that was set back is no reason to wait for ever. */
	if (f->now < s->submitted_at ||
		f->now - s->submitted_at >= f->confirm_within)
		return step(MACHINE_GIVE_UP);
	return step(MACHINE_ASK);
}

/* A person must look; or has, and asks for it again. */
static struct machine_step stuck(const struct machine_state *s,
	const struct machine_facts *f, enum machine_hold hold)
{
	if (f->asks == 0)
		return step(MACHINE_ASK);
	if (s->verdict == VERDICT_DEAD && s->phase == MACHINE_UNCONFIRMED)
		return step(MACHINE_CONFIRM);
	return s->verdict == VERDICT_DEAD || f->is_asked_by_person ?
		judged(s, f) : stop(hold);
}

static struct machine_step dead(const struct machine_state *s,
	const struct machine_facts *f)
{
	if (is_at_rest(s, f))
		return stop(MACHINE_HOLD_DONE);
	if (f->asks == 0)
		return step(MACHINE_ASK);
	if (!verdict_is_live(s->verdict))
		return stop(MACHINE_HOLD_DONE);
	if (s->held == MACHINE_HOLD_ALIVE_AGAIN)
		return stop(MACHINE_HOLD_ALIVE_AGAIN);
	return step(MACHINE_SAY_ALIVE);
}

struct machine_step machine_next(const struct machine_state *s,
	const struct machine_facts *f)
{
	if (s->phase == MACHINE_NONE)
		return step(MACHINE_RECORD);
	if (f->denies_account)
		return stop(MACHINE_HOLD_ACCOUNT);
	if (!f->can_ask)
		return stop(MACHINE_HOLD_NO_WAY_TO_ASK);
	switch (s->phase) {
	case MACHINE_JUDGED:
		return judged(s, f);
	case MACHINE_INTENDED:
		return s->in_doubt ? submitted(s, f) : intended(s, f);
	case MACHINE_SUBMITTED:
		return submitted(s, f);
	case MACHINE_REFUSED:
		return stuck(s, f, MACHINE_HOLD_REFUSED);
	case MACHINE_UNCONFIRMED:
		return stuck(s, f, MACHINE_HOLD_UNCONFIRMED);
	case MACHINE_DEAD:
		return dead(s, f);
	case MACHINE_NONE:
	case MACHINE_DETECTED:
		break;
	}
	return f->asks == 0 ? step(MACHINE_ASK) :
		stop(MACHINE_HOLD_NOT_PROVEN);
}

/* ---- folding ------------------------------------------------------------ */

static enum machine_phase after_answer(enum verdict verdict)
{
	return verdict == VERDICT_REFUSED ? MACHINE_REFUSED :
		MACHINE_SUBMITTED;
}

/* What a verdict changes: before an intent it is all that is known; behind
 * one, it is one more look at what the intent has led to. */
static void fold_verdict(struct machine_state *s,
	const struct machine_record *r)
{
	s->verdict = r->verdict;
	s->judged_at = r->at;
	if (s->phase <= MACHINE_JUDGED)
		s->phase = MACHINE_JUDGED;
}

static void fold_notice(struct machine_state *s,
	const struct machine_record *r)
{
	s->notice_in_doubt = r->event == MACHINE_NOTICE_INTENDED;
	if (r->event == MACHINE_NOTICE_SENT)
		s->notified_at = r->at;
}

void machine_fold(struct machine_state *s, const struct machine_record *r)
{
	switch (r->event) {
	case MACHINE_WAS_DETECTED:
		if (s->phase == MACHINE_NONE)
			s->phase = MACHINE_DETECTED;
		break;
	case MACHINE_WAS_JUDGED:
		fold_verdict(s, r);
		break;
	case MACHINE_WAS_HELD:
		s->held = r->hold;
		break;
	case MACHINE_NOTICE_INTENDED:
	case MACHINE_NOTICE_SENT:
	case MACHINE_NOTICE_FAILED:
		fold_notice(s, r);
		break;
	case MACHINE_WAS_INTENDED:
		s->phase = MACHINE_INTENDED;
		s->in_doubt = r->is_replayed;
		s->submitted_at = r->at;
		s->intents++;
		break;
	case MACHINE_WAS_WITHDRAWN:
		s->phase = MACHINE_JUDGED;
		s->in_doubt = false;
		s->intents--;
		break;
	case MACHINE_WAS_ANSWERED:
		s->phase = after_answer(r->verdict);
		s->submitted_at = r->at;
		s->in_doubt = false;
		break;
	case MACHINE_WAS_CONFIRMED:
		s->phase = MACHINE_DEAD;
		s->verdict = VERDICT_DEAD;
		s->judged_at = r->at;
		s->in_doubt = false;
		break;
	case MACHINE_WAS_UNCONFIRMED:
		s->phase = MACHINE_UNCONFIRMED;
		s->in_doubt = false;
		break;
	case MACHINE_WAS_ALIVE_AGAIN:
		s->held = MACHINE_HOLD_ALIVE_AGAIN;
		break;
	case MACHINE_EVENT_COUNT:
		break;
	}
}
