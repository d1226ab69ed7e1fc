/*
 * audit: every repository of a roster, scanned, into a store.
 *
 *	roster -> store's queue -> [fetch] -> scan -> store
 *
 * This process, the coordinator, talks to the store and to nobody else. It
 * forks a nursery before anything heavy is loaded; the nursery forks a process
 * for each fetch (libgit2, the network) and for each scan (hostile bytes, no
 * network code, no database, bounded memory and time). What they say comes
 * through a socket each, and is checked. So a broken or hostile repository
 * costs itself, and a scan is started in less than a millisecond.
 *
 * Workers on other machines are the same without a roster: the queue is in
 * the store.
 */
#ifndef STANCH_AUDIT_AUDIT_H
#define STANCH_AUDIT_AUDIT_H

#include "audit/hand.h"
#include "job/job.h"
#include "revision/revision.h"
#include "roster/roster.h"
#include "store/reading.h"

enum audit_clones {
	CLONES_CACHED, /* kept while there is room in the cache */
	CLONES_KEPT,   /* never removed: over the quota nothing is fetched */
	CLONES_DROPPED, /* removed when scanned */
};

struct audit_options {
	const char *store; /* as store_open takes it */
	const char *target; /* "dir:/srv/git"; NULL: a worker */
	const struct roster_filter *filter;
	struct job_rule_choice rules;
	struct detect_options detect;
	unsigned jobs;	   /* threads of all scans together; 0: processors */
	double timeout;	   /* seconds for one repository; 0: none */
	uint64_t memory;   /* bytes that one scan may have; 0: the default */
	const char *cache; /* directory; NULL: the user's own */
	uint64_t cache_size; /* bytes; 0: the default */
	enum audit_clones clones;
	/* what fetches need; NULL: nothing of it. Borrowed */
	const struct revision_mirror_options *mirror;
	/* what else the roster was asked for: another run with another */
	unsigned extras;
	double lease; /* seconds; 0: the default */
	bool restart; /* do not go on with an unfinished run */
	bool forget;  /* scan all afresh, whatever was seen */
	bool allow_owner;
	enum engine_progress progress;
	const atomic_int *signal;
	/* Who goes on with the secrets when the run is over; NULL: nobody, and
	 * no secret leaves a scanner. */
	audit_after *after;
	void *after_context;
};

/* What an audit came to, for the exit code. */
struct audit_result {
	int64_t run; /* 0: a worker's */
	struct store_progress progress;
	bool is_stopped; /* by a signal */
	uint64_t scans;	 /* of this process */
};

/*
 * Opens the roster when it is needed: after the nursery was forked. Called
 * once; NULL: a worker.
 */
typedef enum status audit_open_roster(void *context, struct roster *out,
	const struct roster_options *options, struct error *err);

/*
 * Run to the end, or until the signal. An audit ends when every repository of
 * its run has a result, whoever scanned it; a worker when its queue is empty.
 * ERR_USAGE and the like: it could not run at all.
 */
enum status audit_run(const struct audit_options *options,
	audit_open_roster *open_roster, void *context,
	struct audit_result *out, struct error *err) MUST_USE;

#endif
