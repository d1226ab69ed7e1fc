/*
 * ruleset: rule files (TOML) -> a frozen list of rules.
 *
 * The built-in rules are compiled into the binary by the build (from rules/,
 * by the program in ruleset/tool/). Files given by the user are read at
 * start, through toml++, in our format or gitleaks'. Build with one thread;
 * after ruleset_freeze it is read-only and any thread may use it.
 */
#ifndef STANCH_RULESET_RULESET_H
#define STANCH_RULESET_RULESET_H

#include "base/error.h"
#include "flow/rule.h"

struct ruleset;

enum ruleset_origin {
	RULESET_OURS,	 /* strict: unknown keys and risky rules are errors */
	RULESET_FOREIGN, /* as the field does: unknown keys are passed over */
};

/* Empty; NULL without memory. Free accepts NULL. */
struct ruleset *ruleset_new(void);
void ruleset_free(struct ruleset *set);

/* Add the rules that the build compiled in. */
enum status ruleset_add_builtin(struct ruleset *set, struct error *err)
	MUST_USE;
/*
 * Add the rules of a file, or of each *.toml in a directory (sorted). A rule
 * with a known id replaces it. Errors name file, line, column and the mend.
 * A file is ours when any of its rules has a key only we have, or `format =
 * "stanch"` at top level; else foreign.
 */
enum status ruleset_add_path(struct ruleset *set, const char *path,
	struct error *err) MUST_USE;
enum status ruleset_add_text(struct ruleset *set, const char *name, bytes toml,
	struct error *err) MUST_USE;

/* Keep only these ids (prefix match with a trailing '*'); unknown: ERR_USAGE
 * with the nearest id named. */
enum status ruleset_keep(struct ruleset *set, const char *const *ids,
	size_t count, struct error *err) MUST_USE;
enum status ruleset_exclude(struct ruleset *set, const char *const *ids,
	size_t count, struct error *err) MUST_USE;

/*
 * Sort by id, resolve companions, compute lead and width, and refuse an
 * empty set (ERR_RULES). Nothing may be added afterwards.
 */
enum status ruleset_freeze(struct ruleset *set, struct error *err) MUST_USE;

size_t ruleset_count(const struct ruleset *set);
/* By index, in order of id. */
const struct rule *ruleset_rule(const struct ruleset *set, size_t i);
/* NULL: no such rule. */
const struct rule *ruleset_find(const struct ruleset *set, const char *id);
size_t ruleset_index(const struct ruleset *set, const struct rule *rule);
const struct rule_decode *ruleset_decodes(const struct ruleset *set,
	size_t *count);
/* Allowlists of whole files (gitleaks' global ones). */
const struct rule_allowlist *ruleset_allowlists(const struct ruleset *set,
	size_t *count);
/* 16 hex digits that change with any rule: for reports and caches. */
void ruleset_digest(const struct ruleset *set, char text[17]);
/* Of one rule, by index; and of all that the set has besides its rules. */
uint64_t ruleset_digest_of(const struct ruleset *set, size_t i);
uint64_t ruleset_digest_rest(const struct ruleset *set);
/* Warnings gathered while loading ("rule x: keyword y never ...") */
size_t ruleset_warning_count(const struct ruleset *set);
const char *ruleset_warning(const struct ruleset *set, size_t i);

/*
 * Lint: why a rule cannot be fast or safe. Calls `say` per complaint.
 * Returns how many. Our own packs must have none.
 */
typedef void ruleset_say(void *context, const struct rule *rule,
	const char *complaint);
size_t ruleset_lint(const struct rule *rule, ruleset_say *say, void *context);

/* The version of toml++ that reads rule files: "3.2.0". */
const char *ruleset_library(void);
#endif
