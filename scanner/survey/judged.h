/*
 * judged: what providers said of an organization's leaks, and what was done,
 * by fingerprint, for reports that go through places.
 */
#ifndef STANCH_SURVEY_JUDGED_H
#define STANCH_SURVEY_JUDGED_H

#include "base/arena.h"
#include "base/column.h"
#include "flow/verdict.h"
#include "store/verdicts.h"

struct judged_row {
	bytes fingerprint;
	struct verdict_facts facts;
	const char *incident; /* its state; or "" */
};
struct judged {
	struct column rows; /* struct judged_row, by fingerprint */
	struct arena arena;
	bool failed;
};

/* To be released in any case. */
enum status judged_read(struct judged *j, struct store *store,
	const char *target, struct error *err) MUST_USE;
void judged_release(struct judged *j);
/* NULL: nobody was asked. */
const struct judged_row *judged_find(const struct judged *j,
	bytes fingerprint);

/* "4 leaks: 1 live, 3 not asked; incidents: 1 held", of those that stand
 * somewhere now; nothing where nobody was asked. */
enum status judged_put_counts(struct store *store, const char *target,
	struct buf *out, struct error *err) MUST_USE;

#endif
