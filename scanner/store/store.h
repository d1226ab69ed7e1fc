/*
 * store: what audits know, over many runs and machines.
 *
 * One schema for two databases: SQLite in a file (one machine) and PostgreSQL
 * by URL (many). It holds organizations, their repositories, runs with a queue
 * and a ledger, what was seen, leaks with their places, verdicts, incidents
 * and decisions. No secret: fingerprints, redacted forms, and records as
 * reports print them.
 *
 * Every function that writes is one transaction, tried again when another
 * process was in the way: after a crash it was done or it was not. A finished
 * repository's ledger, places, state and keys come in one transaction, and
 * only from the process that still holds its lease; so no result is lost
 * between two of them, or counted twice.
 *
 * What is not a store of ours (a foreign file, a newer version, a corrupt one,
 * one that others may read) is ERR_USAGE, with the mend. One thread.
 */
#ifndef STANCH_STORE_STORE_H
#define STANCH_STORE_STORE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "store/outcome.h"

struct store;

enum store_mode {
	STORE_CREATE,	/* make it if it is not there */
	STORE_EXISTING, /* not there: ERR_NOT_FOUND */
};

/* A path, or "postgresql://..."; NULL: the user's own,
 * $XDG_DATA_HOME/stanch/audit.db. */
enum status store_open(struct store **out, const char *where,
	enum store_mode mode, struct error *err) MUST_USE;
void store_close(struct store *s);

/* Random bytes made with the store: for keys of contents, and for the keyed
 * fingerprints of guessable secrets. They leave the store to no report. */
#define STORE_KEY_SIZE 32
const unsigned char *store_secret(const struct store *s); /* HASH_SECRET */
const unsigned char *store_fingerprint_key(const struct store *s);

/* ---- runs ---------------------------------------------------------------- */

struct store_run {
	int64_t id;
	int64_t organization;
	bool is_resumed; /* it was begun before and not finished */
};
struct store_run_options {
	const char *target; /* "dir:/srv/git" */
	const char *settings; /* what else makes a run another one: filters */
	uint64_t rules;	      /* rules, options and version, as known/ has it */
	const char *rules_digest, *version;
	bool restart; /* do not go on with an unfinished one */
};
/* The unfinished run of the same target, settings and rules, where what could
 * not be fetched waits again; or a new one. */
enum status store_begin_run(struct store *s,
	const struct store_run_options *options, struct store_run *out,
	struct error *err) MUST_USE;

/* Put where its roster was, at the end of *out. */
enum status store_run_cursor(struct store *s, const struct store_run *run,
	struct buf *out, struct error *err) MUST_USE;

struct store_repository {
	const char *name, *url, *owner; /* owner: or NULL */
	uint64_t size;
	int64_t pushed_at;
	unsigned flags;
	/* not NULL: a word why it is left out, or cannot be had; then it is
	 * not queued */
	const char *skipped, *refused;
};
/* Repositories that a roster gave: into the queue, unless this run has them
 * already. `cursor`: where the roster is now. */
enum status store_list(struct store *s, const struct store_run *run,
	const struct store_repository *at, size_t count, bytes cursor,
	struct error *err) MUST_USE;
/* The roster ended; whole, or not. */
enum status store_list_end(struct store *s, const struct store_run *run,
	bool is_whole, struct error *err) MUST_USE;

struct store_progress {
	uint64_t total, done, leased, waiting;
	uint64_t weight, weight_done; /* bytes, as the roster told */
	uint64_t scanned, unchanged, skipped, failed, incomplete;
	uint64_t objects, bytes;
	uint64_t places; /* open ones, of the organization's repositories */
	bool is_listed, is_whole, is_finished;
};
enum status store_run_progress(struct store *s, int64_t run,
	struct store_progress *out, struct error *err) MUST_USE;
/* Nothing is left to do. False in *ended: there is. */
enum status store_end_run(struct store *s, const struct store_run *run,
	bool *ended, struct error *err) MUST_USE;

/* ---- the queue ----------------------------------------------------------- */

/* Who works; no two have one name. */
#define STORE_WORKER 64
struct store_worker {
	char name[STORE_WORKER];
	double lease; /* seconds without a word until its work returns */
	int64_t run;  /* only of this run; 0: of any with these rules */
	uint64_t rules;
};

/* A repository to scan; texts are valid during the call. */
struct store_work {
	int64_t run, repository;
	const char *name, *url;
	uint64_t weight;
	unsigned attempts; /* leases before this one */
	int64_t pushed_at, pushed_before; /* now, and at the last scan */
	uint64_t rules; /* of the state; 0: none */
	bytes state;
	bool was_complete;
};
typedef void store_take(void *context, const struct store_work *work);
/* At most `most`, heaviest first. */
enum status store_lease(struct store *s, const struct store_worker *worker,
	size_t most, store_take *take, void *context, struct error *err)
	MUST_USE;
/* Still at work. */
enum status store_renew(struct store *s, const struct store_worker *worker,
	struct error *err) MUST_USE;
/* Work of those that are known to be dead returns at once. */
typedef bool store_is_dead(void *context, const char *worker);
enum status store_bury(struct store *s, store_is_dead *is_dead, void *context,
	struct error *err) MUST_USE;
/* Give back what was leased and not finished. */
enum status store_release(struct store *s, const struct store_worker *worker,
	struct error *err) MUST_USE;

/* One transaction for all of them; those whose lease was lost are passed
 * over. */
enum status store_finish(struct store *s, const struct store_worker *worker,
	const struct store_outcome *at, size_t count, struct error *err)
	MUST_USE;

/* The version of the library behind "sqlite" or "postgres", which is loaded. */
#define STORE_LIBRARY 256
enum status store_library(const char *name, char text[STORE_LIBRARY],
	struct error *err) MUST_USE;
#endif
