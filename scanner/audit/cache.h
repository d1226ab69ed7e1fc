/*
 * cache: clones on this machine's disk, within a quota. A clone in use is
 * locked, also against other audits; what is unlocked and was used least
 * recently goes first. What was to be dropped and was not (a kill) is dropped
 * when a cache is opened next.
 */
#ifndef STANCH_AUDIT_CACHE_H
#define STANCH_AUDIT_CACHE_H

#include "audit/audit.h"
#include "audit/item.h"

struct cache;

enum status cache_open(struct cache **out, const struct audit_options *options,
	struct error *err) MUST_USE;
void cache_close(struct cache *c);

enum cache_answer {
	CACHE_TAKEN, /* item->clone is set */
	CACHE_WAIT,  /* in use elsewhere, or no room until others are done */
	CACHE_FULL,  /* no room at all: it fails */
};
enum cache_answer cache_take(struct cache *c, struct item *item);
/* Bytes that the largest file of this clone may have. */
uint64_t cache_room(const struct cache *c);
/* Scanned, or failed: kept or removed, and the lock given back. */
void cache_give_back(struct cache *c, struct item *item);

#endif
