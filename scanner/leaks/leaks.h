/*
 * leaks: sightings gathered into leaks.
 *
 * A leak is one secret under one rule with all its places. Places are added
 * from any thread (one lock, held for a copy); leaks_finish sorts them, so the
 * result does not depend on who came first. Secrets are held in memory only
 * and wiped by leaks_free.
 */
#ifndef STANCH_LEAKS_LEAKS_H
#define STANCH_LEAKS_LEAKS_H

#include "base/error.h"
#include "leaks/leak.h"
#include "leaks/memo.h"

/* Is it open, or suppressed by what does not count (is_held)? */
bool leak_place_counts(const struct leak_place *place);

struct leaks;

struct leaks_options {
	/*
	 * Key for fingerprints of guessable secrets, so that a report does
	 * not let its reader try passwords against them. Empty: a random one
	 * is made, and those fingerprints differ from run to run.
	 */
	bytes fingerprint_key;
};

struct leaks *leaks_new(const struct leaks_options *options,
	struct error *err);
void leaks_free(struct leaks *l);

/*
 * Add one sighting at one path; everything is copied. Over LIMIT_SIGHTINGS
 * places or LIMIT_LEAKS_BYTES the surest are kept, then the first by path and
 * offset, and the others are only counted: which ones does not depend on who
 * came first. Any thread. ERR_MEMORY is also counted as unlisted.
 */
enum status leaks_add(struct leaks *l, const struct sighting *s, bytes path,
	enum leak_source source) MUST_USE;

/* A place in a repository's history; zero what does not apply. */
struct leak_where {
	bytes path;
	enum leak_source source;
	bytes object; /* blob or other object, in hex */
	const struct leak_commit *commit; /* from leaks_keep_commit */
	const struct leak_refs *refs;	  /* from leaks_keep_refs */
	bool unreachable, in_head;
	bool is_partial; /* the text was not read wholly */
	/* Of a leak that comes from a store, where its secret is not: then the
	 * sighting has the redacted form, and this tells leaks apart. */
	bytes fingerprint;
};
/* As leaks_add, with all that is known of the place. */
enum status leaks_add_at(struct leaks *l, const struct sighting *s,
	const struct leak_where *where) MUST_USE;
/* A copy that lives as long as `l`, for any number of places. NULL: no
 * memory. Any thread. */
const struct leak_commit *leaks_keep_commit(struct leaks *l,
	const struct leak_commit *commit);
/* The same for refs; where there is no memory for their names, they are
 * counted as more. */
const struct leak_refs *leaks_keep_refs(struct leaks *l,
	const struct leak_refs *refs);

/* What a memo holds, at one path more. */
enum status leaks_add_memo(struct leaks *l, const struct leak_memo *m,
	bytes path, enum leak_source source) MUST_USE;
enum status leaks_add_memo_at(struct leaks *l, const struct leak_memo *m,
	const struct leak_where *where) MUST_USE;

/*
 * Group and sort. After it nothing may be added, and reading is free. A place
 * in an archive's own bytes gives way to one of the same leak, at least as
 * sure, in a member of it, unless the archive is partial.
 */
enum status leaks_finish(struct leaks *l, struct error *err) MUST_USE;
size_t leaks_count(const struct leaks *l);
/* In order: surest first, then rule id, then first place. */
const struct leak *leaks_at(const struct leaks *l, size_t i);
/* To add what later stages know of its places: `suppressed` and its like. */
struct leak *leaks_edit(struct leaks *l, size_t i);
/* After leaks_finish: forget those of which `keep` says false. */
typedef bool leaks_wanted(void *context, const struct leak *leak);
void leaks_keep(struct leaks *l, leaks_wanted *keep, void *context);
/* After leaks_finish: what the provider says of the i-th; copied. One
 * thread. */
enum status leaks_set_verdict(struct leaks *l, size_t i,
	const struct verdict_facts *facts, struct error *err) MUST_USE;
/* Places listed, and seen but not listed. Before finish: so far (atomic). */
uint64_t leaks_place_count(const struct leaks *l);
uint64_t leaks_unlisted(const struct leaks *l);
/* Count sightings that were dropped before they came here. Any thread. */
void leaks_add_unlisted(struct leaks *l, uint64_t count);

#endif
