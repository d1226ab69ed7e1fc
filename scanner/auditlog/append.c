/*
 * The open log: appending under a lock, and claims.
 *
 * Locks are open-file-description locks on PATH.lock: byte 0 while a record
 * is appended, byte 1 + key for a claim. They belong to the descriptor, so
 * they die with the process, and no file has to be cleaned up. They stand on
 * a file of their own so that a log may be rotated away under it.
 */
#include "auditlog/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

struct auditlog {
	char *path;
	int fd, lock_fd;
	struct auditlog_place place;
	auditlog_visit *visit;
	void *context;
	struct buf line;
};

/* ---- locks -------------------------------------------------------------- */

static int set_lock(int fd, short type, uint64_t at, int command)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)at,
		.l_len = 1,
	};

	return fcntl(fd, command, &lock);
}

static uint64_t claim_byte(uint64_t key)
{
	return 1 + (key & AUDITLOG_CLAIM_MASK);
}

static enum status lock_append(struct auditlog *log, struct error *err)
{
	int result;

	/* Held for one write: a signal need not break the wait. */
	do
		result = set_lock(log->lock_fd, F_WRLCK, 0, F_OFD_SETLKW);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return error_set_errno(err, ERR_IO, "lock %.300s.lock",
			log->path);
	return OK;
}

static void unlock_append(struct auditlog *log)
{
	(void)set_lock(log->lock_fd, F_UNLCK, 0, F_OFD_SETLK);
}

enum status auditlog_claim(struct auditlog *log, uint64_t key,
	struct error *err)
{
	if (set_lock(log->lock_fd, F_WRLCK, claim_byte(key), F_OFD_SETLKW) == 0)
		return OK;
	return error_set_errno(err, errno == EINTR ? ERR_INTERRUPTED : ERR_IO,
		"wait for another stanch that works on the same token, by "
		"%.200s.lock", log->path);
}

bool auditlog_try_claim(struct auditlog *log, uint64_t key)
{
	return set_lock(log->lock_fd, F_WRLCK, claim_byte(key),
		F_OFD_SETLK) == 0;
}

void auditlog_disclaim(struct auditlog *log, uint64_t key)
{
	(void)set_lock(log->lock_fd, F_UNLCK, claim_byte(key), F_OFD_SETLK);
}

/* ---- opening ------------------------------------------------------------ */

/* Ours alone, and what it seems. */
static enum status check_file(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set_errno(err, ERR_IO, "look at %.300s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_USAGE, "open the audit log %.300s: "
			"it is not a regular file", path);
	if (st.st_uid != geteuid())
		return error_set(err, ERR_USAGE, "open the audit log %.300s: "
			"it belongs to another user", path);
	if (st.st_mode & 077)
		return error_set(err, ERR_USAGE, "open the audit log %.300s: "
			"others may read or write it; chmod 600 mends that",
			path);
	return OK;
}

static enum status open_file(const char *path, int flags, int *out,
	struct error *err)
{
	enum status status;

	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
		O_NOCTTY | O_NONBLOCK | flags, 0600);
	if (*out < 0 && errno == ELOOP)
		return error_set(err, ERR_USAGE, "open the audit log %.300s: "
			"it is a symbolic link; name the file itself", path);
	if (*out < 0)
		return error_set_errno(err, ERR_IO, "open the audit log %.300s",
			path);
	status = check_file(*out, path, err);
	if (status) {
		close(*out);
		*out = -1;
	}
	return status;
}

/* A new file is only there for good when its directory is on the disk. */
static enum status sync_directory(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	char *name = slash == NULL ? strdup(".") : strndup(path, n ? n : 1);
	int fd = name ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int result = fd >= 0 ? fsync(fd) : -1;

	if (result < 0)
		error_set_errno(err, ERR_IO, "write the directory of the audit "
			"log %.300s to the disk", path);
	if (fd >= 0)
		close(fd);
	free(name);
	/* Some file systems cannot sync a directory; they need not. */
	return result < 0 && errno != EINVAL ? ERR_IO : OK;
}

static enum status append_locked(struct auditlog *log, bytes body,
	struct error *err);

/*
 * The last line has no end: its write was cut by a crash, so nobody was told
 * that it is there and nothing was done after it.
 */
static enum status take_cut_away(struct auditlog *log, struct error *err)
{
	struct stat st;
	char body[160];

	if (fstat(log->fd, &st) < 0 ||
		ftruncate(log->fd, (off_t)log->place.offset) < 0)
		return error_set_errno(err, ERR_IO, "take the cut last line "
			"off the audit log %.250s", log->path);
	snprintf(body, sizeof(body), "\"actionId\":\"Stanch.LogRepaired\","
		"\"area\":\"Stanch\",\"category\":\"modify\","
		"\"data\":{\"cutBytes\":%llu}",
		(unsigned long long)st.st_size - log->place.offset);
	return append_locked(log, bytes_text(body), err);
}

/* With the append lock held. */
static enum status catch_up(struct auditlog *log, struct error *err)
{
	enum auditlog_fault fault;
	enum status status;
	struct stat st;

	if (fstat(log->fd, &st) < 0)
		return error_set_errno(err, ERR_IO, "look at the audit log "
			"%.300s", log->path);
	if ((uint64_t)st.st_size == log->place.offset)
		return OK;
	if ((uint64_t)st.st_size < log->place.offset)
		return error_set(err, ERR_FORMAT, "read the audit log %.300s: "
			"it became shorter while it was in use", log->path);
	status = auditlog_read_from(log->fd, log->path, &log->place,
		log->visit, log->context, &fault, err);
	if (status)
		return status;
	if (fault == AUDITLOG_CUT)
		return take_cut_away(log, err);
	if (fault != AUDITLOG_WHOLE)
		return error_set(err, ERR_FORMAT, "read the audit log %.250s: "
			"record %llu is %s; `stanch log verify` tells more, "
			"and a new log can be begun elsewhere", log->path,
			(unsigned long long)log->place.head.sequence + 1,
			auditlog_fault_text(fault));
	return OK;
}

static enum status open_parts(struct auditlog *log, struct error *err)
{
	struct buf name;
	enum status status;

	buf_init(&name, LIMIT_PATH);
	buf_printf(&name, "%s.lock", log->path);
	status = name.failed ? error_set(err, ERR_MEMORY,
		"open the audit log: out of memory") : OK;
	if (status == OK)
		status = open_file(log->path, O_APPEND, &log->fd, err);
	if (status == OK)
		status = open_file(buf_text(&name), 0, &log->lock_fd, err);
	if (status == OK)
		status = sync_directory(log->path, err);
	buf_release(&name);
	return status == OK ? auditlog_refresh(log, err) : status;
}

enum status auditlog_open(const char *path, auditlog_visit *visit,
	void *context, struct auditlog **out, struct error *err)
{
	struct auditlog *log = calloc(1, sizeof(*log));
	enum status status;

	if (log)
		log->path = strdup(path);
	if (log == NULL || log->path == NULL) {
		free(log);
		return error_set(err, ERR_MEMORY,
			"open the audit log: out of memory");
	}
	log->fd = log->lock_fd = -1;
	log->visit = visit;
	log->context = context;
	buf_init(&log->line, LIMIT_AUDIT_RECORD);
	status = open_parts(log, err);
	if (status) {
		auditlog_close(log);
		return status;
	}
	*out = log;
	return OK;
}

void auditlog_close(struct auditlog *log)
{
	if (log == NULL)
		return;
	if (log->fd >= 0)
		close(log->fd);
	if (log->lock_fd >= 0)
		close(log->lock_fd);
	buf_release(&log->line);
	free(log->path);
	free(log);
}

/* ---- appending ---------------------------------------------------------- */

/* All or nothing: a part that was written is taken back. */
static enum status write_line(struct auditlog *log, struct error *err)
{
	const struct buf *line = &log->line;
	ssize_t n;

	do
		n = write(log->fd, line->at, line->n);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)line->n)
		return OK;
	if (n >= 0)
		errno = ENOSPC;
	error_set_errno(err, ERR_IO, "write to the audit log %.300s",
		log->path);
	if (n > 0)
		(void)!ftruncate(log->fd, (off_t)log->place.offset);
	return ERR_IO;
}

static enum status append_locked(struct auditlog *log, bytes body,
	struct error *err)
{
	struct auditlog_head head = log->place.head;
	enum status status;

	if (bytes_find_byte(body, '\n') != BYTES_NONE)
		return error_set(err, ERR_FORMAT, "write to the audit log "
			"%.300s: a record of several lines", log->path);
	buf_clear(&log->line);
	auditlog_frame(&log->line, &head, body);
	if (log->line.failed)
		return error_set(err, ERR_LIMIT, "write to the audit log "
			"%.250s: no memory, or a record over %zu KiB",
			log->path, LIMIT_AUDIT_RECORD >> 10);
	status = write_line(log, err);
	if (status)
		return status;
	log->place.offset += log->line.n;
	log->place.head = head;
	return OK;
}

enum status auditlog_append(struct auditlog *log, bytes body,
	struct error *err)
{
	enum status status = lock_append(log, err);

	if (status)
		return status;
	status = catch_up(log, err);
	if (status == OK)
		status = append_locked(log, body, err);
	unlock_append(log);
	return status;
}

enum status auditlog_refresh(struct auditlog *log, struct error *err)
{
	enum status status = lock_append(log, err);

	if (status)
		return status;
	status = catch_up(log, err);
	unlock_append(log);
	return status;
}

enum status auditlog_sync(struct auditlog *log, struct error *err)
{
	if (fdatasync(log->fd) == 0)
		return OK;
	return error_set_errno(err, ERR_IO, "write the audit log %.300s to "
		"the disk", log->path);
}

struct auditlog_head auditlog_head(const struct auditlog *log)
{
	return log->place.head;
}
