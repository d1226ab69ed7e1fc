/*
 * repo: a git repository as the user named it: where its parts are, its refs,
 * what its config says of the format. Reads plain files only; no git config
 * of the system or user, no includes, no hooks, no program, no network.
 *
 * The repository is hostile input. A pointer (a .git file, commondir,
 * alternates) that leaves the named directory is followed only when what it
 * points to points back, as git's own worktrees and submodules do; else it is
 * refused. core.worktree is never followed. Frozen after repo_open; any
 * thread may read.
 */
#ifndef STANCH_REPO_REPO_H
#define STANCH_REPO_REPO_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

#define REPO_ID_MAX 32

struct repo_ref {
	char *name; /* "HEAD", "refs/heads/main", ...; any bytes */
	unsigned char id[REPO_ID_MAX]; /* zero when it does not resolve */
	bool is_loose; /* from a file of its own: it outranks packed-refs */
};

/* A ref that stands for another one: refs/remotes/origin/HEAD. */
struct repo_link {
	char *name, *target;
};

struct repo {
	char *root;    /* real path of what the user named */
	char *git_dir; /* the .git directory, or the bare repository */
	char *common_dir; /* where objects and refs are: git_dir, or a
			     worktree's main .git */
	char *work_tree; /* NULL: bare */
	char *objects;
	char **alternates; /* more objects directories, from the environment */
	size_t alternate_count;
	char *index; /* path; the file may not exist */
	size_t id_size; /* 20, 32 */
	char *remote; /* URL of origin as the config has it, or NULL */
	bool is_shallow;
	bool is_partial; /* a promisor remote, or promised packs */
	bool is_receiving; /* inside a receive hook: GIT_QUARANTINE_PATH */
	bool is_outside_allowed; /* as asked: alternates, too */
	struct repo_ref *refs; /* HEAD first if it resolves, then by name */
	size_t ref_count;
	struct repo_link *links; /* not among refs */
	size_t link_count;
	uint64_t broken_refs;	 /* files that hold no name of an object */
	uint64_t refused_outside; /* pointers that were not followed */
};

struct repo_options {
	bool allow_owner;   /* a repository of another user */
	bool allow_outside; /* follow pointers that do not point back */
};

/* Is there a repository at this directory itself (not above it)? Cheap. */
bool repo_is_at(const char *path);
/*
 * Open the repository at `path`: a work tree, a bare repository, or a .git
 * directory. ERR_NOT_FOUND: there is none. ERR_UNSUPPORTED names a format
 * extension that we do not read. ERR_USAGE: owner or pointer refused, with
 * the mend.
 */
enum status repo_open(struct repo **out, const char *path,
	const struct repo_options *options, struct error *err) MUST_USE;
/*
 * As git would inside a hook: GIT_DIR, GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY,
 * GIT_ALTERNATE_OBJECT_DIRECTORIES, GIT_QUARANTINE_PATH and the current
 * directory, searched upwards.
 */
enum status repo_open_environment(struct repo **out,
	const struct repo_options *options, struct error *err) MUST_USE;
/* The repository at `path`; with its environment, when the environment means
 * this one. */
enum status repo_open_at(struct repo **out, const char *path,
	const struct repo_options *options, struct error *err) MUST_USE;
void repo_close(struct repo *r);

/* 40 or 64 hex digits, in lower case; false on others. */
bool repo_parse_name(bytes hex, unsigned char id[REPO_ID_MAX]);
/* HEAD's commit, or NULL (unborn, broken). */
const unsigned char *repo_head(const struct repo *r);
/* The commits that a merge in progress brings in, MERGE_HEAD: names one after
 * another, malloc'd; none is no error. */
enum status repo_read_merge_heads(const struct repo *r, unsigned char **ids,
	size_t *count, struct error *err) MUST_USE;
/* NULL: no such ref. Full names only; a link leads to what it stands for. */
const struct repo_ref *repo_find_ref(const struct repo *r, const char *name);

/* The git directories of its worktrees, .git/worktrees/<name>. */
typedef void repo_worktree(void *context, const char *name,
	const char *git_dir);
void repo_each_worktree(const struct repo *r, repo_worktree *each,
	void *context);

/*
 * Object stores of other repositories inside this .git: submodules
 * (modules/...), found by their objects directory. Called with each path of a
 * git directory; LIMIT_TREE_DEPTH deep at most.
 */
typedef void repo_inner(void *context, const char *git_dir);
void repo_each_inner(const struct repo *r, repo_inner *each, void *context);

#endif
