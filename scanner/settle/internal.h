/* internal: what the files of this room share. */
#ifndef STANCH_SETTLE_INTERNAL_H
#define STANCH_SETTLE_INTERNAL_H

#include "base/arena.h"
#include "base/column.h"
#include "settle/settle.h"
#include "store/verdicts.h"

/* Digest of a policy and of rules, in hex with a colon between. */
#define SETTLE_BASIS (POLICY_DIGEST + 18)

struct settling {
	struct settle *settle;
	struct audit_hand *hand;
	struct error *err;
	char basis[SETTLE_BASIS]; /* "": no response */
	int64_t now; /* milliseconds since 1970 */
	uint64_t claimed, written; /* clocks */
	struct column open; /* struct settle_due: all there are, by secret */
	struct column due;  /* those that are due, by fingerprint */
	struct arena arena; /* their texts */
	struct column homes; /* struct settle_home, by name */
	/* told, and not in the store yet */
	struct column verdicts;	 /* struct store_verdict */
	struct column incidents; /* struct store_incident */
	struct arena told;	 /* their texts */
	enum status status; /* of what a listener cannot return */
};

/* A repository that has a leak. */
struct settle_home {
	char *name, *url;
};

struct settle_due {
	bytes fingerprint;
	int64_t leak;
	bool is_due;
};

/* ---- due.c --------------------------------------------------------------- */

/* Fill `due`; verdicts that need no question are told at once. */
enum status settle_look(struct settling *s) MUST_USE;
bool settle_is_due(const struct settling *s, bytes fingerprint);
/* What is due and not at hand is looked for in the repositories that have
 * it, one for each leak, then in others. */
enum status settle_find_again(struct settling *s) MUST_USE;

/* ---- homes.c ------------------------------------------------------------- */

/* Of a response: fill `homes`. A policy in one of them is refused. */
enum status settle_read_homes(struct settling *s) MUST_USE;
/* A respond_find_home: by the longest name that the path begins with. */
bool settle_find_home(void *context, bytes path, struct respond_home *out);

/* ---- told.c -------------------------------------------------------------- */

/* A verify_listener's, and a respond_told; the context is the settling. */
void settle_told_verdict(void *context, const struct leak *leak,
	const struct verdict_facts *facts);
void settle_told_incident(void *context, const struct leak *leak,
	const struct respond_outcome *outcome);
/* Of a response: another rule's incident is this secret's. */
void settle_told_second(struct settling *s, const struct leak *leak);
/* Into the store. */
enum status settle_write(struct settling *s) MUST_USE;

/* ---- settle.c ------------------------------------------------------------ */

/* The claim is kept; what was told goes into the store now and then. */
void settle_alive(void *context);

#endif
