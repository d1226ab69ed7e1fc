/*
 * Targets: what the user named, and which of our ways of scanning it takes.
 *
 *	a URL			cloned, then as a repository
 *	a repository		its history, its submodules', its working tree
 *	... with a selection	what the index or a range brings
 *	a directory, a file, -	their content
 */
#include "engine/internal.h"

#include "bundle/bundle.h"
#include "revision/revision.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/banned.h"

/* Reported paths are the target's, joined; "." and "./" say nothing. */
static char *make_prefix(const char *target)
{
	struct buf b;
	bytes t = bytes_text(target);

	while (bytes_starts(t, bytes_text("./")))
		for (t = bytes_drop(t, 2); t.n && t.at[0] == '/';)
			t = bytes_drop(t, 1);
	if (bytes_equal(t, bytes_text(".")))
		t.n = 0;
	buf_init(&b, LIMIT_PATH);
	buf_put(&b, t);
	if (t.n > 0 && t.at[t.n - 1] != '/')
		buf_put_byte(&b, '/');
	if (b.failed) {
		buf_release(&b);
		return NULL;
	}
	if (b.n == 0)
		return calloc(1, 1);
	return buf_detach(&b);
}

/* The files below `root`, each told with `prefix` before its path. */
static enum status scan_below(struct engine *e, const char *root,
	const char *prefix, const struct source_tree_options *options,
	struct error *err)
{
	enum status status = source_tree_open(&e->tree, root, options, err);

	e->prefix = prefix;
	e->prefix_n = strlen(prefix);
	if (status == OK) {
		status = engine_run_one(e, ITEM_DIRECTORY, e->worker_count,
			err);
		source_tree_close(e->tree);
	} else if (status == ERR_IO) {
		/* It is there and cannot be read: counted, like any. */
		engine_worker_end(&e->workers[0], bytes_text(root),
			SKIP_UNREADABLE);
		status = OK;
	}
	e->tree = NULL;
	e->prefix = NULL;
	return status;
}

static enum status scan_tree(struct engine *e, struct error *err)
{
	const struct source_tree_options options = {
		.ignored = e->options.ignored,
	};
	char *prefix = make_prefix(e->target);
	enum status status;

	if (prefix == NULL)
		return error_set(err, ERR_USAGE, "scan %.80s: the path is too "
			"long", e->target);
	status = scan_below(e, e->target, prefix, &options, err);
	free(prefix);
	return status;
}

/*
 * What git LFS keeps in a repository: files, each a version of one that a
 * pointer in the history stands for. `prefix` is that of the git directory.
 */
static enum status scan_lfs(struct engine *e, const char *git_dir,
	const char *prefix, struct error *err)
{
	const struct source_tree_options options = {.ignored = true};
	struct buf root, shown;
	enum status status = OK;
	struct stat st;

	buf_init(&root, LIMIT_PATH);
	buf_init(&shown, LIMIT_PATH);
	buf_printf(&root, "%s/lfs", git_dir);
	buf_printf(&shown, "%slfs/", prefix);
	if (root.failed || shown.failed)
		status = error_set(err, ERR_USAGE, "scan %.80s: the path is "
			"too long", git_dir);
	else if (lstat(buf_text(&root), &st) != 0)
		status = OK; /* as nearly always: there are none */
	else if (S_ISDIR(st.st_mode))
		status = scan_below(e, buf_text(&root), buf_text(&shown),
			&options, err);
	else
		engine_worker_end(&e->workers[0], buf_bytes(&root),
			SKIP_SPECIAL); /* a link might lead outside */
	buf_release(&root);
	buf_release(&shown);
	return status;
}

/* The objects of one repository, and its LFS files. */
static enum status scan_stores(struct engine *e, const struct repo *repo,
	const char *prefix, struct error *err)
{
	enum status status = engine_repository_scan(e, repo, prefix, err);
	size_t n = strlen(repo->root);
	struct buf shown;

	if (status != OK)
		return status;
	buf_init(&shown, LIMIT_PATH);
	if (strncmp(repo->common_dir, repo->root, n) == 0 &&
		(repo->common_dir[n] == '/' || repo->common_dir[n] == '\0'))
		buf_printf(&shown, "%s%s%s", prefix,
			repo->common_dir + n + (repo->common_dir[n] == '/'),
			repo->common_dir[n] == '/' ? "/" : "");
	else
		buf_printf(&shown, "%s/", repo->common_dir);
	status = scan_lfs(e, repo->common_dir, buf_text(&shown), err);
	buf_release(&shown);
	return status;
}

/*
 * A repository's own objects, then those of the submodules inside its .git,
 * then its working tree. A submodule's store that cannot be opened is a
 * problem of the run, not its end.
 */
struct inner_scan {
	struct engine *engine;
	const struct repo_options *options;
};

static void scan_inner(void *context, const char *git_dir)
{
	struct inner_scan *inner = context;
	struct engine *e = inner->engine;
	struct repo *repo = NULL;
	struct error err = {.code = OK};
	struct buf prefix;

	buf_init(&prefix, LIMIT_PATH);
	buf_printf(&prefix, "%s!", git_dir);
	if (repo_open(&repo, git_dir, inner->options, &err) != OK ||
		scan_stores(e, repo, buf_text(&prefix), &err) != OK) {
		e->objects.broken_packs++;
		engine_problem(e, bytes_text(git_dir), err.text);
	}
	repo_close(repo);
	buf_release(&prefix);
}

static struct repo_options repo_options_of(const struct engine *e)
{
	return (struct repo_options){
		.allow_owner = e->options.allow_owner,
		.allow_outside = e->options.allow_outside,
	};
}

static enum status scan_repository(struct engine *e, struct error *err)
{
	const struct repo_options options = repo_options_of(e);
	struct inner_scan inner = {e, &options};
	struct repo *repo = NULL;
	enum status status = repo_open(&repo, e->target, &options, err);
	char *prefix = make_prefix(e->shown ? e->shown : e->target);
	bool has_tree = false;

	if (status == OK && prefix == NULL)
		status = error_set(err, ERR_MEMORY, "scan %.80s", e->target);
	if (status == OK) {
		has_tree = repo->work_tree != NULL;
		status = scan_stores(e, repo, prefix, err);
	}
	if (status == OK)
		repo_each_inner(repo, scan_inner, &inner);
	repo_close(repo);
	free(prefix);
	if (status == OK && has_tree && !e->options.only_history)
		status = scan_tree(e, err);
	return status;
}

/*
 * What is new is asked by hooks, for the repository that git's environment
 * means when the target is the current directory.
 */
static enum status scan_selection(struct engine *e, struct error *err)
{
	const struct repo_options options = repo_options_of(e);
	struct repo *repo = NULL;
	bool is_here = strcmp(e->target, ".") == 0;
	enum status status = is_here
		? repo_open_environment(&repo, &options, err)
		: repo_open_at(&repo, e->target, &options, err);
	char *prefix = make_prefix(e->shown ? e->shown : e->target);

	if (status == OK && prefix == NULL)
		status = error_set(err, ERR_MEMORY, "scan %.80s", e->target);
	if (status == OK)
		status = engine_selection_scan(e, repo, prefix, err);
	repo_close(repo);
	free(prefix);
	return status;
}

/* Its objects; then the file itself, for what its head says. */
static enum status scan_bundle(struct engine *e, const char *target,
	struct error *err)
{
	enum status status = engine_bundle_scan(e, target, err);

	return status == OK ? engine_run_one(e, ITEM_NAMED, 1, err) : status;
}

/* What is there, by what it is. */
static enum status scan_path(struct engine *e, const char *target,
	struct error *err)
{
	struct stat st;

	if (strcmp(target, "-") == 0)
		return engine_run_one(e, ITEM_STDIN, 1, err);
	if (stat(target, &st) != 0) {
		enum status status = errno == ENOENT || errno == ENOTDIR ?
			ERR_USAGE : ERR_IO;

		return error_set_errno(err, status, "scan %.400s", target);
	}
	if (S_ISDIR(st.st_mode) && !e->options.only_worktree &&
		repo_is_at(target))
		return scan_repository(e, err);
	if (S_ISDIR(st.st_mode) && e->options.only_history)
		return error_set(err, ERR_USAGE,
			"scan %.400s: --history, but it is no repository",
			target);
	if (S_ISDIR(st.st_mode))
		return scan_tree(e, err);
	if (!e->options.only_worktree && bundle_is_at(target))
		return scan_bundle(e, target, err);
	/* A small file is done before a thread would have started. */
	return engine_run_one(e, ITEM_NAMED,
		S_ISREG(st.st_mode) && st.st_size <= (off_t)LIMIT_WINDOW ? 0 :
		1, err);
}

static bool is_stopped(void *engine)
{
	return engine_is_stopped(engine);
}

static enum status scan_url(struct engine *e, const char *url,
	struct error *err)
{
	const struct revision_clone_options options = {is_stopped, e};
	struct revision_clone_process *clone;
	enum status status = revision_clone_begin(&clone, url, &options, err);

	/* The summary says that it was stopped. */
	if (status == ERR_INTERRUPTED)
		return OK;
	if (status != OK)
		return status;
	e->shown = url;
	e->target = revision_clone_path(clone);
	status = e->options.selected == SELECT_ALL ? scan_repository(e, err)
						   : scan_selection(e, err);
	e->shown = NULL;
	revision_clone_end(clone);
	return status;
}

enum status engine_scan(struct engine *e, const char *target,
	struct error *err)
{
	e->target = target;
	if (revision_is_url(target))
		return scan_url(e, target, err);
	if (e->options.selected != SELECT_ALL)
		return scan_selection(e, err);
	return scan_path(e, target, err);
}
