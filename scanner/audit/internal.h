/*
 * internal: the coordinator's own.
 */
#ifndef STANCH_AUDIT_INTERNAL_H
#define STANCH_AUDIT_INTERNAL_H

#include "audit/crew.h"
#include "audit/meter.h"

struct cache;

/* Keys of contents that are looked up, 32 to 64 bytes each when all are there:
 * what is over is scanned again. */
#define AUDIT_CONTENTS ((size_t)8 << 20)

struct audit {
	const struct audit_options *options;
	struct store *store;
	struct store_run run; /* id 0: a worker's */
	struct store_worker worker;
	struct nursery *nursery;
	struct nursery_setup *setup;
	struct known_contents *contents;
	struct vault *vault; /* NULL: secrets are not wanted */
	struct crew *crew;
	struct cache *cache;
	struct roster roster;
	struct meter meter;
	unsigned jobs;
	uint64_t waiting_weight; /* of what is listed and not begun */
	uint64_t scans;
	/* lists of items: leased, and what is to be scanned, heaviest first */
	struct item *leased, *ready;
	size_t leased_count, ahead;
	uint64_t last_lease, renewed, dry_at;
	/* ended, not in the store yet */
	struct item *done;
	size_t done_count, done_bytes;
	uint64_t first_done;
	int64_t last_key, last_key_before;
	/* the roster failed, and the next run goes on with it */
	bool is_cut;
	bool has_keys, is_cache_full, is_ending, is_over;
};

/* run.c: until all is done, or a signal came. */
enum status audit_loop(struct audit *a, struct error *err) MUST_USE;
/* Work for which there is no lease: until all of it is done. */
enum status audit_work_off(struct audit *a, struct item *items,
	void (*alive)(void *context), void *context, struct error *err)
	MUST_USE;
/* A line on standard error, "stanch: ...". */
void audit_say(const struct error *err);

#endif
