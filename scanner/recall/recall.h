/*
 * recall: findings in a store become leaks again, so that every format of
 * report/ tells an audit as it tells a scan, and verify/ and respond/ work on
 * an audit as on a scan. What a record says is taken from it.
 */
#ifndef STANCH_RECALL_RECALL_H
#define STANCH_RECALL_RECALL_H

#include "base/column.h"
#include "leaks/leaks.h"
#include "ruleset/ruleset.h"
#include "store/reading.h"
#include "vault/vault.h"

struct recall_options {
	struct store *store;
	const struct ruleset *rules;
	/* Rules that are gone since (struct rule *): leaks point to them.
	 * Released by recall_release_rules, after the leaks. */
	struct column *gone_rules;
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
void recall_release_rules(struct column *rules);

#endif
