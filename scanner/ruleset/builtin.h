/*
 * builtin: the rules that the build compiled in.
 *
 * ruleset_builtin_data is defined by build/CONFIG/builtin.c, which rulec
 * writes from rules/. All that can be computed beforehand is in it, so that
 * nothing is parsed or copied at start. Rules stand in order of id.
 */
#ifndef STANCH_RULESET_BUILTIN_H
#define STANCH_RULESET_BUILTIN_H

#include "flow/rule.h"

struct ruleset_builtin {
	const struct rule *rules;
	const uint64_t *digests; /* one a rule */
	size_t rule_count;
	const struct rule_decode *decodes;
	size_t decode_count;
	const struct rule_allowlist *allowlists;
	size_t allowlist_count;
};

extern const struct ruleset_builtin ruleset_builtin_data;

#endif
