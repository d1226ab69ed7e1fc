/*
 * basis: what suppresses findings in a repository that is judged: the
 * settings and the baselines at the root of a commit that is already trusted
 * (the target branch), never of the commits that are judged.
 *
 * They are read as objects of git, by path, no link followed. What is broken
 * in them suppresses nothing and is told by suppress_problem.
 */
#ifndef STANCH_BASIS_BASIS_H
#define STANCH_BASIS_BASIS_H

#include "base/buf.h"
#include "suppress/suppress.h"

struct basis_options {
	/* Names of commits, as people write them; the first one that is here
	 * counts. None here: nothing is suppressed. */
	const char *const *commits;
	size_t commit_count;
	const char *prefix; /* before reported paths; NULL: none */
};

/*
 * Of the repository of the current directory, as git's environment means it.
 * *used is the name that counted, or NULL.
 */
enum status basis_load(const struct basis_options *options,
	struct suppress **out, const char **used, struct error *err) MUST_USE;

/*
 * Of the repository at `path`, which is hostile: its HEAD's commit, which in a
 * mirror is the default branch's. Nothing of it is run, followed out, or given
 * to a library. *used false: there is no such commit here.
 */
struct repo_options;
enum status basis_load_head(const char *path,
	const struct repo_options *options, struct suppress **out, bool *used,
	struct error *err) MUST_USE;

/*
 * One file of a commit of the same repository, up to `most` bytes; the
 * caller's to release when it is OK. ERR_USAGE: no such commit.
 * ERR_NOT_FOUND: it has no such file.
 */
enum status basis_file(const char *commit, const char *path, size_t most,
	struct buf *text, struct error *err) MUST_USE;

/* The same repository: what of these names is here, and what it is. */
struct basis_repository {
	bool is_shallow, is_partial;
};
enum status basis_look(const char *const *names, size_t count, bool *is_here,
	struct basis_repository *out, struct error *err) MUST_USE;

#endif
