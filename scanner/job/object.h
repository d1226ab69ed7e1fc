/*
 * object: a file as a revision has it.
 */
#ifndef STANCH_JOB_OBJECT_H
#define STANCH_JOB_OBJECT_H

#include "base/buf.h"
#include "base/error.h"

/*
 * A file as a revision of the repository at `directory` has it (in a
 * hook's environment when that means this one), for settings of a base branch
 * and for explaining. `text` is the caller's to release when it is OK.
 * ERR_NOT_FOUND: no such path there. ERR_LIMIT: over `most` bytes.
 */
enum status job_file_at(const char *directory, const char *revision,
	const char *path, size_t most, struct buf *text,
	struct error *err) MUST_USE;

#endif
