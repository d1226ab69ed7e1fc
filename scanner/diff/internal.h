/* The innards of diff/. */
#ifndef STANCH_DIFF_INTERNAL_H
#define STANCH_DIFF_INTERNAL_H

#include "diff/read.h"

#include <stdint.h>
#include <stdio.h>

/* Of two findings with the same fingerprint: is it the same place? */
int diff_compare_place(const struct diff_finding *a,
	const struct diff_finding *b);

enum diff_kind {
	DIFF_NEW,	 /* was not there */
	DIFF_REOPENED,	 /* was suppressed, and is not any more */
	DIFF_FIXED,	 /* is not there any more */
	DIFF_SUPPRESSED, /* was open */
	DIFF_MOVED,	 /* is open in both, at other places */
	DIFF_SAME,
	DIFF_KINDS,
};

/* One leak in both reports: runs of findings; either may be empty. */
struct diff_leak {
	enum diff_kind kind;
	const struct diff_finding *old, *new;
	size_t old_n, new_n;
};

/* What came of each fingerprint, in their order. */
typedef void diff_sink(void *context, const struct diff_leak *leak);
void diff_each(const struct diff_report *old, const struct diff_report *new,
	diff_sink *sink, void *context);

struct diff_count {
	uint64_t leaks[DIFF_KINDS];
};
/* print.c: write all, and count. */
void diff_text(FILE *to, const struct diff_report *old,
	const struct diff_report *new, struct diff_count *count);
void diff_json(FILE *to, const struct diff_report *old,
	const struct diff_report *new, struct diff_count *count);

#endif
