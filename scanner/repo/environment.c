/*
 * environment: the repository that git means when it runs a hook.
 *
 * Inside a hook GIT_DIR, GIT_INDEX_FILE and friends come from git, not from
 * the repository's content, and must be honoured: under `git commit -am` the
 * index to look at is .git/index.lock. Audits never come here.
 */
#include "repo/internal.h"

#include "base/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* Replace a path by an environment variable's, when that is set. */
static bool override(char **path, const char *name)
{
	const char *value = getenv(name);
	char *copy;

	if (value == NULL || *value == '\0')
		return true;
	copy = strdup(value);
	if (copy == NULL)
		return false;
	free(*path);
	*path = copy;
	return true;
}

/* Paths with ':' between. (git quotes those that hold one: they are not
 * found, and what they hold is then missing, loudly.) */
static bool add_alternates(struct repo *r)
{
	const char *value = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	bytes rest = bytes_text(value ? value : ""), path;

	while (rest.n) {
		char **alternates;

		bytes_cut(rest, ':', &path, &rest);
		if (path.n == 0)
			continue;
		alternates = reallocarray(r->alternates,
			r->alternate_count + 1, sizeof(*alternates));
		if (alternates == NULL)
			return false;
		r->alternates = alternates;
		alternates[r->alternate_count] =
			strndup((const char *)path.at, path.n);
		if (alternates[r->alternate_count] == NULL)
			return false;
		r->alternate_count++;
	}
	return true;
}

/* The nearest directory upwards that is a repository; malloc'd. */
static char *search_upwards(void)
{
	char *at = getcwd(NULL, 0), *slash;

	while (at && !repo_is_at(at)) {
		slash = strrchr(at, '/');
		if (slash == NULL || at[1] == '\0') {
			free(at);
			return NULL;
		}
		slash[slash == at ? 1 : 0] = '\0';
	}
	return at;
}

enum status repo_open_environment(struct repo **out,
	const struct repo_options *options, struct error *err)
{
	const char *git_dir = getenv("GIT_DIR");
	char *found = git_dir && *git_dir ? strdup(git_dir) : search_upwards();
	enum status status;

	if (found == NULL)
		return error_set(err, ERR_NOT_FOUND,
			"open repository: there is none here or above");
	status = repo_open(out, found, options, err);
	free(found);
	if (status != OK)
		return status;
	(*out)->is_receiving = getenv("GIT_QUARANTINE_PATH") != NULL;
	if (!override(&(*out)->index, "GIT_INDEX_FILE") ||
		!override(&(*out)->objects, "GIT_OBJECT_DIRECTORY") ||
		!add_alternates(*out)) {
		repo_close(*out);
		*out = NULL;
		return error_set(err, ERR_MEMORY, "open repository");
	}
	return OK;
}

enum status repo_open_at(struct repo **out, const char *path,
	const struct repo_options *options, struct error *err)
{
	struct repo *named, *here = NULL;
	enum status status = repo_open(&named, path, options, err);

	if (status != OK)
		return status;
	*out = named;
	if (repo_open_environment(&here, options, NULL) != OK)
		return OK;
	if (strcmp(here->git_dir, named->git_dir) == 0) {
		*out = here;
		here = named;
	}
	repo_close(here);
	return OK;
}

static void search_inner(const char *path, unsigned depth, repo_inner *each,
	void *context)
{
	DIR *dir = depth < 64 ? opendir(path) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL) {
		struct stat st;
		char *inner;

		if (e->d_name[0] == '.')
			continue;
		inner = repo_join(path, e->d_name);
		if (inner && lstat(inner, &st) == 0 && S_ISDIR(st.st_mode)) {
			if (repo_is_at(inner))
				each(context, inner);
			/* A submodule may hold submodules, and names may have
			 * slashes: modules/a/b. */
			search_inner(inner, depth + 1, each, context);
		}
		free(inner);
	}
	if (dir)
		closedir(dir);
}

void repo_each_worktree(const struct repo *r, repo_worktree *each,
	void *context)
{
	char *all = repo_join(r->common_dir, "worktrees");
	DIR *dir = all ? opendir(all) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL) {
		char *git_dir = e->d_name[0] == '.' ? NULL
						    : repo_join(all, e->d_name);

		if (git_dir && repo_is_at(git_dir))
			each(context, e->d_name, git_dir);
		free(git_dir);
	}
	if (dir)
		closedir(dir);
	free(all);
}

void repo_each_inner(const struct repo *r, repo_inner *each, void *context)
{
	char *modules = repo_join(r->common_dir, "modules");

	if (modules)
		search_inner(modules, 0, each, context);
	free(modules);
}
