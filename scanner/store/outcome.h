/*
 * outcome: what came of one repository in one run.
 */
#ifndef STANCH_STORE_OUTCOME_H
#define STANCH_STORE_OUTCOME_H

#include "base/hash.h"

struct store_place {
	unsigned char key[16]; /* tells it from others of the repository */
	bytes fingerprint, rule, provider, secret; /* redacted */
	int confidence;
	bytes path, source, commit, author, date; /* as records print them */
	bool in_head, unreachable;
	bytes record; /* the JSON record of it */
};

enum store_outcome_kind {
	OUTCOME_SCANNED,
	OUTCOME_UNCHANGED, /* nothing new: places and ledger stay */
	OUTCOME_SKIPPED,
	OUTCOME_FAILED,
};
struct store_outcome {
	int64_t run, repository;
	enum store_outcome_kind kind;
	const char *reason; /* of a skip or failure; static or the caller's */
	bool is_complete;
	uint64_t total, scanned, skipped, failed; /* objects */
	uint64_t bytes_scanned, milliseconds;
	bytes ledger; /* the summary record */
	const struct store_place *places; /* SCANNED: all there are now */
	size_t place_count;
	uint64_t rules;
	bytes state; /* empty: none, and an old one is dropped */
	const struct hash128 *keys; /* of bare contents */
	size_t key_count;
};

#endif
