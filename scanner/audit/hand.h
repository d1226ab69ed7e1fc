/*
 * hand: what an audit hands to whoever goes on with what it found, when its
 * run is over: the store, the secrets that its scanners found, and its
 * processes, to find again what is not at hand. See settle/.
 */
#ifndef STANCH_AUDIT_HAND_H
#define STANCH_AUDIT_HAND_H

#include "store/store.h"
#include "vault/vault.h"

#include <stdatomic.h>

struct audit;

struct audit_hand {
	struct store *store;
	const struct store_worker *worker;
	const char *target;
	struct vault *vault;
	const struct ruleset *rules;
	const atomic_int *signal; /* or NULL */
	struct audit *audit;
};

/*
 * Called once, after a run that was not stopped; not in a worker. What fails
 * then fails the audit.
 */
typedef enum status audit_after(void *context, struct audit_hand *hand,
	struct error *err);

/*
 * Scan these repositories for the secrets in them, which go into the vault;
 * nothing else of it is kept. What cannot be scanned is passed over. `alive`
 * hears now and then that work goes on.
 */
enum status audit_find_again(struct audit_hand *hand,
	const int64_t *repositories, size_t count,
	void (*alive)(void *context), void *context, struct error *err)
	MUST_USE;

#endif
