/*
 * pattern: what can be known about a regular expression without running it.
 *
 * A pattern of the RE2 subset that PCRE2 also accepts is parsed to a tree;
 * on the tree: how wide a match can be, whether every match holds one of a
 * set of literals and how far from its start, which literals it must hold,
 * and whether repeats are nested so that matching may explode. Every answer
 * errs to the safe side: sets that are not known exactly (\pL) count as all
 * bytes, assertions as true. Matching is by bytes, as PCRE2 does without
 * UTF. Pure functions on the caller's arena; any thread.
 */
#ifndef STANCH_PATTERN_PATTERN_H
#define STANCH_PATTERN_PATTERN_H

#include "base/arena.h"
#include "flow/rule.h"

/* A width without a bound. */
#define PATTERN_UNBOUNDED UINT32_MAX

struct pattern;

struct pattern_problem {
	size_t offset;	  /* in the regex */
	const char *text; /* static */
};

/*
 * NULL: not a pattern of the subset, or too deep, or out of memory, and the
 * problem says so. Look-around, back-references, recursion, callouts, \C and
 * "(*" items are outside the subset.
 */
const struct pattern *pattern_parse(struct arena *arena, bytes regex,
	struct pattern_problem *problem);

/* Most and least bytes of a match. */
uint32_t pattern_width(const struct pattern *p);
uint32_t pattern_width_least(const struct pattern *p);
/* How many capturing groups. */
uint32_t pattern_groups(const struct pattern *p);
/*
 * A repeat inside a repeat with nothing between the rounds that the inner
 * one could not match too: (a+)+ and its kin.
 */
bool pattern_is_nested(const struct pattern *p);

enum pattern_proof {
	PATTERN_COVERED,   /* every match holds an anchor */
	PATTERN_UNCOVERED, /* `example` is the start of one that does not */
	PATTERN_TOO_LARGE, /* could not be decided within bounds */
};

#define PATTERN_EXAMPLE_MAX 48

struct pattern_cover {
	enum pattern_proof proof;
	/*
	 * Every match holds an anchor that starts at most this many bytes
	 * after its own start. PATTERN_UNBOUNDED: no bound.
	 */
	uint32_t lead;
	char example[PATTERN_EXAMPLE_MAX + 1];
};

/* Decide whether the anchors cover the pattern. */
struct pattern_cover pattern_cover_anchors(struct arena *scratch,
	const struct pattern *p, const struct rule_anchor *anchors,
	size_t count);

/* At most this many literals are extracted from one pattern. */
#define PATTERN_LITERALS 512
/* Bytes of one; a longer one is cut. */
#define PATTERN_LITERAL_MAX 32

/*
 * The best set of literals, each of at least 3 bytes, one of which stands in
 * every match; 0 when there is none. Encodings are left 0.
 */
size_t pattern_extract_literals(struct arena *arena, const struct pattern *p,
	struct rule_anchor **out);

/*
 * Does PCRE2 compile it, as the matcher will? False: *offset and text (what
 * PCRE2 says) are set.
 */
bool pattern_compiles(const char *regex, size_t *offset, char text[128]);

/*
 * Does it match somewhere in a short text? *group, unless NULL, becomes the
 * first group, or the whole match when there is none. False also when a
 * limit is hit: this is for conditions that must hold, not for finding.
 */
bool pattern_search(const char *regex, bytes subject, bytes *group);

/* The version of PCRE2 that runs here: "10.42 2022-12-11". */
#define PATTERN_LIBRARY 64
void pattern_library(char text[PATTERN_LIBRARY]);
#endif
