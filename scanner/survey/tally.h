/*
 * tally: the ledger of a run: repositories, and the sum of their objects.
 */
#ifndef STANCH_SURVEY_TALLY_H
#define STANCH_SURVEY_TALLY_H

#include "survey/internal.h"

#define TALLY_REASONS 32

struct reason {
	char text[48];
	uint64_t count;
};

struct tally {
	uint64_t total, scanned, unchanged, skipped, failed, incomplete;
	struct reason skips[TALLY_REASONS], failures[TALLY_REASONS];
	size_t skip_n, failure_n;
	uint64_t objects, objects_scanned, objects_skipped, objects_failed;
	uint64_t bytes, places;
};

enum status survey_read_tally(const struct survey_view *view, struct tally *t,
	struct error *err) MUST_USE;

/* What a repository's own settings accept, by its ledger. To be released. */
struct json_document;
struct tally_accepted {
	struct json_document *ledger;
	uint64_t suppressed, held;
	const struct json_value *broken; /* texts, or NULL */
};
void survey_read_accepted(bytes ledger, struct tally_accepted *out);
void survey_release_accepted(struct tally_accepted *a);

#endif
