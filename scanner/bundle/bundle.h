/*
 * bundle: a git bundle (gitformat-bundle(5), versions 2 and 3) as a repository:
 * its refs, and its pack with an index made here, in memory.
 *
 * Names of objects are computed, so nothing in a bundle can lie about them.
 * A thin bundle is based on objects that it does not hold: what is built on
 * those has no name that we could know, and is told by the sweep as without a
 * base. Everything is checked; nothing is written, run or followed. Frozen
 * after bundle_open; any thread may read.
 */
#ifndef STANCH_BUNDLE_BUNDLE_H
#define STANCH_BUNDLE_BUNDLE_H

#include "pack/pack.h"
#include "repo/repo.h"

struct bundle;

struct bundle_options {
	/* Asked between objects: true ends with ERR_INTERRUPTED. */
	bool (*is_stopped)(void *context);
	void *context;
};

/* Does the file begin as a bundle does? Waits for nobody. */
bool bundle_is_at(const char *path);
/* ERR_FORMAT: its head does not hold. ERR_UNSUPPORTED names what it asks. */
enum status bundle_open(struct bundle **out, const char *path,
	const struct bundle_options *options, struct error *err) MUST_USE;
void bundle_close(struct bundle *b);

/* Both belong to the bundle. The repository has refs and no files. */
const struct repo *bundle_repo(const struct bundle *b);
struct pack_store *bundle_store(const struct bundle *b);
/* Objects that the pack's head counts and that could not be told apart. */
uint64_t bundle_lost(const struct bundle *b);

#endif
