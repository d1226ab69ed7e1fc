/*
 * revision: which commits a range means, and clones of URLs.
 *
 * What people and hooks write (refs, names of objects, HEAD~10, v1^2) is
 * resolved and walked here, in less time than it takes to load libgit2. It is
 * loaded, from stanch-git.so, for all other expressions and for clones (see
 * module.h); then it walks what pack/ reads, and sees the refs of repo/.
 * Version 1.5 does not know SHA-256 repositories: those other expressions
 * are ERR_UNSUPPORTED there.
 */
#ifndef STANCH_REVISION_REVISION_H
#define STANCH_REVISION_REVISION_H

#include "credential/credential.h"
#include "pack/pack.h"
#include "repo/repo.h"

struct revision;

/* Names one after another, of the repository's size each; malloc'd. */
struct revision_list {
	unsigned char *commits; /* parents before children */
	size_t commit_count;
	unsigned char *tags; /* that name the end of the range */
	size_t tag_count;
	unsigned char *others; /* ends that are blobs or trees */
	size_t other_count;
};
void revision_list_release(struct revision_list *list);

/* Repository and store are borrowed. Use from one thread. */
enum status revision_open(struct revision **out, const struct repo *repo,
	struct pack_store *store, struct error *err) MUST_USE;
void revision_close(struct revision *r);
/* Parents that are not in the store: a shallow clone's edge, or broken. */
uint64_t revision_missing(const struct revision *r);

/* The commit that a name means, through tags; false: none here. */
bool revision_find_commit(struct revision *r, const char *name,
	unsigned char id[PACK_ID_MAX]);

/*
 * "A..B": what B has and A has not; "A...B": what one of them has; a side left
 * out is HEAD. A left side of zeros, as hooks tell it for a new branch: all
 * that B has (inside a receive hook: and no ref had before). ERR_USAGE when
 * it is no range, or a name in it is unknown.
 */
enum status revision_range(struct revision *r, const char *expression,
	struct revision_list *out, struct error *err) MUST_USE;
/* The same, by libgit2 in any case. */
enum status revision_range_library(struct revision *r, const char *expression,
	struct revision_list *out, struct error *err) MUST_USE;
/*
 * What a push brings: what a tip reaches and nothing known does. Names of
 * refs or objects, as people write them; ERR_USAGE when a tip names nothing.
 * What is known and not here hides nothing. Refs whose full names begin with
 * `known_refs` ("refs/remotes/origin/"; "" for all) are known, too.
 */
struct revision_ends {
	const char *const *tips, *const *known;
	size_t tip_count, known_count;
	const char *known_refs; /* NULL: none */
};
enum status revision_new(struct revision *r, const struct revision_ends *ends,
	struct revision_list *out, struct error *err) MUST_USE;
/* Commits not older than `since` (seconds since 1970) that refs reach. */
enum status revision_since(struct revision *r, int64_t since,
	struct revision_list *out, struct error *err) MUST_USE;

/* ---- clones ------------------------------------------------------------- */

struct revision_clone_process;

/* Is it to be cloned: "https://...", "ssh://...", "file://...",
 * "user@host:path"? */
bool revision_is_url(const char *target);

struct revision_clone_options {
	/* asked some times a second; true ends it */
	bool (*is_stopped)(void *context);
	void *context;
};
/*
 * Clone all refs into a private directory below TMPDIR. Credentials are
 * those of credential/, without a binding; with any, redirects to other
 * hosts are not followed: the library would tell them to whoever is at the
 * end. (To another port of the same host version 1.5 goes in any case.) The
 * directory is removed by revision_clone_end, and also when this process dies,
 * whatever kills it.
 */
enum status revision_clone_begin(struct revision_clone_process **out,
	const char *url, const struct revision_clone_options *options,
	struct error *err) MUST_USE;
/* The repository; valid until the end. */
const char *revision_clone_path(const struct revision_clone_process *c);
void revision_clone_end(struct revision_clone_process *c);

/*
 * In this process, which is to be one of its own: libgit2 and the network are
 * in it afterwards. Makes a bare mirror of all refs in `directory`, or brings
 * the one there up to date; refs that the server has no more go, objects stay.
 * ERR_NOT_FOUND: the server says 404.
 */
struct revision_mirror_options {
	/* by the URL's host; of another: as above */
	const struct credential_binding *bindings;
	size_t binding_count;
	const char *ca_file; /* PEM, instead of the system's; or NULL */
	/* refs of pull and merge requests, too */
	bool with_requests;
};
enum status revision_mirror(const char *url, const char *directory,
	const struct revision_mirror_options *options, struct error *err)
	MUST_USE;

/* The version of libgit2, which is loaded for it. */
#define REVISION_LIBRARY 256
enum status revision_library(char text[REVISION_LIBRARY],
	struct error *err) MUST_USE;
#endif
