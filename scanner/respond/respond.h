/*
 * respond: carries out what machine/ decides about leaks: asks, records,
 * notifies, revokes, confirms.
 *
 * One incident per provider and token (C3ID), however many places and rules
 * found it. The audit log is the only store: an incident's state is what its
 * records say. Order, for every incident: a record is on the disk before the
 * network action that it announces, and the action's outcome is recorded
 * before anything else is done about it. While a process works on an incident
 * it holds its claim (auditlog/), so two processes never act on one token.
 *
 * The token goes to its provider's hosts and nowhere else; notices and records
 * carry its C3ID. One thread at a time.
 */
#ifndef STANCH_RESPOND_RESPOND_H
#define STANCH_RESPOND_RESPOND_H

#include "leaks/leaks.h"
#include "machine/machine.h"
#include "policy/policy.h"
#include "verify/verify.h"

#include <stdatomic.h>
#include <stdio.h>

enum respond_mode {
	RESPOND_FOR_REAL,
	RESPOND_DRY, /* asks providers; prints every other request */
};
enum respond_decider {
	RESPOND_BY_POLICY,
	RESPOND_BY_PERSON, /* asked for these very tokens */
};

/* What became of an incident in a run, when the run is done with it and its
 * records are on the disk. */
struct respond_outcome {
	const char *name; /* correlationId of its records */
	const struct machine_state *state;
	enum machine_hold hold; /* why it goes no further; MACHINE_FREE */
	const struct verdict_facts *facts;
	bool is_asked; /* by this run */
	bool is_call_failed; /* nothing was sent that could revoke */
	/* Unix seconds until which a grace period holds it; 0: none does. */
	int64_t held_until;
};
/* For each leak of the incident, on the caller's thread. */
typedef void respond_told(void *context, const struct leak *leak,
	const struct respond_outcome *outcome);

/* Of what was scanned together: a path begins with its repository, so many
 * bytes; `origin` is where that is, a URL or path, hostile where the repository
 * says it. `below` (or NULL) stands before the rest, from the root. */
struct respond_home {
	const char *origin;
	size_t prefix;
	const char *below;
};
/* False: it is in none. */
typedef bool respond_find_home(void *context, bytes path,
	struct respond_home *out);

struct respond_options {
	const struct policy *policy;
	const char *policy_path; /* for the records */
	/* Its canaries are added to by the policy's. */
	const struct verify_options *verify;
	enum respond_mode mode;
	enum respond_decider decider;
	bool many;	   /* no cap */
	/* The policy's maxRevocations is for so many seconds, whoever made
	 * them, by the log; 0: for a run. */
	int64_t cap_seconds;
	const char *origin; /* what was scanned: a URL or path; or NULL */
	FILE *say;	   /* lines for people: what was done; NULL: none */
	const atomic_int *signal; /* not 0: stop; NULL: none */
	respond_told *told; /* or NULL; verify->listener hears that we live */
	respond_find_home *find_home; /* or NULL: all is of the origin */
	void *context; /* of both */
};

struct respond_summary {
	size_t incidents;
	size_t live;	  /* also those that were revoked now */
	size_t dead;	  /* when they were asked about first */
	size_t revoked;	  /* confirmed dead by this run */
	size_t unconfirmed; /* sent, and not confirmed; or refused */
	size_t held;	  /* live, and not revoked */
	size_t notified;
	size_t failed_notices;
	bool interrupted;
	char head[96]; /* of the log: N:HASH */
};

/*
 * Respond to all leaks (after leaks_finish); their verdicts are set. Fails
 * for what stops all of it: the policy's credentials, the audit log, memory,
 * no stanch-net. What was begun then is in the log.
 */
enum status respond_leaks(struct leaks *leaks,
	const struct respond_options *options, struct respond_summary *out,
	struct error *err) MUST_USE;

/* Everything that is known before the first leak: that the log can be
 * opened and written, and the policy's credentials read. */
enum status respond_check(const struct respond_options *options,
	struct error *err) MUST_USE;

#endif
