/*
 * leak: one secret under one rule, and where it stands. Records; who may
 * change them, and how long they live, is in leaks/leaks.h.
 */
#ifndef STANCH_LEAKS_LEAK_H
#define STANCH_LEAKS_LEAK_H

#include "flow/sighting.h"
#include "flow/verdict.h"

/* Where a text came from: the `source` of the contract. */
enum leak_source {
	LEAK_WORKTREE,
	LEAK_INDEX,
	LEAK_HISTORY,
	LEAK_MESSAGE,
	LEAK_STDIN,
	LEAK_ARCHIVE,
};
const char *leak_source_name(enum leak_source s);

/* The commit that introduced a place; all texts may hold any bytes. */
struct leak_commit {
	bytes id; /* hex */
	bytes author, email;
	bytes date; /* RFC 3339 */
	bytes subject;
};

/* The refs that lead to a place: names, which may hold any bytes. */
struct leak_refs {
	const bytes *names;
	size_t count;
	uint64_t more; /* over what is listed */
};

/* Who says that a place is not to be reported. */
struct leak_suppression {
	const char *kind;   /* "baseline", "settings", "inline" */
	const char *from;   /* "FILE:LINE" of an entry; NULL: inline */
	const char *reason; /* NULL: none given */
	const char *owner, *expires; /* NULL: none */
	bool is_held; /* shown as suppressed, and counts for the exit code */
};

/* One place of one leak: what a `finding` record says. */
struct leak_place {
	bytes path;
	enum leak_source source;
	uint64_t offset, length;
	uint32_t line, column, end_line, end_column;
	enum confidence confidence;
	const char *reason;
	uint8_t encodings[SIGHTING_ENCODINGS];
	uint8_t encoding_count;
	float entropy;
	bytes excerpt;
	uint32_t excerpt_at, excerpt_n;
	bytes allow; /* see flow/sighting.h */
	const struct sighting_part *parts; /* companions found beside it */
	uint8_t part_count;
	bytes object;		/* blob id in hex, or empty */
	const struct leak_commit *commit; /* or NULL */
	const struct leak_refs *refs; /* NULL: not asked for */
	bool unreachable, in_head;
	bool is_partial; /* its text was not read wholly */
	bool gives_way;	 /* of leaks/ */
	/* Set by suppress/; what they point to outlives the leaks. */
	const char *suppressed; /* by what and why, or NULL */
	const struct leak_suppression *suppression; /* the same in parts */
	const char *refused; /* why a suppression did not hold, or NULL */
	struct leak_held *held; /* of leaks/: the memory behind the slices */
};

struct leak {
	const struct rule *rule;
	bytes secret;
	char *fingerprint;   /* "<rule>:<C3ID>", or keyed: "<rule>:k..." */
	enum confidence confidence; /* the surest of its places */
	struct leak_place *places; /* sorted: path, offset, commit */
	size_t place_count;
	const struct verdict_facts *verdict; /* NULL: nobody was asked */
};

#endif
