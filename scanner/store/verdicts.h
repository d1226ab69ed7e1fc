/*
 * verdicts: what is known of leaks besides where they stand: what their
 * providers answered, what was done about them, who decided it.
 *
 * The audit log is the truth about incidents (respond/): rows here follow it,
 * written after its records, so that a report need not read a log. No secret.
 */
#ifndef STANCH_STORE_VERDICTS_H
#define STANCH_STORE_VERDICTS_H

#include "store/store.h"

/* ---- one at a time ------------------------------------------------------- */

/*
 * What only one process does at a time, on whatever machine: `what` is the
 * worker's for `seconds`, or again for that long when it has it already.
 * *is_ours false: another has it. Of those that are dead store_bury takes it.
 */
enum status store_claim(struct store *s, const char *what,
	const struct store_worker *worker, double seconds, bool *is_ours,
	struct error *err) MUST_USE;
enum status store_disclaim(struct store *s, const char *what,
	const struct store_worker *worker, struct error *err) MUST_USE;

/* ---- leaks --------------------------------------------------------------- */

/* A leak that stands somewhere in the organization now. */
struct store_open_leak {
	int64_t leak;
	bytes fingerprint, rule;
	int confidence; /* the surest of its places */
	const char *verdict; /* "": nobody was asked */
	const char *note;    /* of the verdict; or "" */
	int64_t checked; /* milliseconds since 1970 */
	const char *state, *hold, *basis; /* of its incident; "": none */
	int64_t updated;
};
typedef void store_each_open_leak(void *context,
	const struct store_open_leak *leak);
enum status store_read_open_leaks(struct store *s, const char *target,
	store_each_open_leak *each, void *context, struct error *err) MUST_USE;

/* Each leak with each repository that has it, by leak. */
struct store_home {
	int64_t leak, repository;
	const char *name, *url;
};
typedef void store_each_home(void *context, const struct store_home *home);
enum status store_read_homes(struct store *s, const char *target,
	store_each_home *each, void *context, struct error *err) MUST_USE;

/* A repository outside of any queue, as store_lease tells one. */
enum status store_read_work(struct store *s, int64_t repository,
	store_take *take, void *context, struct error *err) MUST_USE;

/* ---- verdicts ------------------------------------------------------------ */

struct store_verdict {
	bytes fingerprint;
	const char *verdict;
	/* NULL: the provider told nothing of it */
	const char *note, *owner, *email, *owner_id, *organization, *scopes;
	const char *expires;
	int64_t checked; /* milliseconds since 1970 */
};
/* Of leaks that are there; one transaction. */
enum status store_put_verdicts(struct store *s,
	const struct store_verdict *at, size_t count, struct error *err)
	MUST_USE;
typedef void store_each_verdict(void *context, const struct store_verdict *v,
	const char *incident);
/* Of the organization's open leaks, by fingerprint; `target` NULL: of all.
 * `incident`: its state, or "". */
enum status store_read_verdicts(struct store *s, const char *target,
	store_each_verdict *each, void *context, struct error *err) MUST_USE;

/* ---- incidents ----------------------------------------------------------- */

struct store_incident {
	bytes fingerprint;
	const char *name;  /* in the audit log */
	const char *state; /* "revoked", ...: see settle/ */
	const char *hold;  /* why it was not revoked; or "" */
	const char *basis; /* digest of what was decided by */
	const char *who, *why; /* of the decision, for people */
	bool is_closed;
};
/* Also a decision, where state, hold or basis is another than before. */
enum status store_put_incidents(struct store *s,
	const struct store_incident *at, size_t count, struct error *err)
	MUST_USE;

#endif
