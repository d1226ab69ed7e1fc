/*
 * gitdir: where a repository keeps its index and exclude file.
 *
 * A `.git` file may point anywhere. It is followed where it stays beneath
 * the scanned root (submodules), or where the other side points back at it
 * (worktrees). Elsewhere it is out of reach, and the caller then takes
 * nothing for ignored. Of what is there only names are read: the index and
 * the patterns; no config, and nothing of it is ever reported.
 */
#include "source/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* Bytes of a .git file and its like: a path and a word. */
#define GITFILE_MAX 8192

/* Does <gitdir>/gitdir name that very .git file? */
static bool points_back(int gitdir, const struct stat *link)
{
	struct buf text;
	struct stat st;
	bool is_same = false;
	char *path = NULL;

	buf_init(&text, GITFILE_MAX);
	if (source_small_file(gitdir, "gitdir", &text)) {
		bytes name = bytes_trim(buf_bytes(&text));

		path = strndup((const char *)name.at, name.n);
		is_same = path && lstat(path, &st) == 0 &&
			st.st_dev == link->st_dev && st.st_ino == link->st_ino;
	}
	free(path);
	buf_release(&text);
	return is_same;
}

/* The target of a .git file in dir, which stands at place below root. */
static int follow_gitfile(int root, int dir, const char *place,
	const struct stat *link)
{
	struct buf text, path;
	bytes target;
	int fd = -1;

	buf_init(&text, GITFILE_MAX);
	buf_init(&path, LIMIT_PATH);
	if (source_small_file(dir, ".git", &text) &&
		bytes_starts(buf_bytes(&text), bytes_text("gitdir:"))) {
		target = bytes_trim(bytes_drop(buf_bytes(&text), 7));
		if (target.n && target.at[0] != '/' && place) {
			buf_printf(&path, "%s%s%.*s", place, *place ? "/" : "",
				(int)target.n, (const char *)target.at);
			fd = source_beneath_resolve(root, buf_text(&path),
				O_RDONLY);
		}
		if (fd < 0) {
			buf_clear(&path);
			buf_put(&path, target);
			fd = openat(dir, buf_text(&path),
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (fd >= 0 && !points_back(fd, link)) {
				close(fd);
				fd = -1;
			}
		}
	}
	buf_release(&path);
	buf_release(&text);
	return fd;
}

static bool is_repository(int gitdir)
{
	struct stat st;

	if (fstatat(gitdir, "HEAD", &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	return (fstatat(gitdir, "objects", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		       S_ISDIR(st.st_mode)) ||
		fstatat(gitdir, "commondir", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

enum source_found source_gitdir_open(int root, int dir, const char *place,
	int *out)
{
	struct stat st;
	int fd;

	if (fstatat(dir, ".git", &st, AT_SYMLINK_NOFOLLOW) != 0)
		return FOUND_NONE;
	if (S_ISDIR(st.st_mode)) {
		fd = openat(dir, ".git",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	} else if (S_ISREG(st.st_mode)) {
		fd = follow_gitfile(root, dir, place, &st);
	} else {
		return FOUND_OUT_OF_REACH;
	}
	if (fd < 0)
		return FOUND_OUT_OF_REACH;
	if (!is_repository(fd)) {
		close(fd);
		return FOUND_NONE;
	}
	*out = fd;
	return FOUND_GITDIR;
}

bool source_gitdir_patterns(int dir, const char *name,
	struct source_ignore **out)
{
	struct buf text;
	bool is_usable;

	*out = NULL;
	buf_init(&text, LIMIT_IGNORE_FILE);
	if (source_small_file(dir, name, &text)) {
		*out = source_ignore_new(buf_bytes(&text));
		is_usable = *out != NULL;
	} else {
		/* git too passes over a link or a directory of that name */
		is_usable = errno == ENOENT || errno == ELOOP ||
			errno == EINVAL;
	}
	buf_release(&text);
	return is_usable;
}

/* info/exclude belongs to the common directory, one for all worktrees. */
static int open_common(int gitdir)
{
	struct buf text;
	int common = -1;

	buf_init(&text, GITFILE_MAX);
	if (source_small_file(gitdir, "commondir", &text)) {
		buf_put_byte(&text, '\0');
		text.at[strcspn(buf_text(&text), "\n")] = '\0';
		common = openat(gitdir, buf_text(&text),
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} else {
		common = openat(gitdir, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	buf_release(&text);
	return common;
}

bool source_gitdir_exclude(int gitdir, struct source_ignore **out)
{
	int common = open_common(gitdir);
	int info;
	bool is_usable = true;

	*out = NULL;
	if (common < 0)
		return false;
	info = openat(common, "info",
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(common);
	if (info >= 0) {
		is_usable = source_gitdir_patterns(info, "exclude", out);
		close(info);
	}
	return is_usable;
}
