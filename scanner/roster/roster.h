/*
 * roster: which repositories an organization has, one after another.
 *
 * The seam between an audit and whoever knows repositories: a directory, a
 * list, a forge over HTTPS. An audit takes what comes, one by one, and puts it
 * into its store; it never holds all of them in memory, and repositories are
 * scanned while others are still being listed.
 *
 * A roster may be asked from one thread. It gives each repository once; which
 * order does not matter. It may be stopped at any time and gone on with later:
 * `cursor` says from where, in bytes that mean something to this kind of
 * roster only. Credentials are in none of its texts: not in `url`, not in
 * `cursor`, not in errors.
 */
#ifndef STANCH_ROSTER_ROSTER_H
#define STANCH_ROSTER_ROSTER_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

enum roster_flag {
	ROSTER_ARCHIVED = 1,
	ROSTER_FORK = 2,
	ROSTER_PRIVATE = 4,
	ROSTER_INTERNAL = 8,
	ROSTER_DISABLED = 16, /* known, and not to be cloned: a skip */
	ROSTER_EMPTY = 32,    /* known to hold nothing */
	ROSTER_WIKI = 64,
	ROSTER_SNIPPET = 128, /* a gist, too */
	ROSTER_MIRROR = 256,
	ROSTER_PUBLIC = 512, /* none of the three: not known */
	/* `pushed_at` is exact: the same again means that nothing came */
	ROSTER_PUSH_EXACT = 1024,
};
#define ROSTER_VISIBILITY (ROSTER_PUBLIC | ROSTER_PRIVATE | ROSTER_INTERNAL)

/* Texts are the roster's, valid until the next call. */
struct roster_repository {
	const char *name; /* unique in the roster: "team/service", a path */
	const char *url;  /* to clone from; or a path on this machine */
	const char *owner; /* who answers for it, or NULL */
	uint64_t size;	   /* bytes as stored, a hint; 0: not known */
	int64_t pushed_at; /* seconds since 1970; 0: not known */
	unsigned flags;	   /* enum roster_flag */
	/* Not NULL: it is there and cannot be had ("forbidden", "deleted"): a
	 * word for the ledger, static text. */
	const char *refused;
};

/* What a kind of roster does. */
struct roster_kind {
	/* OK with *out; ERR_NOT_FOUND: there are no more. ERR_INTERRUPTED:
	 * stopped. Any other status ends the roster too, but then it is not
	 * whole, and so is the audit.
	 * OK without a name: none yet, ask again; it has waited a few
	 * milliseconds. When that will take long, err says why, once. */
	enum status (*next)(void *self, struct roster_repository *out,
		struct error *err);
	/* Where to go on: what came before is not given again. Valid until
	 * the next call; empty: from the start. NULL: cannot go on. */
	bytes (*cursor)(void *self);
	/* Before the first next: go on from there. NULL: cannot. What was
	 * given since that cursor may be given again. */
	enum status (*resume)(void *self, bytes cursor, struct error *err);
	void (*close)(void *self);
};

struct roster {
	const struct roster_kind *kind;
	void *self;
	const char *target; /* as the user named it: "dir:/srv/git" */
};

struct roster_options {
	/* asked now and then; true stops */
	bool (*is_stopped)(void *context);
	void *context;
};

/*
 * "dir:PATH": every repository below a directory, bare or not, the stores of
 * submodules in .git/modules too. A link is not followed. A repository has
 * nothing below it but those. Not a directory: ERR_USAGE.
 */
enum status roster_open_directory(struct roster *out, const char *path,
	const struct roster_options *options, struct error *err) MUST_USE;
/*
 * "list:FILE", "list:-" (standard input): a URL or a path a line, white space
 * around it, empty lines and those that start with # not counted. A line that
 * is neither (control characters, a password in the URL) is a repository that
 * is refused.
 */
enum status roster_open_list(struct roster *out, const char *file,
	const struct roster_options *options, struct error *err) MUST_USE;

/*
 * Several, one after another, named together by `target`. Takes over the
 * `count` rosters, also on failure. Whose names are not unique everywhere (a
 * directory's) get `prefixes[i]` and a slash before them, unless it is NULL.
 */
enum status roster_open_chain(struct roster *out, const struct roster *parts,
	const char *const *prefixes, size_t count, struct error *err) MUST_USE;

/* ---- filters ------------------------------------------------------------- */

/* All accept a zeroed object: everything passes. */
struct roster_filter {
	/* globs on the name ("team-*", "*" also across "/"), or on what is
	 * left of it after one of its slashes; none: all */
	const char *const *include;
	size_t include_count;
	const char *const *exclude;
	size_t exclude_count;
	unsigned without; /* flags that must not be set */
	unsigned only;	  /* not 0: one of these must be set */
	unsigned visibility; /* not 0: of these; what is not known passes */
	uint64_t size_most; /* bytes; 0: any. An unknown size passes */
	int64_t pushed_since; /* 0: any. An unknown date passes */
};
/* The word for the ledger when it does not pass, or NULL. */
const char *roster_filter_reason(const struct roster_filter *filter,
	const struct roster_repository *repository);

#endif
