/*
 * open: find the parts of a repository without following anything out.
 *
 * A `.git` file or a worktree's `commondir` may point anywhere on the
 * machine. git's own worktrees and submodules are recognised because their
 * other end points back: a worktree's git directory holds `gitdir` with the
 * path of the .git file, a submodule's lies in the modules/ directory of a
 * .git above it. Anything else is refused unless the user allows it.
 */
#include "repo/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define POINTER_MAX ((size_t)PATH_MAX)

enum status repo_read_file(int directory, const char *name, size_t max,
	struct buf *out, struct error *err)
{
	int fd = openat(directory, name,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	enum status status = OK;
	struct stat st;
	size_t want;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERR_NOT_FOUND, "read %s: no such", name);
	if (fd < 0)
		return error_set_errno(err, ERR_IO, "read %s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		status = error_set(err, ERR_IO, "read %s: not a file", name);
	else if ((uint64_t)st.st_size > max)
		status = error_set(err, ERR_LIMIT, "read %s: over %zu bytes",
			name, max);
	/* One byte more than may be there, to see the end. */
	buf_init(out, max + 1);
	want = status == OK ? (size_t)st.st_size + 1 : 0;
	while (status == OK) {
		size_t left = max + 1 - out->n;
		ssize_t n;

		want = want < 4096 ? 4096 : want;
		want = want < left ? want : left;
		if (want == 0 || !buf_reserve(out, want)) {
			/* The file grew past what fstat said, or no memory. */
			status = error_set(err, ERR_LIMIT, "read %s", name);
			break;
		}
		if (out->n == 0)
			buf_hint_large(out->at, want);
		n = read(fd, out->at + out->n, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			status = error_set_errno(err, ERR_IO, "read %s", name);
		if (n <= 0)
			break;
		out->n += (size_t)n;
		out->at[out->n] = '\0';
		want -= (size_t)n;
	}
	close(fd);
	return status;
}

char *repo_join(const char *a, const char *b)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", a, b) < 0)
		return NULL;
	return path;
}

char *repo_real(const char *path)
{
	return realpath(path, NULL);
}

bool repo_path_is_within(const char *path, const char *root)
{
	size_t n = strlen(root);

	return strncmp(path, root, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0' || n == 1);
}

/*
 * What could not be looked at may be there: then opening fails, and says so.
 * Taken for absent, a repository would be a directory, and its history clean.
 */
static bool may_be_there(const char *path)
{
	return path == NULL || errno == EIO || errno == ENOMEM ||
	       errno == EINTR;
}

static bool is_directory(const char *base, const char *name)
{
	char *path = repo_join(base, name);
	struct stat st;
	bool is = path && stat(path, &st) == 0 ? S_ISDIR(st.st_mode)
					       : may_be_there(path);

	free(path);
	return is;
}

static bool is_file(const char *base, const char *name)
{
	char *path = repo_join(base, name);
	struct stat st;
	bool is = path && lstat(path, &st) == 0
			  ? S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)
			  : may_be_there(path);

	free(path);
	return is;
}

/* What makes a directory a git directory, as git itself decides. */
static bool is_git_dir(const char *path)
{
	return is_file(path, "HEAD") &&
	       (is_file(path, "commondir") ||
		       (is_directory(path, "objects") &&
			       is_directory(path, "refs")));
}

bool repo_is_at(const char *path)
{
	char *inner = repo_join(path, ".git");
	struct stat st;
	bool is;

	if (inner == NULL)
		return true; /* which opening it then denies */
	is = is_git_dir(inner) ||
	     (lstat(inner, &st) == 0 ? S_ISREG(st.st_mode)
				     : may_be_there(inner)) ||
	     is_git_dir(path);
	free(inner);
	return is;
}

/* The trimmed content of a pointer file, as a real path seen from `base`. */
static char *read_pointer(const char *path, const char *prefix,
	const char *base)
{
	struct buf text = {.max = 0};
	char *target = NULL, *joined = NULL, *real = NULL;
	bytes content;

	if (repo_read_file(AT_FDCWD, path, POINTER_MAX / 2, &text, NULL) != OK)
		goto out;
	content = bytes_trim(buf_bytes(&text));
	if (!bytes_starts(content, bytes_text(prefix)))
		goto out;
	content = bytes_trim(bytes_drop(content, strlen(prefix)));
	target = strndup((const char *)content.at, content.n);
	if (target == NULL)
		goto out;
	joined = target[0] == '/' ? strdup(target) : repo_join(base, target);
	real = joined ? repo_real(joined) : NULL;
out:
	buf_release(&text);
	free(target);
	free(joined);
	return real;
}

/* Does a worktree's git directory name this .git file? */
static bool points_back(const char *git_dir, const char *dot_git)
{
	char *file = repo_join(git_dir, "gitdir");
	char *back = file ? read_pointer(file, "", git_dir) : NULL;
	char *real = repo_real(dot_git);
	bool does = back && real && strcmp(back, real) == 0;

	free(file);
	free(back);
	free(real);
	return does;
}

/* <super>/.git/modules/..., with the submodule below <super>. */
static bool is_module_of(const char *git_dir, const char *root)
{
	const char *at = strstr(git_dir, "/.git/modules/");
	char *super;
	bool is;

	if (at == NULL)
		return false;
	super = strndup(git_dir, (size_t)(at - git_dir));
	is = super && repo_path_is_within(root, super);
	free(super);
	return is;
}

static enum status refuse(struct error *err, const char *what,
	const char *target)
{
	return error_set(err, ERR_USAGE,
		"open repository: %s leads outside, to %s; "
		"--allow-outside follows it",
		what, target);
}

/* `.git` is a file: "gitdir: <path>". */
static enum status follow_git_file(struct repo *r, const char *dot_git,
	const struct repo_options *options, struct error *err)
{
	char *target = read_pointer(dot_git, "gitdir:", r->root);

	if (target == NULL || !is_git_dir(target)) {
		free(target);
		return error_set(err, ERR_NOT_FOUND,
			"open repository: %s leads to no repository", dot_git);
	}
	if (!options->allow_outside &&
		!repo_path_is_within(target, r->root) &&
		!points_back(target, dot_git) &&
		!is_module_of(target, r->root)) {
		enum status status = refuse(err, ".git", target);

		free(target);
		return status;
	}
	r->git_dir = target;
	r->work_tree = strdup(r->root);
	return r->work_tree ? OK : error_set(err, ERR_MEMORY, "open");
}

static enum status find_git_dir(struct repo *r, const char *path,
	const struct repo_options *options, struct error *err)
{
	char *dot_git = repo_join(r->root, ".git");
	enum status status = OK;
	struct stat st;

	if (dot_git == NULL)
		return error_set(err, ERR_MEMORY, "open %s", path);
	if (lstat(dot_git, &st) == 0 && S_ISREG(st.st_mode)) {
		status = follow_git_file(r, dot_git, options, err);
	} else if (is_git_dir(dot_git)) {
		r->git_dir = repo_real(dot_git);
		r->work_tree = strdup(r->root);
		if (r->git_dir && !options->allow_outside &&
			!repo_path_is_within(r->git_dir, r->root))
			status = refuse(err, ".git", r->git_dir);
	} else if (is_git_dir(r->root)) {
		r->git_dir = strdup(r->root);
	} else {
		status = error_set(err, ERR_NOT_FOUND,
			"open %s: not a git repository", path);
	}
	if (status == OK && r->git_dir == NULL)
		status = error_set(err, ERR_MEMORY, "open %s", path);
	free(dot_git);
	return status;
}

/* A worktree's commondir is <main>/.git, with us in its worktrees/. */
static enum status find_common_dir(struct repo *r,
	const struct repo_options *options, struct error *err)
{
	char *file = repo_join(r->git_dir, "commondir");
	enum status status = OK;

	if (file && is_file(r->git_dir, "commondir")) {
		r->common_dir = read_pointer(file, "", r->git_dir);
		if (r->common_dir == NULL)
			status = error_set(err, ERR_NOT_FOUND,
				"open repository: %s leads nowhere", file);
		else if (!options->allow_outside &&
			 !repo_path_is_within(r->git_dir, r->common_dir) &&
			 !repo_path_is_within(r->common_dir, r->root))
			status = refuse(err, "commondir", r->common_dir);
	} else {
		r->common_dir = strdup(r->git_dir);
	}
	if (status == OK && (file == NULL || r->common_dir == NULL))
		status = error_set(err, ERR_MEMORY, "open repository");
	free(file);
	return status;
}

/* As git's safe.directory: only the user's own, or root's as root. */
static enum status check_owner(const struct repo *r,
	const struct repo_options *options, struct error *err)
{
	const char *sudo = getenv("SUDO_UID");
	uid_t me = geteuid();
	struct stat st;

	if (options->allow_owner || stat(r->git_dir, &st) != 0 ||
		st.st_uid == me)
		return OK;
	if (me == 0 && sudo && strtoul(sudo, NULL, 10) == st.st_uid)
		return OK;
	return error_set(err, ERR_USAGE,
		"open %s: belongs to another user; --allow-owner reads it",
		r->git_dir);
}

/* A pack that a promisor sent carries a .promisor beside it; looking for the
 * extension in the config is enough, and this is the belt to those braces. */
static enum status find_parts(struct repo *r, struct error *err)
{
	enum status status = OK;
	char *real;

	r->objects = repo_join(r->common_dir, "objects");
	r->index = repo_join(r->git_dir, "index");
	if (r->objects == NULL || r->index == NULL)
		return error_set(err, ERR_MEMORY, "open repository");
	r->is_shallow = is_file(r->common_dir, "shallow");
	real = repo_real(r->objects);
	if (real && !r->is_outside_allowed &&
		!repo_path_is_within(real, r->common_dir) &&
		!repo_path_is_within(real, r->root))
		status = refuse(err, "objects", real);
	free(real);
	return status;
}

static enum status open_parts(struct repo *r, const char *path,
	const struct repo_options *options, struct error *err)
{
	enum status status = find_git_dir(r, path, options, err);

	if (status == OK)
		status = find_common_dir(r, options, err);
	if (status == OK)
		status = check_owner(r, options, err);
	if (status == OK)
		status = repo_read_config(r, err);
	if (status == OK)
		status = find_parts(r, err);
	if (status == OK)
		status = repo_read_refs(r, err);
	return status;
}

enum status repo_open(struct repo **out, const char *path,
	const struct repo_options *options, struct error *err)
{
	struct repo *r = calloc(1, sizeof(*r));
	enum status status;

	if (r == NULL)
		return error_set(err, ERR_MEMORY, "open %s", path);
	r->id_size = 20;
	r->is_outside_allowed = options->allow_outside;
	r->root = repo_real(path);
	if (r->root == NULL)
		status = error_set_errno(err, ERR_NOT_FOUND, "open %s", path);
	else
		status = open_parts(r, path, options, err);
	if (status != OK)
		repo_close(r);
	else
		*out = r;
	return status;
}

void repo_close(struct repo *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->ref_count; i++)
		free(r->refs[i].name);
	free(r->refs);
	free(r->remote);
	for (size_t i = 0; i < r->link_count; i++) {
		free(r->links[i].name);
		free(r->links[i].target);
	}
	free(r->links);
	free(r->root);
	free(r->git_dir);
	free(r->common_dir);
	free(r->work_tree);
	free(r->objects);
	free(r->index);
	for (size_t i = 0; i < r->alternate_count; i++)
		free(r->alternates[i]);
	free(r->alternates);
	free(r);
}
