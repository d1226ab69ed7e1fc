#include "hook/internal.h"

#include "suppress/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define FILE_MAX ((size_t)4 << 20)
#define SCRIPT_MAX ((size_t)64 << 10)
#define BEFORE ".before-stanch"

enum status hook_file_read(const char *path, struct buf *out,
	struct error *err)
{
	buf_init(out, FILE_MAX); /* to be written to, where there is none */
	return baseline_load_file(path, FILE_MAX, out, err);
}

static bool write_all(int fd, bytes text)
{
	while (text.n) {
		ssize_t n = write(fd, text.at, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = bytes_drop(text, (size_t)n);
	}
	return true;
}

/* Written beside its name and renamed: nobody meets half of it. */
enum status hook_file_write(const char *path, bytes text, mode_t mode,
	struct error *err)
{
	char beside[PATH_MAX];
	int n = snprintf(beside, sizeof(beside), "%s.%ld.tmp", path,
		(long)getpid());
	bool is_written;
	int fd;

	if (n < 0 || (size_t)n >= sizeof(beside))
		return error_set(err, ERR_USAGE, "write %.300s: the name is "
			"too long", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return error_set_errno(err, ERR_IO, "write %.300s", path);
	is_written = write_all(fd, text) && fsync(fd) == 0;
	is_written = close(fd) == 0 && is_written;
	if (is_written && rename(beside, path) == 0)
		return OK;
	(void)error_set_errno(err, ERR_IO, "write %.300s", path);
	(void)!unlink(beside);
	return ERR_IO;
}

/* ---- hooks -------------------------------------------------------------- */

struct names {
	char path[PATH_MAX], before[PATH_MAX];
};

static enum status name_both(const char *directory, const char *name,
	struct names *out, struct error *err)
{
	int n = snprintf(out->before, sizeof(out->before), "%s/%s" BEFORE,
		directory, name);

	if (n < 0 || (size_t)n >= sizeof(out->before))
		return error_set(err, ERR_USAGE, "name the hook %s in %.300s: "
			"too long", name, directory);
	snprintf(out->path, sizeof(out->path), "%s/%s", directory, name);
	return OK;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || errno != ENOENT;
}

static bool is_ours(const char *path)
{
	struct stat st;
	struct buf text;
	bool is = false;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	if (hook_file_read(path, &text, NULL) == OK)
		is = hook_script_is_ours(buf_bytes(&text));
	buf_release(&text);
	return is;
}

static enum status keep(const struct names *n, struct error *err)
{
	if (is_there(n->before))
		return error_set(err, ERR_USAGE, "install %.200s: %.200s is "
			"in the way; move one of the two", n->path, n->before);
	if (rename(n->path, n->before) != 0)
		return error_set_errno(err, ERR_IO, "keep %.300s", n->path);
	return OK;
}

enum status hook_file_install(const char *directory,
	const struct hook_script *script, struct error *err)
{
	struct names n;
	enum status status = name_both(directory, script->name, &n, err);
	bool is_kept = false;
	struct buf text;

	if (status != OK)
		return status;
	if (is_there(n.path) && !is_ours(n.path)) {
		status = keep(&n, err);
		is_kept = status == OK;
	}
	if (status != OK)
		return status;
	buf_init(&text, SCRIPT_MAX);
	hook_script_write(script, &text);
	if (text.failed)
		status = error_set(err, ERR_LIMIT, "write %.300s: its options "
			"are too long", n.path);
	else
		status = hook_file_write(n.path, buf_bytes(&text), 0777, err);
	if (status != OK && is_kept)
		(void)!rename(n.before, n.path);
	buf_release(&text);
	return status;
}

enum status hook_file_uninstall(const char *directory, const char *name,
	bool *found, struct error *err)
{
	struct names n;
	enum status status = name_both(directory, name, &n, err);
	int done;

	if (status != OK)
		return status;
	*found = is_ours(n.path);
	if (!*found)
		return OK;
	done = is_there(n.before) ? rename(n.before, n.path) : unlink(n.path);
	if (done != 0)
		return error_set_errno(err, ERR_IO, "take away %.300s",
			n.path);
	return OK;
}
