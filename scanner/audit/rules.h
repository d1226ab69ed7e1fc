/*
 * rules: what results depend on besides a repository, as numbers, and which
 * rules were added since contents in the store were found bare.
 */
#ifndef STANCH_AUDIT_RULES_H
#define STANCH_AUDIT_RULES_H

#include "audit/audit.h"
#include "nursery/nursery.h"

/* Rules, options, version and fingerprint key: `setup->rules`. Reads and
 * writes the store's lists of rule sets. */
enum status audit_rules(struct nursery_setup *setup, struct store *store,
	const struct ruleset *rules, const struct audit_options *options,
	struct error *err) MUST_USE;

#endif
