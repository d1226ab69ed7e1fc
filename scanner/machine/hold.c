/*
 * Why a token is not revoked, in words.
 */
#include "machine/hold.h"

#include "base/banned.h"

static const struct {
	const char *name, *text;
} holds[MACHINE_HOLD_COUNT] = {
	[MACHINE_FREE] = {"", ""},
	[MACHINE_HOLD_ACCOUNT] = {"account",
		"its account is on the deny list; it was not even asked about"},
	[MACHINE_HOLD_NO_WAY_TO_ASK] = {"no-verify",
		"its rule has no way to ask the provider"},
	[MACHINE_HOLD_NOT_LIVE] = {"dead", "it is dead"},
	[MACHINE_HOLD_NOT_PROVEN] = {"not-proven",
		"the provider did not prove it live"},
	[MACHINE_HOLD_STALE] = {"stale",
		"the proof that it is live became too old"},
	[MACHINE_HOLD_OFF] = {"off", "the policy says not to revoke it"},
	[MACHINE_HOLD_CONFIDENCE] = {"confidence",
		"the finding is not as sure as the policy wants"},
	[MACHINE_HOLD_NOT_HELD] = {"not-possessed",
		"only a part of it was found"},
	[MACHINE_HOLD_OWNER] = {"owner", "its owner is on no allow list"},
	[MACHINE_HOLD_OWNER_UNKNOWN] = {"owner-unknown",
		"the provider does not say whose it is"},
	[MACHINE_HOLD_DENIED] = {"denied", "it is on a deny list"},
	[MACHINE_HOLD_GRACE] = {"grace", "its grace period is not over"},
	[MACHINE_HOLD_NO_WAY] = {"no-revoke",
		"there is no way to revoke it, or no credential for that"},
	[MACHINE_HOLD_STOPPED] = {"kill-switch", "the kill switch is on"},
	[MACHINE_HOLD_DRY_RUN] = {"dry-run", "this is a dry run"},
	[MACHINE_HOLD_CAP] = {"cap",
		"the run has made as many revocations as the policy allows"},
	[MACHINE_HOLD_BUDGET] = {"budget",
		"its provider takes no more revocations this hour; respond "
		"again later"},
	[MACHINE_HOLD_REFUSED] = {"refused",
		"the provider refused to revoke it; a person must look"},
	[MACHINE_HOLD_UNCONFIRMED] = {"unconfirmed",
		"a revocation was sent and it is still live; a person must "
		"look"},
	[MACHINE_HOLD_DONE] = {"revoked", "it was revoked and is dead"},
	[MACHINE_HOLD_ALIVE_AGAIN] = {"alive-again",
		"it was revoked and dead, and is live again; a person must "
		"look"},
};

const char *machine_hold_text(enum machine_hold hold)
{
	return holds[hold].text;
}

const char *machine_hold_name(enum machine_hold hold)
{
	return holds[hold].name;
}
