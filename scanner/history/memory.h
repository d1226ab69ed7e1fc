/*
 * memory: what a run keeps for the next one, and what it leaves out. Of this
 * room only.
 */
#ifndef STANCH_HISTORY_MEMORY_H
#define STANCH_HISTORY_MEMORY_H

#include "base/hash.h"

#include <stdint.h>

struct history_worker;

/* Names of objects that are not clean. */
struct history_soiled {
	unsigned char *at;
	size_t n, room;
	bool is_lost; /* not all are here */
};
/* Of bare contents. */
struct history_keys {
	struct hash128 *at;
	size_t n, room;
};

/* A sum that grows with all but the count of scanned objects. */
uint64_t history_marks(const struct history_worker *w);
/* This object is not clean. */
void history_soil(struct history_worker *w, const unsigned char *id);
/* A blob, unless its content is known; true when it gave something. */
typedef bool history_scan_blob(struct history_worker *w, bytes data);
bool history_scan_content(struct history_worker *w, bytes data,
	history_scan_blob *scan);
void history_memory_release(struct history_worker *w);

#endif
