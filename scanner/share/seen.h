/*
 * What content was met before, and what was found in it. Keyed by a seeded
 * XXH3-128 and the length, never by a name. Sharded; each shard has a lock
 * that is held for a lookup only.
 *
 * States of a content:
 *
 *	(unknown) --enter--> in work --finish--> known, with its outcome
 *			       |  ^		 or lost, when it failed
 *			       +--+ enter: the place waits, and is handed to
 *				    whoever finishes
 */
#ifndef STANCH_SHARE_SEEN_H
#define STANCH_SHARE_SEEN_H

#include "base/hash.h"
#include "leaks/leaks.h"

/* What a scan of a text gave; the same for every place it stands at. */
struct seen_outcome {
	struct leak_memo *memo; /* NULL: nothing was found */
	uint64_t unscanned, decode_cut, unlisted;
};

/* A place whose content was in work elsewhere. Freed by free(). */
struct seen_waiter {
	struct seen_waiter *next;
	enum leak_source source;
	size_t n;
	unsigned char path[];
};

enum seen_answer {
	SEEN_MINE,     /* new: scan it, then seen_finish */
	SEEN_KNOWN,    /* *outcome is set; owned by the table */
	SEEN_WAITS,    /* in work: who finishes it will tell this place */
	SEEN_UNSHARED, /* scan it and tell nobody: the table is full */
};

struct seen;
struct seen *seen_new(void);
void seen_free(struct seen *seen);

enum seen_answer seen_enter(struct seen *seen,
	struct hash128 key, bytes path, enum leak_source source,
	struct seen_outcome *outcome);
/*
 * After SEEN_MINE. Takes over outcome->memo; NULL outcome: it failed, the
 * content will be scanned again when met again. Returns the waiting places.
 */
struct seen_waiter *seen_finish(struct seen *seen,
	struct hash128 key, const struct seen_outcome *outcome);

/* Is it known? Never waits and never enters. */
bool seen_look(struct seen *seen, struct hash128 key,
	struct seen_outcome *outcome);
/* Make it known, unless it is: false, and the memo stays the caller's. */
bool seen_publish(struct seen *seen, struct hash128 key,
	const struct seen_outcome *outcome);

#endif
