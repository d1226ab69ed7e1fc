/* internal: what the files of this room share. */
#ifndef STANCH_VERIFY_INTERNAL_H
#define STANCH_VERIFY_INTERNAL_H

#include "base/arena.h"
#include "base/hash.h"
#include "verify/verify.h"

/* ---- cache.c ------------------------------------------------------------ */

struct cache;

#define CACHE_ID (2 * SHA256_SIZE)
/* A claim on a question, that no other process asks while it is held. */
struct cache_claim {
	int fd; /* -1: none; there is no cache */
};

enum cache_found {
	CACHE_MISS,   /* ask; the claim is ours until verify_cache_store */
	CACHE_HIT,    /* *facts is what an earlier answer said */
	CACHE_IN_USE, /* another process asks just now */
};

/* NULL directory, or one that cannot be used: nothing is remembered. */
struct cache *verify_cache_new(const char *directory);
void verify_cache_free(struct cache *c);
/* Of the question, not to be turned back into a secret. */
void verify_cache_id(const struct cache *c, const struct request_block *block,
	const struct rule *rule, const struct request_values *values,
	char id[CACHE_ID + 1]);
/* WAIT: do not say in use, but wait up to a minute. FRESH: as TRY, whatever
 * was heard before. Texts of *facts live in the arena. */
enum cache_wait { CACHE_TRY, CACHE_WAIT, CACHE_FRESH };
enum cache_found verify_cache_look(struct cache *c, const char *id,
	enum cache_wait wait, struct arena *arena,
	struct cache_claim *claim, struct verdict_facts *facts);
/* Keeps what is worth it, and ends the claim; NULL facts: only that. */
void verify_cache_store(struct cache *c, struct cache_claim *claim,
	const struct verdict_facts *facts);

/* ---- values.c ----------------------------------------------------------- */

/* Is `a` asked rather than `b`, which has the same secret? */
bool verify_goes_before(const struct leak *a, const struct leak *b);

/* ---- order.c ------------------------------------------------------------ */

struct order {
	size_t *at;	 /* indices of leaks, in the order to ask */
	bool *is_second; /* by leak: another rule is asked for its secret */
};
/* False without memory; release in any case. */
bool verify_order_make(const struct leaks *leaks, struct order *out);
void verify_order_release(struct order *o);

/* ---- progress.c --------------------------------------------------------- */

struct meter {
	uint64_t shown; /* clock reading; 0: never */
	bool is_on, is_terminal;
};
void verify_meter_begin(struct meter *m, enum verify_progress progress);
void verify_meter_show(struct meter *m, size_t done, size_t total, size_t live);
void verify_meter_end(struct meter *m);

/* "2026-11-27T14:00:00Z" */
#define VERIFY_TIME 21
void verify_time(char text[VERIFY_TIME]);

#endif
