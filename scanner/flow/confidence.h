/*
 * confidence: how sure a finding is. Pure functions, any thread.
 */
#ifndef STANCH_FLOW_CONFIDENCE_H
#define STANCH_FLOW_CONFIDENCE_H

#include "base/bytes.h"

/* How sure a finding is; the order is meaningful. */
enum confidence {
	CONFIDENCE_LOW,
	CONFIDENCE_MEDIUM,  /* context and entropy */
	CONFIDENCE_HIGH,    /* distinctive prefix and structure */
	CONFIDENCE_CERTAIN, /* a checksum was verified */
};

/* "low", "medium", "high", "certain". */
const char *confidence_name(enum confidence c);
/* False when text names none. */
bool confidence_parse(bytes text, enum confidence *out);

#endif
