/*
 * internal: the ruleset while it is built, for this room's files and rulec.
 */
#ifndef STANCH_RULESET_INTERNAL_H
#define STANCH_RULESET_INTERNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "ruleset/ruleset.h"

struct ruleset_entry {
	const struct rule *rule; /* in the arena, or constant */
	uint64_t digest;
	bool dropped; /* by keep, exclude or disabledRules */
};

/* Told of each broken rule of a file, instead of stopping at the first. */
typedef void ruleset_problem(void *context, const struct error *problem);

struct ruleset {
	struct arena arena; /* all that files define */
	struct ruleset_entry *entries;
	size_t count, room;
	const struct rule_decode *decodes;
	size_t decode_count;
	const struct rule_allowlist *allowlists;
	size_t allowlist_count;
	const char **warnings;
	size_t warning_count, warning_room;
	bool has_builtin, frozen;
	ruleset_problem *problem; /* or NULL */
	void *problem_context;
};

/* Add a rule whose id is known to be new. Borrows it. */
enum status ruleset_append(struct ruleset *set, const struct rule *rule,
	uint64_t digest, struct error *err) MUST_USE;
/* Add the rule, or replace the one with its id. Borrows it. */
enum status ruleset_put(struct ruleset *set, const struct rule *rule,
	uint64_t digest, struct error *err) MUST_USE;
/* Append; a first constant list is only pointed at. */
enum status ruleset_put_decodes(struct ruleset *set,
	const struct rule_decode *decodes, size_t count, struct error *err)
	MUST_USE;
enum status ruleset_put_allowlists(struct ruleset *set,
	const struct rule_allowlist *lists, size_t count, struct error *err)
	MUST_USE;
/* The entry with this id, or NULL. */
struct ruleset_entry *ruleset_entry(const struct ruleset *set, const char *id);
/* The known id nearest to this one, or NULL when none is near. */
const char *ruleset_nearest_id(const struct ruleset *set, const char *id);
void ruleset_warn(struct ruleset *set, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The best of the names offered; `best` NULL while none was near enough. */
struct ruleset_nearest {
	bytes wanted;
	const char *best;
	size_t distance;
};
void ruleset_nearest_offer(struct ruleset_nearest *n, const char *name);

/* Digest of all that a rule says, wherever it was written. */
uint64_t ruleset_rule_digest(const struct rule *rule);

#endif
