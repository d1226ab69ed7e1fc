/*
 * item: one repository on its way through the coordinator.
 *
 *	LEASED -> [FETCHING] -> READY -> SCANNING -> DONE
 *
 * One on this machine is ready at once. Belongs to the coordinator's thread.
 */
#ifndef STANCH_AUDIT_ITEM_H
#define STANCH_AUDIT_ITEM_H

#include "base/buf.h"
#include "store/store.h"
#include "vault/vault.h"

enum item_state { ITEM_LEASED, ITEM_FETCHING, ITEM_READY, ITEM_SCANNING,
	ITEM_DONE };

struct item {
	struct item *next; /* of the list it is in */
	enum item_state state;
	int64_t run, repository;
	char *name, *url;
	uint64_t weight;
	unsigned attempts, threads;
	struct buf known; /* the state of the last run; empty: none */
	char *clone;	/* directory of ours that it is cloned to, or NULL */
	int clone_lock; /* of cache.c */
	uint64_t started; /* clock, when its scan or fetch began */
	/* what came of it */
	enum store_outcome_kind kind;
	char *reason;
	bool is_said; /* its child has spoken to the end */
	bool is_again; /* only for its secrets: nothing of it is written */
	struct vault *vault; /* where they go; NULL: they are not wanted */
	bool is_unpushed; /* the forge says that nothing came since */
	bool is_complete, has_summary;
	uint64_t total, scanned, skipped, failed, bytes_scanned, milliseconds;
	struct buf ledger;
	struct buf places; /* fields of WIRE_PLACE, each behind its length */
	size_t place_count;
	struct hash128 *keys;
	size_t key_count, key_room;
	struct buf next_state;
};

/* A copy of what was leased; NULL: no memory. */
struct item *item_new(const struct store_work *work);
void item_free(struct item *item);
bool item_is_local(const struct item *item);
/* It failed, or is skipped; what was found so far is dropped. */
void item_fail(struct item *item, const char *reason);
/* One frame of its scanner: false when it does not parse. */
bool item_hear(struct item *item, int kind, bytes fields);
/* For the store; slices into the item. `places` is to be freed. */
bool item_outcome(struct item *item, uint64_t rules,
	struct store_outcome *out, struct store_place **places);

#endif
