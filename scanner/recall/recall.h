/*
 * recall: findings in a store become leaks again, so that every format of
 * report/ tells an audit as it tells a scan, and verify/ and respond/ work on
 * an audit as on a scan. What a record says is taken from it.
 */
#ifndef STANCH_RECALL_RECALL_H
#define STANCH_RECALL_RECALL_H

#include "base/arena.h"
#include "base/column.h"
#include "leaks/leaks.h"
#include "ruleset/ruleset.h"
#include "store/reading.h"
#include "vault/vault.h"

/* What recalled leaks point to, one set of them at a time: rules that are gone
 * since, and who accepted what in the repositories. Released after them. */
struct recall_kept {
	struct column rules;	/* struct rule * */
	struct column accepted; /* of recall.c */
	struct arena texts;
};
void recall_kept_init(struct recall_kept *kept);
void recall_kept_release(struct recall_kept *kept);

struct recall_options {
	struct store *store;
	const struct ruleset *rules;
	struct recall_kept *kept;
	/* NULL: secrets are their redacted forms. Else they come from here,
	 * with what stood beside them, and a leak whose secret is not here, or
	 * of which `wants` says false, is left out. */
	const struct vault *vault;
	bool (*wants)(void *context, bytes fingerprint); /* NULL: all */
	void *context;
};

/*
 * A path starts with its repository, unless one is filtered by. Verdicts are
 * those of the store. To be freed with leaks_free.
 */
enum status recall_leaks(const struct recall_options *options,
	const struct store_place_filter *filter, struct leaks **out,
	struct error *err) MUST_USE;
/*
 * Mark what the repositories' own settings and baselines accept (as they stood
 * in HEAD's commit), where nothing else is said already. It does not hold
 * where it has ended since, nor for what is live.
 */
enum status recall_accept(struct recall_kept *kept, struct leaks *leaks,
	struct error *err) MUST_USE;
/* Has the last day of "2027-01-31" passed, in UTC? NULL: it has not. */
bool recall_has_ended(const char *expires);

#endif
