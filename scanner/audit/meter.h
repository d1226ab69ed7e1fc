/*
 * meter: the progress of an audit, one display for all of it: a line that is
 * redrawn on a terminal, a line now and then in a log.
 */
#ifndef STANCH_AUDIT_METER_H
#define STANCH_AUDIT_METER_H

#include "audit/audit.h"
#include "gauge/gauge.h"

struct meter {
	struct gauge gauge;
	/* kept by the audit */
	uint64_t total, done, failed, unchanged; /* repositories */
	uint64_t weight, weight_done;		 /* bytes */
	uint64_t scanned_bytes, places;
	unsigned at_work, fetching;
	bool is_listing;
};

void meter_init(struct meter *m, enum engine_progress when);
/* Draws when it is time. */
void meter_tick(struct meter *m);
void meter_end(struct meter *m);

#endif
