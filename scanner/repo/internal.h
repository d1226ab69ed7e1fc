/*
 * internal: what repo/'s files share.
 */
#ifndef STANCH_REPO_INTERNAL_H
#define STANCH_REPO_INTERNAL_H

#include "base/buf.h"
#include "repo/repo.h"

#define REPO_FILE_MAX ((size_t)64 << 20) /* packed-refs of a million refs */

/*
 * Read a small regular file beneath `directory` (or by path with AT_FDCWD)
 * without waiting on FIFOs and without following a link in its last part.
 * ERR_NOT_FOUND when it is not there. `out` is made here, and may be released
 * whatever comes back.
 */
enum status repo_read_file(int directory, const char *name, size_t max,
	struct buf *out, struct error *err) MUST_USE;
/* "a/b", malloc'd; NULL without memory. */
char *repo_join(const char *a, const char *b);
/* realpath, malloc'd; NULL when it is not there. */
char *repo_real(const char *path);
bool repo_path_is_within(const char *path, const char *root);

/* What the config file says of the format. */
enum status repo_read_config(struct repo *r, struct error *err) MUST_USE;
/* Fills r->refs. */
enum status repo_read_refs(struct repo *r, struct error *err) MUST_USE;

#endif
