/*
 * Baselines on disk. A name that is no regular file is refused, a broken disk
 * is an error, and a file is replaced whole or not at all.
 */
#include "suppress/baseline.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static enum status read_all(int fd, const char *path, size_t most,
	struct buf *text, struct error *err)
{
	ssize_t got = 1;

	while (got != 0 && text->n <= most) {
		if (!buf_reserve(text, 65536))
			return error_set(err, ERR_MEMORY, "read %.300s: no "
				"memory", path);
		got = read(fd, text->at + text->n, 65536);
		if (got < 0 && errno != EINTR)
			return error_set_errno(err, ERR_IO, "read %.300s",
				path);
		if (got > 0)
			text->n += (size_t)got;
	}
	text->at[text->n] = 0;
	if (text->n > most)
		return error_set(err, ERR_LIMIT, "read %.300s: over %zu KiB",
			path, most >> 10);
	return OK;
}

enum status baseline_load_file(const char *path, size_t most,
	struct buf *text, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum status status;
	struct stat st;

	if (fd < 0)
		return error_set_errno(err,
			errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
			"open %.300s", path);
	buf_init(text, most + ((size_t)128 << 10));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		status = error_set(err, ERR_IO, "open %.300s: not a regular "
			"file", path);
	else
		status = read_all(fd, path, most, text, err);
	close(fd);
	if (status != OK)
		buf_release_wiped(text);
	return status;
}

static bool write_all(int fd, bytes text)
{
	while (text.n) {
		ssize_t n = write(fd, text.at, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = bytes_drop(text, (size_t)n);
	}
	return true;
}

/* Beside `path`, then renamed; the mode of a file that was there stays. */
static bool replace(const char *path, bytes text)
{
	char beside[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int head = slash ? (int)(slash - path) + 1 : 0;
	struct stat st;
	bool is_done;
	int fd;

	if (snprintf(beside, sizeof(beside), "%.*s.%s.XXXXXX", head, path,
		    path + head) >= (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return false;
	(void)!fchmod(fd, stat(path, &st) == 0 ? st.st_mode & 0777 : 0644);
	is_done = write_all(fd, text) && fsync(fd) == 0;
	is_done = close(fd) == 0 && is_done;
	is_done = is_done && rename(beside, path) == 0;
	if (!is_done) {
		int kept = errno;

		(void)!unlink(beside);
		errno = kept;
	}
	return is_done;
}

enum status baseline_save_file(const char *path, const struct baseline *b,
	struct error *err)
{
	enum status status = OK;
	char real[PATH_MAX];
	struct stat st;
	struct buf text;

	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return error_set(err, ERR_IO, "write baseline %.300s: "
				"not a regular file", path);
		if (realpath(path, real) != NULL)
			path = real;
	}
	buf_init(&text, LIMIT_BASELINE);
	baseline_write(b, &text);
	if (text.failed)
		status = error_set(err, ERR_LIMIT, "write baseline %.300s: "
			"over %zu MiB", path, LIMIT_BASELINE >> 20);
	else if (!replace(path, buf_bytes(&text)))
		status = error_set_errno(err, ERR_IO, "write baseline %.300s",
			path);
	buf_release(&text);
	return status;
}
