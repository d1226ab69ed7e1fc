/*
 * rule: one detection rule, as ruleset/ builds it and every stage reads it.
 *
 * All of it is frozen before the first thread starts and lives as long as the
 * ruleset. The built-in rules are constant data made by the build, so that
 * starting costs nothing. Lists end where their count says.
 */
#ifndef STANCH_FLOW_RULE_H
#define STANCH_FLOW_RULE_H

#include "base/bytes.h"
#include "base/charset.h"
#include "flow/confidence.h"
#include "flow/encoding.h"
#include "flow/request.h"

#include <stdint.h>

/* How candidates of a rule are found. */
enum rule_finder {
	RULE_BY_ANCHOR, /* a literal inside every match; regex around it */
	RULE_BY_NEAR,	/* a literal within `near` bytes of the match */
	RULE_BY_RUN,	/* a run of run_set bytes of exactly run_length */
	RULE_BY_SWEEP,	/* foreign rules only: regex over every window */
	RULE_BY_PATH,	/* the path alone */
};

/* One literal that leads to a rule. */
struct rule_anchor {
	bytes literal;
	bool fold;	    /* ASCII case does not matter */
	uint8_t encodings;  /* ENCODING_BIT()s in which it is looked for */
};

/* Which checksum or structure a secret must have; see check/check.h. */
struct rule_check {
	const char *name;	/* NULL: none. Named in check/check.h */
	const char *const *args; /* seeds and the like, meaning per name */
	size_t arg_count;
	uint16_t skip, gap, width; /* slice parameters, bytes */
	const char *encoding;	/* how the check digits are written, or NULL */
	bool drop_on_fail;	/* else a failure demotes to low */
};

/* Another rule's finding that belongs to this one. */
struct rule_companion {
	const char *rule;   /* its id */
	uint32_t within;    /* lines between them; 0: the same file */
	bool required;	    /* without it this finding is low */
	bool raises;	    /* with it this finding is one step surer */
};

/* Allowlist of the gitleaks format; patterns compile when first needed. */
struct rule_allowlist {
	bool all;		/* condition AND: every present kind */
	enum { ALLOW_SECRET, ALLOW_MATCH, ALLOW_LINE } target;
	const char *const *regexes; /* PCRE2 syntax, searched */
	size_t regex_count;
	const char *const *paths;
	size_t path_count;
	const char *const *stopwords; /* in lower case */
	size_t stopword_count;
	const char *const *commits; /* full ids, lower case */
	size_t commit_count;
	const char *const *rules; /* global lists: target rules, or none */
	size_t rule_count;
};

/* One example: a template, see example/example.h. */
struct rule_example {
	const char *text;
	bool counter; /* must not be found at medium or above */
};

struct rule {
	const char *id;
	const char *description;
	const char *provider; /* "azure-devops", "github", ... "generic" */
	const char *regex;    /* RE2-compatible, PCRE2 syntax; NULL: path */
	const char *path;     /* regex on the path, or NULL */
	const char *severity; /* "critical", "high", "medium", "low" */
	const char *mend;     /* one line: what to do with a leak, or NULL */
	enum rule_finder finder;
	enum confidence confidence; /* of a match before its checks */
	bool has_confidence; /* the file named one */
	bool foreign;	     /* came from a file that is not ours */
	bool guessable;	     /* a password: fingerprint is keyed */
	bool helper;	     /* a part of others, not reported itself */
	bool keep_placeholders; /* placeholder filter is off */
	bool builtin;	     /* compiled in: its hosts are ours */

	const struct rule_anchor *anchors;
	size_t anchor_count;
	const char *const *keywords; /* gitleaks: lower case, any enables */
	size_t keyword_count;
	uint32_t near;	/* RULE_BY_NEAR: bytes */
	uint32_t lead;	/* most bytes from a match's start to its anchor */
	uint32_t width; /* most bytes of a match */
	struct charset run_set; /* RULE_BY_RUN */
	uint32_t run_length;

	struct charset not_before; /* must not stand right before a match */
	struct charset not_after;  /* nor right after */
	uint32_t secret_group;	   /* 0: first group that matched, or all */
	float entropy;		   /* bits per byte, more than this; 0: off */
	uint8_t min_digits, min_upper, min_lower;
	uint32_t specificity;	/* overlap: the higher wins; default 100 */
	uint8_t encodings;	/* ENCODING_BIT()s the secret may be under */

	struct rule_check check;
	const struct rule_companion *companions;
	size_t companion_count;
	const struct rule_allowlist *allowlists;
	size_t allowlist_count;
	const char *const *stopwords; /* of ours: lower case, in the secret */
	size_t stopword_count;
	const char *const *tags;
	size_t tag_count;
	const char *const *references;
	size_t reference_count;
	const struct rule_example *examples;
	size_t example_count;
	const struct request_block *verify; /* NULL: detection only */
	const struct request_block *revoke; /* NULL: not by us */
	/* where it was written, for errors and `rules show` */
	const char *file;
	uint32_t line;
};

/*
 * A decoder hint: after one of these literals, base64 runs of bounded length
 * are decoded and scanned, for tokens that carry no literal of their own
 * (`Authorization: Basic ...`, `_password=...`).
 */
struct rule_decode {
	const char *id;
	const struct rule_anchor *anchors;
	size_t anchor_count;
	uint32_t within;	/* bytes after the anchor to look in */
	uint32_t min_length, max_length; /* of the encoded run */
};

#endif
