/*
 * read: reports of scans, as stanch writes them, read back.
 */
#ifndef STANCH_DIFF_READ_H
#define STANCH_DIFF_READ_H

#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

/* One finding of a report; texts are the report's arena's. */
struct diff_finding {
	const char *fingerprint, *rule, *description, *confidence, *secret;
	const char *path, *source, *commit; /* commit: NULL for none */
	uint64_t line, column;
	bool is_suppressed;
	bool is_redacted; /* `secret` is not all of it */
};

struct diff_report {
	struct arena arena;
	struct diff_finding *at; /* sorted: fingerprint, path, line, ... */
	size_t n, room;
	bool is_complete; /* it says that all was scanned */
};

/* A jsonl or json report of a scan. */
enum status diff_read(struct diff_report *r, const char *path,
	struct error *err) MUST_USE;
void diff_release(struct diff_report *r);
#endif
