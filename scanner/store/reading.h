/*
 * reading: what status, report and diff ask a store; and what was seen.
 */
#ifndef STANCH_STORE_READING_H
#define STANCH_STORE_READING_H

#include "store/store.h"

/* ---- contents and rules -------------------------------------------------- */

/* False: no more are wanted. */
typedef bool store_keys(void *context, uint64_t rules,
	const struct hash128 *keys, size_t count);
/* Keys under these rules that came after *last, which is moved on. */
enum status store_read_keys(struct store *s, uint64_t rules, int64_t *last,
	store_keys *each, void *context, struct error *err) MUST_USE;
/* Many small lists of keys become few large ones, each key once. */
enum status store_compact(struct store *s, uint64_t rules,
	struct error *err) MUST_USE;

/* Digests of rules, 8 bytes each, ascending: what `rules` stands for. `same`
 * stands for all else that must agree for rules to be only added. */
enum status store_put_rules(struct store *s, uint64_t rules, uint64_t same,
	bytes digests, struct error *err) MUST_USE;
typedef void store_rules(void *context, uint64_t rules, bytes digests);
/* Those with this `same`, used last first. */
enum status store_read_rules(struct store *s, uint64_t same,
	store_rules *each, void *context, struct error *err) MUST_USE;

/* ---- runs ---------------------------------------------------------------- */

struct store_run_row {
	int64_t id, started, finished; /* milliseconds; finished 0: not yet */
	const char *target, *rules_digest, *version;
};
typedef void store_each_run(void *context, const struct store_run_row *run);
/* Newest first; `target` NULL: of all. */
enum status store_read_runs(struct store *s, const char *target, size_t most,
	store_each_run *each, void *context, struct error *err) MUST_USE;

/* One repository in one run: the ledger. */
struct store_result_row {
	const char *name, *outcome, *reason; /* reason: or "" */
	bool is_complete;
	uint64_t total, scanned, skipped, failed, bytes_scanned, milliseconds;
	uint64_t places; /* open ones */
	bytes ledger;
};
typedef void store_each_result(void *context,
	const struct store_result_row *row);
/* By name. */
enum status store_read_results(struct store *s, int64_t run,
	store_each_result *each, void *context, struct error *err) MUST_USE;

/* ---- findings ------------------------------------------------------------ */

struct store_place_row {
	int64_t leak;
	const char *repository, *owner;
	bytes fingerprint, rule, provider, secret, record, path, author, date;
	int confidence;
	bool in_head, unreachable;
	int64_t first_run, gone_run; /* gone 0: it is there */
	uint64_t repositories; /* that hold the same secret */
	const char *verdict;   /* or "" */
};
typedef void store_each_place(void *context,
	const struct store_place_row *row);
/* Zero members mean any; texts equal, globs are the caller's. */
struct store_place_filter {
	const char *target;	/* of the organization */
	const char *repository, *provider, *rule, *author, *verdict;
	bool only_head;
	int64_t first_run; /* new in this run */
	int64_t gone_run;  /* gone since this run; else only those there */
};
/* In order: surest first, rule, fingerprint, repository, place. */
enum status store_read_places(struct store *s,
	const struct store_place_filter *filter, store_each_place *each,
	void *context, struct error *err) MUST_USE;

#endif
