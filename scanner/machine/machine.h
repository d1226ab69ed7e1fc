/*
 * machine: what to do next about one leaked token. Pure functions; the
 * effects are in respond/.
 *
 *	     RECORD          ASK                        live, not held
 *	NONE ------> DETECTED --> JUDGED <-----------------.  INTEND
 *	                            |  ^ WITHDRAW           '----------.
 *	               dead, or not |  '----------------------.        v
 *	               known: STOP  v                         '--- INTENDED
 *	                                     CALL: revoked, accepted, |
 *	              ASK: dead              gone, unknown            v
 *	       DEAD <-------------------------------------------- SUBMITTED
 *	                                   still live after its time |
 *	              UNCONFIRMED <----------------------------------'
 *	              REFUSED     <-- CALL: the provider will not
 *
 * The state of an incident is what its records in the audit log say, folded
 * one by one (machine_fold); machine_next looks at it and at the facts of
 * now and names one action; the action's outcome becomes the next record.
 * Nothing else is kept, so a crash loses nothing: what was intended and not
 * answered comes back from the log as `in_doubt`, is asked about, and is
 * never sent again.
 *
 * The one cell in which MACHINE_CALL comes out: the intent was recorded by
 * this process, the same rule found the token live at most 60 s ago, we hold
 * the whole token, its owner is allowed, nothing denies it, the policy says
 * revoke, its grace is over, it is sure enough, there is a way and a
 * credential, no kill switch, no dry run, and neither the run's cap nor the
 * provider's budget is reached.
 */
#ifndef STANCH_MACHINE_MACHINE_H
#define STANCH_MACHINE_MACHINE_H

#include "flow/verdict.h"
#include "machine/hold.h"

#include <stdint.h>

/* Seconds for which a verdict allows a revocation. */
#define MACHINE_FRESH 60
/* Seconds for which a token that was found dead is not asked about again. */
#define MACHINE_REST 86400
/* Times that one run asks about a token before its revocation is sent. */
#define MACHINE_ASKS 3

enum machine_phase {
	MACHINE_NONE,	  /* no record of it */
	MACHINE_DETECTED, /* recorded; nothing known */
	MACHINE_JUDGED,	  /* `verdict` is what the provider said last */
	MACHINE_INTENDED, /* to be revoked; the call may have been sent */
	MACHINE_SUBMITTED, /* the provider took it, or its answer is lost */
	MACHINE_REFUSED,  /* the provider will not */
	MACHINE_UNCONFIRMED, /* submitted, and still not dead */
	MACHINE_DEAD,	  /* revoked by us, and confirmed dead */
};

/* What a record says; see respond/record.h for its names. */
enum machine_event {
	MACHINE_WAS_DETECTED,
	MACHINE_WAS_JUDGED,	/* verdict */
	MACHINE_WAS_HELD,	/* why it was not revoked */
	MACHINE_NOTICE_INTENDED,
	MACHINE_NOTICE_SENT,
	MACHINE_NOTICE_FAILED,
	MACHINE_WAS_INTENDED,
	MACHINE_WAS_WITHDRAWN,	/* the call was surely not sent */
	MACHINE_WAS_ANSWERED,	/* verdict: revoked, accepted, gone, refused,
				   or unknown when the answer is lost */
	MACHINE_WAS_CONFIRMED,	/* dead */
	MACHINE_WAS_UNCONFIRMED,
	MACHINE_WAS_ALIVE_AGAIN,
	MACHINE_EVENT_COUNT,
};

struct machine_state {
	enum machine_phase phase;
	enum verdict verdict;	/* the last that a provider gave */
	int64_t judged_at;	/* Unix seconds, by the record */
	int64_t notified_at;	/* 0: never told */
	int64_t submitted_at;	/* when it was intended or answered last */
	bool notice_in_doubt;	/* intended, and no outcome recorded */
	bool in_doubt;		/* intended by a process that is gone */
	uint32_t intents;	/* calls that may have been sent */
	enum machine_hold held;	/* what the last record of it says */
};

enum machine_owner {
	MACHINE_OWNER_UNKNOWN,
	MACHINE_OWNER_ALLOWED,
	MACHINE_OWNER_OTHER,
	MACHINE_OWNER_DENIED,
};

/* What is so now; of the policy, the token, and this run. */
struct machine_facts {
	int64_t now;	      /* Unix seconds */
	uint32_t asks;	      /* answers of the provider in this run */
	double age;	      /* seconds since the last of them */
	bool can_ask, can_call;
	bool is_possessed;    /* the whole token, not a part such as an id */
	bool is_sure;	      /* as sure as the policy wants */
	bool denies_account, denies_token;
	enum machine_owner owner;
	bool notify, revoke;
	int64_t grace;	      /* seconds after the notice */
	bool is_stopped, is_dry_run;
	/* What keeps one more from being intended now, whosever it is: the
	 * policy's cap, the provider's budget; MACHINE_FREE: nothing. */
	enum machine_hold cap;
	bool is_notice_tried; /* in this run, and it failed */
	int64_t confirm_within; /* seconds to wait for dead */
	/* A person asked for this very token, and may ask again for one that
	 * was refused or not confirmed. */
	bool is_asked_by_person;
};

enum machine_action {
	MACHINE_RECORD,	  /* that it was found */
	MACHINE_ASK,	  /* the provider, whether it is live */
	MACHINE_NOTIFY,	  /* record that a notice is intended; send it */
	MACHINE_INTEND,	  /* record that it is to be revoked */
	MACHINE_WITHDRAW, /* record that it will not be, after all */
	MACHINE_CALL,	  /* revoke it */
	MACHINE_CONFIRM,  /* record that it is dead */
	MACHINE_GIVE_UP,  /* record that it is not confirmed */
	MACHINE_SAY_ALIVE, /* record that it is live again */
	MACHINE_STOP,	  /* nothing more in this run; see `hold` */
	MACHINE_ACTION_COUNT,
};

struct machine_step {
	enum machine_action action;
	enum machine_hold hold; /* of MACHINE_STOP and MACHINE_WITHDRAW */
};
struct machine_step machine_next(const struct machine_state *state,
	const struct machine_facts *facts);

/* One record: what it says, when, and whether another process wrote it. */
struct machine_record {
	enum machine_event event;
	enum verdict verdict;
	enum machine_hold hold;
	int64_t at; /* Unix seconds */
	bool is_replayed;
};
void machine_fold(struct machine_state *state,
	const struct machine_record *record);

#endif
