/*
 * objects: the object store of one repository, for an audit: with what an
 * earlier run knows of it, and without working tree and index.
 */
#ifndef STANCH_ENGINE_OBJECTS_H
#define STANCH_ENGINE_OBJECTS_H

#include "engine/engine.h"
#include "known/known.h"

struct engine_known {
	struct known *known;
	const struct detector *added; /* rules since then, or NULL */
	struct buf *state; /* gets the next state; empty when there is none */
	/* bare contents that were not known; at the end, on this thread */
	void (*keys)(void *context, const struct hash128 *keys, size_t n);
	void *context;
};

/*
 * As engine_scan, for the repository at `path`. Paths of findings are those
 * in the repository. When known_extent is KNOWN_ALL afterwards, nothing had
 * changed and nothing was told.
 */
enum status engine_scan_objects(struct engine *e, const char *path,
	const struct engine_known *known, struct error *err) MUST_USE;

#endif
