/*
 * findings: a report of `scan -f jsonl --show-secrets`, back to leaks.
 */
#ifndef STANCH_LOOP_FINDINGS_H
#define STANCH_LOOP_FINDINGS_H

#include "leaks/leaks.h"
#include "ruleset/ruleset.h"

#include <stdio.h>

/*
 * Read all of a stream; `name` stands in errors. A record of a redacted
 * secret is an error: there is nothing to ask about. Records of other types,
 * and of rules that are not in the set, are counted in *passed.
 */
enum status loop_findings_read(FILE *from, const char *name,
	const struct ruleset *rules, struct leaks *leaks, size_t *passed,
	struct error *err) MUST_USE;

#endif
