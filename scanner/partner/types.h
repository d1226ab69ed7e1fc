/*
 * types: which rules a type of GitHub's stands for.
 *
 * A type is a name that a provider agreed upon with GitHub. It is looked for
 * among the user's own (`--type`), then among those that GitHub's list of
 * supported patterns names, and then it is taken for the id of a rule, with _
 * for -. Frozen once made.
 */
#ifndef STANCH_PARTNER_TYPES_H
#define STANCH_PARTNER_TYPES_H

#include "args/args.h"
#include "ruleset/ruleset.h"

#define TYPES_RULES 8

struct types {
	const struct ruleset *rules;
	const struct args_list *own; /* "TYPE=RULE" */
};
/* The user's own are well-formed, and of rules that are there. */
enum status types_check(const struct types *t, struct error *err) MUST_USE;
/* The rules of a type, at most TYPES_RULES; 0: nobody knows it. */
size_t types_find(const struct types *t, bytes type,
	const struct rule *out[TYPES_RULES]);

#endif
