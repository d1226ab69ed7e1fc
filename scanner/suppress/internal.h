/*
 * What the files of suppress/ share.
 */
#ifndef STANCH_SUPPRESS_INTERNAL_H
#define STANCH_SUPPRESS_INTERNAL_H

#include "base/arena.h"
#include "source/ignore.h"
#include "suppress/baseline.h"
#include "suppress/suppress.h"

/* Whom an entry means: every kind that it has must hold. */
struct entry {
	struct suppress_entry shown;
	struct leak_suppression said;
	const char *text;    /* what a report says, made when first used */
	int64_t end;	     /* 0: never */
	const struct suppress_scope *scope; /* for its paths */
	/* of baselines */
	const char *fingerprint;
	/* of other tools' files: of what applies */
	unsigned char *secret; /* its text, in the arena; wiped at the end */
	size_t secret_n;
	bool has_hash;
	unsigned char sha1[20];
	const char *path;    /* from the root, whole */
	uint32_t line, end_line; /* 0: any */
	const char *commit;  /* hex, or NULL: any */
	/* of settings */
	const char *const *rules; /* ids, a '*' may end one */
	size_t rule_count;
	const char *const *fingerprints;
	size_t fingerprint_count;
	struct source_ignore *patterns;
	bool has_below;
	enum confidence below; /* places less sure than this */
};

struct suppress {
	struct arena arena;
	struct entry *entries; /* in order of adding */
	size_t n, room;
	/* Those with a fingerprint, by it; made by suppress_apply. */
	const struct entry **by_fingerprint;
	size_t fingerprint_count;
	/* In the same block: other tools' entries, and settings'. */
	const struct entry **foreign, **settings;
	size_t foreign_count, settings_count;
	bool is_sorted;
	const char **wanted;
	size_t wanted_count;
	const char **problems;
	size_t problem_count;
	bool allows_comments; /* `inline = true`, from a repository */
};

/* suppress.c. A zeroed entry at the end, or NULL with err set. */
struct entry *suppress_entry_new(struct suppress *s, const char *name,
	struct error *err);
/* A copy in the arena; NULL for an empty text, and without memory, which
 * sets *is_lost. */
const char *suppress_text(struct suppress *s, bytes text, bool *is_lost);
enum status suppress_no_memory(struct error *err);
const struct suppress_scope *suppress_scope(struct suppress *s,
	const struct suppress_scope *scope); /* NULL: no memory */
enum status suppress_list_add(struct suppress *s, const char ***list,
	size_t *n, bytes text, struct error *err) MUST_USE;
/* Who says so and until when; `expires` was checked to be a day. */
void suppress_entry_says(struct suppress *s, struct entry *e,
	const char *reason, const char *owner, const char *expires,
	bool *is_lost);

/* settings.c */
enum status suppress_read_settings(struct suppress *s, const char *name,
	bytes toml, const struct suppress_scope *scope,
	struct error *err) MUST_USE;

/* foreign.c: not ours, by how it begins; what is neither is then refused. */
bool suppress_is_foreign(bytes text);
enum status suppress_add_foreign(struct suppress *s, const char *name,
	bytes text, const struct suppress_scope *scope,
	struct error *err) MUST_USE;

/* match.c */
bool suppress_entry_fits(const struct entry *e, const struct leak *leak,
	const struct leak_place *place);
/* Of another tool: the whole leak is meant. */
static inline bool suppress_is_of_leak(const struct entry *e)
{
	return e->path != NULL || e->has_hash || e->secret_n > 0;
}

/* comment.c: does a comment speak for a finding of this rule? Then its reason
 * (a part of `allow`, maybe empty) and the mark that it has. */
bool suppress_comment(bytes allow, const struct rule *rule,
	const struct ruleset *rules, bytes *reason, const char **mark);

#endif
