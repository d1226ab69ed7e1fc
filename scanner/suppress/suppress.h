/*
 * suppress: which findings are known and accepted, by whom and until when.
 *
 *	baseline   a file of fingerprints (suppress/baseline.h), or a file of
 *		   another tool: .gitleaksignore, a gitleaks JSON report, a
 *		   detect-secrets baseline
 *	settings   .stanch.toml at the root of the repository
 *	inline	   a comment on the line: stanch:allow, gitleaks:allow,
 *		   trufflehog:ignore, or stanch:allow-next-line above it
 *
 * None of them changes what is scanned or which rules run: a finding stays in
 * every report, marked as suppressed, with who says so. They can only add
 * suppressions, and whatever they say, a token that was verified live (its
 * leak's verdict) stays open. A finding for which two speak is the baseline's,
 * else the settings'.
 *
 * Texts may come from files or from objects of git. One thread at a time.
 */
#ifndef STANCH_SUPPRESS_SUPPRESS_H
#define STANCH_SUPPRESS_SUPPRESS_H

#include "leaks/leaks.h"
#include "ruleset/ruleset.h"

/* Names at the root of a repository. */
#define SUPPRESS_SETTINGS ".stanch.toml"
#define SUPPRESS_BASELINE ".stanch-baseline"

struct suppress;

struct suppress *suppress_new(struct error *err); /* NULL: no memory */
void suppress_free(struct suppress *s); /* after the last report */

/*
 * How reported paths become paths from the repository's root: one that starts
 * with `prefix` is `below` and the rest. For `scan repo/src`: prefix
 * "repo/src/", below "src/". Both may be "".
 */
struct suppress_scope {
	const char *prefix, *below;
};

/* Where a text comes from. */
enum suppress_trust {
	/* The user's own file: a broken one is an error, never an empty one. */
	SUPPRESS_TRUSTED,
	/* Of a repository that is judged (CI, audit): a broken one suppresses
	 * nothing and is said in suppress_problem; all stays open. */
	SUPPRESS_REPOSITORY,
};

/*
 * A baseline of ours or a file of another tool, told by its content. Errors
 * name the place and the mend: ERR_FORMAT, ERR_LIMIT, ERR_MEMORY.
 */
enum status suppress_add_baseline(struct suppress *s, const char *name,
	bytes text, const struct suppress_scope *scope,
	enum suppress_trust trust, struct error *err) MUST_USE;
/* A .stanch.toml. Reads no other file: what it names as `baseline` is for
 * the caller to fetch, from where the settings came. */
enum status suppress_add_settings(struct suppress *s, const char *name,
	bytes toml, const struct suppress_scope *scope,
	enum suppress_trust trust, struct error *err) MUST_USE;
/* Baselines that settings name, paths from the repository's root, checked to
 * stay in it. NULL past the last. SUPPRESS_BASELINE where they name none. */
const char *suppress_wanted_baseline(const struct suppress *s, size_t i);
/* Do settings name any? Then one that is not there is an error. */
bool suppress_names_baselines(const struct suppress *s);
/* What was broken and is of a repository that is judged; NULL past the last. */
const char *suppress_problem(const struct suppress *s, size_t i);

/* What a comment on the line does. */
enum suppress_inline {
	/* Hooks and a person's own scan: as any other suppression. */
	SUPPRESS_INLINE_HONOUR,
	/* Gates and audits: shown as suppressed, and still counted for the
	 * exit code (leak_suppression.is_held), since whoever wrote the token
	 * may have written the comment; settings from the base branch that say
	 * `inline = true` change that. */
	SUPPRESS_INLINE_HOLD,
	/* Nothing. */
	SUPPRESS_INLINE_IGNORE,
};

struct suppress_options {
	enum suppress_inline comments;
	int64_t now; /* seconds since 1970; 0: the clock's */
	const struct ruleset *rules; /* to tell an id from a reason, or NULL */
};

struct suppress_count {
	uint64_t open;	    /* places that are not suppressed */
	uint64_t suppressed; /* places; those held are among them */
	uint64_t held;
	uint64_t refused;   /* places that stay open: live, expired */
};

/*
 * Mark what is suppressed; after leaks_finish and after verifying, before the
 * reports. The texts that places then point to are `s`'s. May be called again
 * when more is known.
 */
enum status suppress_apply(struct suppress *s, struct leaks *leaks,
	const struct suppress_options *options, struct suppress_count *count,
	struct error *err) MUST_USE;

/*
 * By fingerprint alone, for findings of which no more is at hand: what a
 * baseline of ours says of it, as `suppressed` of a place; NULL: nothing, or
 * it has ended, or there is no memory to say it. The text is `s`'s.
 */
const char *suppress_by_fingerprint(struct suppress *s, bytes fingerprint,
	int64_t now);

/*
 * Entries after suppress_apply: all of baselines and settings, in the order of
 * files and lines. NULL past the last.
 */
struct suppress_entry {
	const char *file;
	uint32_t line;
	const char *what; /* a fingerprint, or the entry's own words */
	const char *kind; /* as in leak_suppression */
	const char *reason, *owner, *expires; /* NULL: none */
	bool is_expired;
	uint64_t used; /* places that it suppressed; 0: stale */
};
const struct suppress_entry *suppress_entry(const struct suppress *s,
	size_t i);

#endif
