/*
 * directory: every repository below a directory.
 *
 * Depth first, names in order, so that the same tree gives the same roster.
 * No link is followed, so nothing leads out. Inside a repository only the
 * stores of its submodules (modules/) are looked for.
 */
#include "roster/roster.h"

#include "base/buf.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* Directories open at a time are one a level; deeper is not gone. */
#define DEPTH_MOST 64

struct level {
	struct dirent **names;
	int count, at;
	size_t path; /* length of the path up to here */
};

struct directory {
	char root[PATH_MAX];
	struct buf path;
	struct level levels[DEPTH_MOST];
	size_t depth;
	bool is_started, is_too_deep;
	bool is_told; /* the last that was looked at was a repository */
	struct roster_options options;
};

static bool has(int fd, const char *name, mode_t kind)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (st.st_mode & S_IFMT) == kind;
}

/* HEAD may be a link, as old git made it. */
static bool is_git_directory(int fd)
{
	struct stat st;

	return has(fd, "objects", S_IFDIR) && has(fd, "refs", S_IFDIR) &&
	       fstatat(fd, "HEAD", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_at(int fd, const char *name)
{
	return openat(fd, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* What is at the path: a repository, and where its submodules would be. */
enum kind { PLAIN, BARE, WORK_TREE };

static enum kind kind_of(int fd)
{
	int git;
	bool is_it;

	if (is_git_directory(fd))
		return BARE;
	git = open_at(fd, ".git");
	if (git < 0)
		return PLAIN;
	is_it = is_git_directory(git);
	close(git);
	return is_it ? WORK_TREE : PLAIN;
}

static int is_name(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
	       (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void enter(struct directory *d, int fd)
{
	struct level *l = &d->levels[d->depth];

	if (d->depth == DEPTH_MOST) {
		d->is_too_deep = true;
		return;
	}
	*l = (struct level){.path = d->path.n};
	l->count = scandirat(fd, ".", &l->names, is_name, by_bytes);
	if (l->count > 0)
		d->depth++;
}

/* Cut the path back; a buf's end is only a number. */
static void cut_path(struct directory *d, size_t n)
{
	d->path.n = n;
	d->path.at[n] = '\0';
}

static void leave(struct directory *d)
{
	struct level *l = &d->levels[--d->depth];

	for (int i = 0; i < l->count; i++)
		free(l->names[i]);
	free(l->names);
	cut_path(d, l->path);
}

/* The path stays longer; who walks on cuts it to its own level's. */
static void enter_modules(struct directory *d, int fd, const char *git)
{
	int modules = open_at(fd, git);

	if (modules < 0)
		return;
	buf_printf(&d->path, "/%s", git);
	enter(d, modules);
	close(modules);
}

/* Bytes of packs: how heavy it is. Loose objects are a few blocks each. */
static uint64_t weigh(int fd, const char *objects)
{
	struct dirent **names = NULL;
	uint64_t sum = 0;
	int packs = open_at(fd, objects), n;
	struct stat st;

	if (packs < 0)
		return 0;
	n = scandirat(packs, ".", &names, NULL, NULL);
	for (int i = 0; i < n; i++) {
		if (fstatat(packs, names[i]->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode))
			sum += (uint64_t)st.st_size;
		free(names[i]);
	}
	free(names);
	close(packs);
	return sum;
}

static void tell(struct directory *d, int fd, enum kind kind,
	struct roster_repository *out)
{
	const char *name = buf_text(&d->path) + strlen(d->root);

	while (*name == '/')
		name++;
	*out = (struct roster_repository){
		.name = *name ? name : ".",
		.url = buf_text(&d->path),
		.size = weigh(fd, kind == BARE ? "objects/pack"
					       : ".git/objects/pack"),
	};
}

/*
 * The directory at the path, open as fd: a repository is told, and its
 * submodules are next; another one is entered.
 */
static bool look_at(struct directory *d, int fd, struct roster_repository *out)
{
	enum kind kind = kind_of(fd);

	if (kind == PLAIN)
		enter(d, fd);
	else
		tell(d, fd, kind, out);
	d->is_told = kind != PLAIN;
	return d->is_told;
}

static int open_path(const struct directory *d)
{
	return open(buf_text(&d->path),
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* After a repository was told, its path still stands. */
static void go_on_inside(struct directory *d)
{
	int fd = open_path(d);

	if (fd < 0)
		return;
	enter_modules(d, fd, kind_of(fd) == BARE ? "modules" : ".git/modules");
	close(fd);
}

static bool step(struct directory *d, struct roster_repository *out)
{
	struct level *l = &d->levels[d->depth - 1];
	bool is_told = false;
	int fd;

	cut_path(d, l->path);
	if (l->at == l->count) {
		leave(d);
		return false;
	}
	buf_printf(&d->path, "/%s", l->names[l->at++]->d_name);
	fd = d->path.failed ? -1 : open_path(d);
	if (fd < 0)
		return false;
	is_told = look_at(d, fd, out);
	close(fd);
	return is_told;
}

static bool start(struct directory *d, struct roster_repository *out)
{
	int fd = open_path(d);
	bool is_told = false;

	d->is_started = true;
	if (fd >= 0)
		is_told = look_at(d, fd, out);
	if (fd >= 0)
		close(fd);
	return is_told;
}

static enum status directory_next(void *self, struct roster_repository *out,
	struct error *err)
{
	struct directory *d = self;

	if (!d->is_started) {
		if (start(d, out))
			return OK;
	} else if (d->is_told) {
		go_on_inside(d);
	}
	d->is_told = false;
	while (d->depth) {
		if (d->options.is_stopped &&
			d->options.is_stopped(d->options.context))
			return error_set(err, ERR_INTERRUPTED,
				"list %.200s: interrupted", d->root);
		if (step(d, out))
			return OK;
	}
	if (d->is_too_deep)
		return error_set(err, ERR_LIMIT, "list %.200s: directories "
			"are nested deeper than %d", d->root, DEPTH_MOST);
	return ERR_NOT_FOUND;
}

static void directory_close(void *self)
{
	struct directory *d = self;

	while (d->depth)
		leave(d);
	buf_release(&d->path);
	free(d);
}

static const struct roster_kind kind = {directory_next, NULL, NULL,
	directory_close};

enum status roster_open_directory(struct roster *out, const char *path,
	const struct roster_options *options, struct error *err)
{
	struct directory *d = calloc(1, sizeof(*d));
	struct stat st;

	if (d == NULL)
		return error_set(err, ERR_MEMORY, "list %.200s", path);
	d->options = *options;
	buf_init(&d->path, PATH_MAX);
	if (stat(path, &st) != 0 || realpath(path, d->root) == NULL) {
		directory_close(d);
		return error_set_errno(err, ERR_USAGE, "list %.200s", path);
	}
	if (!S_ISDIR(st.st_mode)) {
		directory_close(d);
		return error_set(err, ERR_USAGE,
			"list %.200s: not a directory", path);
	}
	buf_put_text(&d->path, d->root);
	out->kind = &kind;
	out->self = d;
	return OK;
}
