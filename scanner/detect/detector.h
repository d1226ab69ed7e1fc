/*
 * detector: what is made once from a ruleset and then only read, but for the
 * patterns' code. Shared by the files of detect/.
 */
#ifndef STANCH_DETECT_DETECTOR_H
#define STANCH_DETECT_DETECTOR_H

#include "base/arena.h"
#include "detect/detect.h"
#include "detect/regex.h"
#include "literal/literal.h"

/* What a literal leads to: packed in its tag. */
enum detect_lead { LEAD_RULE, LEAD_ENCODED, LEAD_DECODER, LEAD_KEYWORD };
#define DETECT_TAG(lead, encoding, phase, index)                             \
	((uint32_t)(lead) | (uint32_t)(encoding) << 2 |                      \
		(uint32_t)(phase) << 5 | (uint32_t)(index) << 8)

/* What detect computes for a rule. [frozen] but for the patterns' code */
struct detect_rule {
	const struct rule *rule;
	size_t lead, trail, width, near; /* bytes; cut to DETECT_REACH */
	size_t allow_first; /* its allowlists' place in `allows` */
	size_t run_next;    /* RULE_BY_RUN: another with the same run, or 0 */
	struct detect_regex pattern, path;
	const char **alone; /* per companion: "no X beside it" */
	bool gated;	    /* keywords stand in the literal table */
};

/* A rule's or a file's allowlist with its patterns. [frozen] */
struct detect_allow {
	const struct rule_allowlist *list;
	struct detect_regex *regexes, *paths;
};

/*
 * The literals of the built-in rules, gathered by the build (tool/bake.c):
 * they hold for a ruleset with this digest. Programs that are linked without
 * it gather at start.
 */
struct detect_baked {
	const char *digest;
	const struct literal_tables *literals;
	const uint16_t *reach; /* per rule, as in struct detector */
};
extern const struct detect_baked detect_baked_data __attribute__((weak));

struct detector {
	const struct ruleset *rules;
	struct detect_options options;
	struct detect_regexes *patterns;
	struct detect_rule *at;
	size_t count;
	struct detect_allow *allows; /* all rules', then global ones */
	size_t allow_count, global_first;
	struct literal_set *literals;
	uint16_t *reach; /* per rule: farthest gram in its literals */
	const struct rule_decode *decodes;
	size_t decode_count;
	size_t *swept, *runs, *paths; /* rule indices by finder */
	size_t swept_count, run_count, path_count;
	struct detect_regex **on_path; /* all that look at paths */
	size_t on_path_count;
	struct arena arena;
};

#endif
