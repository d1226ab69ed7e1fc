/*
 * The directory. A file is written under a name that begins with a dot, synced,
 * renamed, and the directory synced: it is there whole, or not there.
 */
#include "spool/spool.h"

#include "base/hash.h"
#include "base/secret.h"
#include "spool/seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define HEAD "stanch spool 1\n"
#define FILE_MOST (SPOOL_CONTENT + 64 + sizeof(HEAD))
#define LOCK_NAME "lock"
#define NAME_DIGITS (SPOOL_NAME - 1)

struct spool {
	char *path;
	int directory, lock;
	size_t count;
	unsigned char seal_key[SEAL_KEY], name_key[SEAL_KEY];
};

/* ---- names -------------------------------------------------------------- */

static bool is_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == NAME_DIGITS &&
	       name[NAME_DIGITS] == '\0';
}

static void name_of(const struct spool *s, bytes content,
	char name[SPOOL_NAME])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[SHA256_SIZE];

	hash_hmac_sha256(bytes_of(s->name_key, sizeof(s->name_key)), content,
		digest);
	for (size_t i = 0; i < NAME_DIGITS / 2; i++) {
		name[2 * i] = digits[digest[i] >> 4];
		name[2 * i + 1] = digits[digest[i] & 15];
	}
	name[NAME_DIGITS] = '\0';
}

/* ---- opening ------------------------------------------------------------ */

static enum status check_directory(const struct spool *s, struct error *err)
{
	struct stat st;

	if (fstat(s->directory, &st) != 0)
		return error_set_errno(err, ERR_IO, "look at %.300s", s->path);
	if (st.st_uid != geteuid())
		return error_set(err, ERR_USAGE, "use the directory %.300s: "
			"it belongs to another user", s->path);
	if (st.st_mode & 077)
		return error_set(err, ERR_USAGE, "use the directory %.300s: "
			"others may enter it; chmod 700 mends that", s->path);
	return OK;
}

static enum status take_lock(struct spool *s, struct error *err)
{
	s->lock = openat(s->directory, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC
		| O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
	if (s->lock < 0)
		return error_set_errno(err, ERR_USAGE, "open %.300s/"
			LOCK_NAME, s->path);
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	return error_set(err, ERR_USAGE, "use the directory %.300s: another "
		"stanch works in it", s->path);
}

/* A new directory is only there for good when the one above is on the disk. */
static bool make_directory(const struct spool *s)
{
	char *above;
	int fd;
	bool is_made;

	if (mkdir(s->path, 0700) != 0)
		return errno == EEXIST;
	if (asprintf(&above, "%s/..", s->path) < 0)
		return false;
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_made = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(above);
	return is_made;
}

static enum status open_directory(struct spool *s, struct error *err)
{
	enum status status;

	if (!make_directory(s))
		return error_set_errno(err, ERR_USAGE, "make the directory "
			"%.300s", s->path);
	s->directory = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
		O_NOFOLLOW);
	if (s->directory < 0)
		return error_set_errno(err, ERR_USAGE, "open the directory "
			"%.300s", s->path);
	status = check_directory(s, err);
	return status == OK ? take_lock(s, err) : status;
}

/* What a crash left half written. */
static void remove_halves(const struct spool *s)
{
	const int fd = openat(s->directory, ".", O_RDONLY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (entries == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(entries)) != NULL)
		if (e->d_name[0] == '.' && is_name(e->d_name + 1))
			(void)unlinkat(s->directory, e->d_name, 0);
	closedir(entries);
}

enum status spool_open(const char *directory, bytes key, struct spool **out,
	struct error *err)
{
	struct spool *s;
	enum status status;

	if (key.n < SPOOL_KEY_LEAST)
		return error_set(err, ERR_USAGE, "use the key of the "
			"directory %.200s: it has under %d characters; "
			"`openssl rand -hex 32` makes one", directory,
			SPOOL_KEY_LEAST);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	s->directory = s->lock = -1;
	hash_hmac_sha256(key, bytes_text("stanch spool 1: contents"),
		s->seal_key);
	hash_hmac_sha256(key, bytes_text("stanch spool 1: names"),
		s->name_key);
	s->path = strdup(directory);
	status = s->path ? open_directory(s, err) :
		error_set(err, ERR_MEMORY, "start: out of memory");
	if (status == OK) {
		remove_halves(s);
		status = spool_each(s, NULL, NULL, err);
	}
	if (status)
		spool_close(s);
	else
		*out = s;
	return status;
}

void spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	if (s->lock >= 0)
		close(s->lock);
	if (s->directory >= 0)
		close(s->directory);
	secret_wipe(s->seal_key, sizeof(s->seal_key));
	secret_wipe(s->name_key, sizeof(s->name_key));
	free(s->path);
	free(s);
}

void spool_leave_lock(struct spool *s)
{
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
}

/* ---- contents ----------------------------------------------------------- */

static bool write_all(int fd, bytes data)
{
	while (data.n > 0) {
		const ssize_t n = write(fd, data.at, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = bytes_drop(data, (size_t)n);
	}
	return true;
}

static enum status write_file(const struct spool *s, const char *name,
	bytes data, struct error *err)
{
	char half[SPOOL_NAME + 1];
	enum status status = OK;
	int fd;

	snprintf(half, sizeof(half), ".%s", name);
	(void)unlinkat(s->directory, half, 0);
	fd = openat(s->directory, half, O_WRONLY | O_CREAT | O_EXCL |
		O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, ERR_IO, "write to %.300s",
			s->path);
	if (!write_all(fd, data) || fsync(fd) != 0)
		status = error_set_errno(err, ERR_IO, "write to %.300s",
			s->path);
	close(fd);
	if (status == OK && (renameat(s->directory, half, s->directory,
		name) != 0 || fsync(s->directory) != 0))
		status = error_set_errno(err, ERR_IO, "write to %.300s",
			s->path);
	if (status)
		(void)unlinkat(s->directory, half, 0);
	return status;
}

enum status spool_put(struct spool *s, bytes content, char name[SPOOL_NAME],
	struct error *err)
{
	enum status status;
	struct buf file;

	if (content.n > SPOOL_CONTENT)
		return error_set(err, ERR_LIMIT, "keep %zu bytes in %.300s: "
			"more than %zu", content.n, s->path, SPOOL_CONTENT);
	name_of(s, content, name);
	if (spool_has(s, name))
		return OK;
	/* Children remove; they are counted again when it matters. */
	if (s->count >= SPOOL_FILES && spool_each(s, NULL, NULL, err) != OK)
		return err->code;
	if (s->count >= SPOOL_FILES)
		return error_set(err, ERR_LIMIT, "keep one more in %.300s: it "
			"has %d", s->path, SPOOL_FILES);
	buf_init(&file, FILE_MOST);
	buf_put_text(&file, HEAD);
	status = seal_close(s->seal_key, bytes_text(name), content, &file) ?
		write_file(s, name, buf_bytes(&file), err) :
		error_set(err, ERR_MEMORY, "seal what is kept in %.300s: out "
			"of memory", s->path);
	s->count += status == OK;
	buf_release(&file);
	return status;
}

static enum status read_file(const struct spool *s, const char *name,
	struct buf *out, struct error *err)
{
	const int fd = openat(s->directory, name, O_RDONLY | O_CLOEXEC |
		O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = 1;

	if (fd < 0)
		return error_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND :
			ERR_IO, "read %.200s/%s", s->path, name);
	while (n > 0) {
		if (!buf_reserve(out, (size_t)64 << 10)) {
			close(fd);
			return error_set(err, ERR_FORMAT, "read %.200s/%s: it "
				"is too large", s->path, name);
		}
		n = read(fd, out->at + out->n, (size_t)64 << 10);
		if (n > 0)
			out->n += (size_t)n;
	}
	if (n < 0)
		(void)error_set_errno(err, ERR_IO, "read %.200s/%s", s->path,
			name);
	close(fd);
	return n < 0 ? ERR_IO : OK;
}

enum status spool_get(struct spool *s, const char *name, struct buf *out,
	struct error *err)
{
	enum status status;
	struct buf file;
	bytes data;

	buf_init(out, SPOOL_CONTENT);
	if (!is_name(name))
		return error_set(err, ERR_NOT_FOUND, "read %.200s/%.100s: no "
			"such name", s->path, name);
	buf_init(&file, FILE_MOST + ((size_t)64 << 10));
	status = read_file(s, name, &file, err);
	data = buf_bytes(&file);
	if (status == OK && (!bytes_starts(data, bytes_text(HEAD)) ||
		!seal_open(s->seal_key, bytes_text(name),
			bytes_drop(data, strlen(HEAD)), out)))
		status = error_set(err, ERR_FORMAT, "read %.200s/%s: it was "
			"changed, or sealed with another key", s->path, name);
	buf_release(&file);
	return status;
}

enum status spool_remove(struct spool *s, const char *name,
	struct error *err)
{
	if (!is_name(name))
		return OK;
	if (unlinkat(s->directory, name, 0) == 0)
		return OK;
	return errno == ENOENT ? OK : error_set_errno(err, ERR_IO,
		"remove %.200s/%s", s->path, name);
}

int64_t spool_put_at(const struct spool *s, const char *name)
{
	struct stat st;

	if (!is_name(name) || fstatat(s->directory, name, &st,
		AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return 0;
	return st.st_mtime ? (int64_t)st.st_mtime : 1;
}

bool spool_has(const struct spool *s, const char *name)
{
	return spool_put_at(s, name) != 0;
}

enum status spool_each(struct spool *s, spool_visit *visit, void *context,
	struct error *err)
{
	const int fd = openat(s->directory, ".", O_RDONLY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	size_t n = 0;

	if (entries == NULL) {
		if (fd >= 0)
			close(fd);
		return error_set_errno(err, ERR_IO, "list %.300s", s->path);
	}
	while ((e = readdir(entries)) != NULL)
		if (spool_has(s, e->d_name)) {
			n++;
			if (visit)
				visit(context, e->d_name);
		}
	closedir(entries);
	s->count = n;
	return OK;
}
