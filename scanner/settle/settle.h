/*
 * settle: what an audit found is asked about and responded to, when its run is
 * over: one question and one incident for each secret of the organization,
 * however many repositories have it.
 *
 *	due leaks of the store -> secrets at hand, or found again
 *		-> verify/ or respond/ -> verdicts, incidents, decisions
 *
 * Verdicts in the store are what no machine asks again before they are old;
 * one process at a time settles (a claim in the store), others wait and then
 * find nothing due. For incidents the audit log is the truth: rows follow it.
 * Kept from its end by anything, the next audit goes on: what has no row yet
 * is due, and the log says what was done about it.
 */
#ifndef STANCH_SETTLE_SETTLE_H
#define STANCH_SETTLE_SETTLE_H

#include "audit/hand.h"
#include "loop/response.h"
#include "verify/verify.h"

struct settle_options {
	struct verify_options verify; /* listener: ours */
	/* NULL: only verify */
	struct loop_response *response;
	const char *policy; /* its file */
	bool is_dry;
	FILE *say; /* what was done, and what goes wrong; NULL: nobody */
};

struct settle {
	struct settle_options options;
	/* what came of it */
	size_t due, missing; /* leaks; missing: not found again */
	bool is_interrupted;
};

/* An audit_after; the context is a struct settle. */
enum status settle_after(void *settle, struct audit_hand *hand,
	struct error *err) MUST_USE;

#endif
