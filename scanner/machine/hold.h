/*
 * hold: why a token is not revoked.
 */
#ifndef STANCH_MACHINE_HOLD_H
#define STANCH_MACHINE_HOLD_H

enum machine_hold {
	MACHINE_FREE, /* nothing holds it */
	MACHINE_HOLD_ACCOUNT,	 /* a canary: not even asked about */
	MACHINE_HOLD_NO_WAY_TO_ASK,
	MACHINE_HOLD_NOT_LIVE,	 /* dead */
	MACHINE_HOLD_NOT_PROVEN, /* unknown, restricted, retry */
	MACHINE_HOLD_STALE,	 /* it could not be kept fresh */
	MACHINE_HOLD_OFF,	 /* the policy says so */
	MACHINE_HOLD_CONFIDENCE,
	MACHINE_HOLD_NOT_HELD,	 /* we have only a part of it */
	MACHINE_HOLD_OWNER,	 /* on no allow list */
	MACHINE_HOLD_OWNER_UNKNOWN,
	MACHINE_HOLD_DENIED,
	MACHINE_HOLD_GRACE,
	MACHINE_HOLD_NO_WAY,	 /* no API, or no credential for it */
	MACHINE_HOLD_STOPPED,	 /* the kill switch */
	MACHINE_HOLD_DRY_RUN,
	MACHINE_HOLD_CAP,
	MACHINE_HOLD_BUDGET,	 /* the provider takes no more this hour */
	MACHINE_HOLD_REFUSED,	 /* an earlier call: a person must look */
	MACHINE_HOLD_UNCONFIRMED, /* the same */
	MACHINE_HOLD_DONE,	 /* confirmed dead */
	MACHINE_HOLD_ALIVE_AGAIN, /* it was confirmed dead, and is live */
	MACHINE_HOLD_COUNT,
};
/* "its owner is on no allow list", ...: why it is not revoked, for people. */
const char *machine_hold_text(enum machine_hold hold);
/* "owner", "kill-switch", ...: the same for records. */
const char *machine_hold_name(enum machine_hold hold);

#endif
