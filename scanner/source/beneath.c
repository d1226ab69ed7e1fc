/*
 * beneath: open what is below a directory, and never anything else.
 *
 * openat2(2) does it in one call whatever the depth: it refuses symbolic
 * links and any way out while it resolves, so nobody can swap a directory
 * for a link between a check and a use. Kernels before 5.6 do not have it,
 * and some container filters answer EPERM to calls that they do not know;
 * there we go one component at a time with O_NOFOLLOW, which gives the same
 * promise for more calls. A path longer than the kernel takes at once is
 * opened in stretches.
 */
#include "source/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/banned.h"

/* Below PATH_MAX, which counts the terminator. */
#define STRETCH_MAX 4000
/* A rename somewhere in the tree makes the kernel say "again". */
#define AGAIN_MAX 16

/* Opens one stretch (terminated) below dir. */
typedef int step(int dir, const char *text, int flags);

static int step_openat2(int dir, const char *text, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			RESOLVE_NO_MAGICLINKS,
	};

	for (int i = 0; i < AGAIN_MAX; i++) {
		long fd = syscall(SYS_openat2, dir, text, &how, sizeof(how));

		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			return (int)fd;
	}
	return -1;
}

static int step_openat(int dir, const char *text, int flags)
{
	int fd;

	do {
		fd = openat(dir, text, flags);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

/* No component may be empty, "." or "..". */
static bool is_plain(bytes path)
{
	bytes head, tail = path;

	if (path.n == 0)
		return true;
	if (path.at[path.n - 1] == '/' || memchr(path.at, 0, path.n))
		return false;
	while (tail.n) {
		bytes_cut(tail, '/', &head, &tail);
		if (head.n == 0 || bytes_equal(head, bytes_text(".")) ||
			bytes_equal(head, bytes_text("..")))
			return false;
	}
	return true;
}

/* How much of path goes at once: whole components, up to max bytes. */
static size_t stretch(bytes path, size_t max)
{
	size_t n = path.n;

	if (n <= max)
		return n;
	for (n = max; n > 0 && path.at[n] != '/'; n--)
		;
	return n;
}

static size_t component(bytes path)
{
	size_t n = bytes_find_byte(path, '/');

	return n == BYTES_NONE ? path.n : n;
}

static int open_by(step *one, size_t max, int root, bytes path, int flags)
{
	char text[STRETCH_MAX + 1];
	int dir = root;

	flags |= O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (path.n == 0)
		return one(root, ".", flags);
	while (path.n) {
		size_t n = max ? stretch(path, max) : component(path);
		int way = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		int next, saved;

		if (n == path.n)
			way = flags;
		if (n == 0 || n > STRETCH_MAX) {
			if (dir != root)
				close(dir);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(text, path.at, n);
		text[n] = '\0';
		next = one(dir, text, way);
		saved = errno;
		if (dir != root)
			close(dir);
		errno = saved;
		if (next < 0)
			return -1;
		dir = next;
		path = bytes_drop(path, n < path.n ? n + 1 : n);
	}
	return dir;
}

int source_beneath_walk(int root, bytes path, int flags)
{
	if (!is_plain(path)) {
		errno = EINVAL;
		return -1;
	}
	return open_by(step_openat, 0, root, path, flags);
}

int source_beneath_open(int root, bytes path, int flags)
{
	int fd;

	if (!is_plain(path)) {
		errno = EINVAL;
		return -1;
	}
	fd = open_by(step_openat2, STRETCH_MAX, root, path, flags);
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = source_beneath_walk(root, path, flags);
	return fd;
}

int source_beneath_resolve(int root, const char *path, int flags)
{
	return step_openat2(root, path,
		flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The reading part of source_small_file. */
static bool read_all(int fd, struct buf *out)
{
	for (;;) {
		size_t room = out->max - out->n;
		ssize_t n;

		if (room == 0) {
			errno = EFBIG;
			return false;
		}
		if (room > 65536)
			room = 65536;
		if (!buf_reserve(out, room)) {
			errno = ENOMEM;
			return false;
		}
		n = read(fd, out->at + out->n, room);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			out->n += (size_t)n;
	}
}

bool source_small_file(int dir, const char *name, struct buf *out)
{
	int fd, saved;
	struct stat st;
	bool is_read = false;

	fd = openat(dir, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0) {
		errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
		if (S_ISREG(st.st_mode) && (uint64_t)st.st_size < out->max)
			is_read = read_all(fd, out);
	}
	saved = errno;
	close(fd);
	errno = saved;
	return is_read;
}
