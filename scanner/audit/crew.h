/*
 * crew: the children at work: started, listened to, ended. Reads from all of
 * them at once; one that says nonsense, dies, or takes too long costs its own
 * repository.
 */
#ifndef STANCH_AUDIT_CREW_H
#define STANCH_AUDIT_CREW_H

#include "audit/audit.h"
#include "audit/item.h"
#include "nursery/nursery.h"

struct crew;

struct crew *crew_new(struct nursery *nursery,
	const struct audit_options *options);
void crew_free(struct crew *c);

enum status crew_scan(struct crew *c, struct item *item,
	struct error *err) MUST_USE;
/* `most`: bytes of the largest file; 0: any. */
enum status crew_fetch(struct crew *c, struct item *item, uint64_t most,
	struct error *err) MUST_USE;
size_t crew_scans(const struct crew *c);
size_t crew_fetches(const struct crew *c);
unsigned crew_threads(const struct crew *c); /* of scans at work */
/* Wait so long for something to happen, and read what has. */
void crew_wait(struct crew *c, int milliseconds);
/* One whose child has ended, or NULL: it is the caller's again, with its
 * outcome set (a fetch that went well: READY). */
struct item *crew_take_ended(struct crew *c);
/* End all; their items come back as failed. */
void crew_kill_all(struct crew *c);

#endif
