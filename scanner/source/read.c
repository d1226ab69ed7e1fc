/*
 * read: opening and reading one input.
 *
 * The common case is many small files of one directory, and its budget is
 * open, fstat, read, close: the directory is opened once and kept by the
 * reader, each file is opened in it by its bare name, and a read that comes
 * back short of a regular file's size is its end without asking again.
 * fstat stays: the kind that the directory told may be another one by now.
 *
 * read(2), not mmap: a file that shrinks would be a SIGBUS. Nothing blocks:
 * O_NONBLOCK opens a fifo that took a file's place at once, and fstat then
 * refuses it. Holes of sparse files are passed over with SEEK_DATA, or a
 * terabyte of nothing would take half an hour.
 */
#include "source/archive_api.h"
#include "source/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* Smaller holes are read as the zeros that they are. */
#define HOLE_MIN ((uint64_t)1 << 20)
/* A file may grow while it is read by its own size and this. */
#define GROWTH_MAX ((uint64_t)64 << 20)
/* Milliseconds between two questions whether to stop. */
#define STOP_EVERY 100

struct source_reader {
	int dir; /* -1: none */
	uint64_t tree;
	struct buf path; /* of dir in tree */
	int noatime;	 /* O_NOATIME until it is refused */
	struct source_archive_api *api;
	bool is_api_tried;
	bool (*is_stopped)(void *context);
	void *context;
};

enum input_kind { INPUT_FILE, INPUT_STREAM };

struct source_input {
	struct source_reader *reader;
	int fd;
	enum input_kind kind;
	bool is_sparse;
	bool is_end;
	uint64_t size;
	uint64_t stored; /* bytes on the device */
	uint64_t start;	 /* where standard input stood */
	uint64_t at;	 /* bytes read and passed over, from start */
	uint64_t data_end; /* sparse: where the next hole may begin */
	uint64_t hole;
	bytes unread;
};

/* ---- the reader --------------------------------------------------------- */

struct source_reader *source_reader_new(void)
{
	struct source_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->dir = -1;
	r->noatime = O_NOATIME;
	buf_init(&r->path, LIMIT_PATH);
	return r;
}

void source_reader_free(struct source_reader *r)
{
	if (r == NULL)
		return;
	if (r->dir >= 0)
		close(r->dir);
	buf_release(&r->path);
	source_archive_api_close(r->api);
	free(r);
}

void source_reader_set_stop(struct source_reader *r,
	bool (*is_stopped)(void *context), void *context)
{
	r->is_stopped = is_stopped;
	r->context = context;
}

/* The handle of a directory of the tree; -1 and errno. */
static int reader_enter(struct source_reader *r, struct source_tree *tree,
	bytes path)
{
	if (r->dir >= 0 && r->tree == tree->id &&
		bytes_equal(buf_bytes(&r->path), path))
		return r->dir;
	if (r->dir >= 0)
		close(r->dir);
	buf_clear(&r->path);
	buf_put(&r->path, path);
	if (r->path.failed) {
		r->dir = -1;
		errno = ENAMETOOLONG;
		return -1;
	}
	r->dir = source_beneath_open(tree->root, path, O_PATH);
	r->tree = tree->id;
	return r->dir;
}

static int open_for_reading(struct source_reader *r, int dir,
	const char *name, int more)
{
	int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | more;

	for (;;) {
		int fd = openat(dir, name, flags | r->noatime);

		if (fd >= 0 || (errno != EINTR && errno != EPERM))
			return fd;
		if (errno == EPERM && r->noatime == 0)
			return fd;
		/* only a file's owner may leave its access time alone */
		if (errno == EPERM)
			r->noatime = 0;
	}
}

/* ---- opening ------------------------------------------------------------ */

static enum source_skip skip_of_errno(int code)
{
	switch (code) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP: /* a link took its place */
		return SKIP_VANISHED;
	case ENXIO: /* a socket */
	case ENODEV:
		return SKIP_SPECIAL;
	default:
		return SKIP_UNREADABLE;
	}
}

static struct source_input *input_new(struct source_reader *r, int fd,
	const struct stat *st)
{
	struct source_input *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->reader = r;
	in->fd = fd;
	in->kind = S_ISREG(st->st_mode) ? INPUT_FILE : INPUT_STREAM;
	if (in->kind == INPUT_STREAM)
		return in;
	in->size = (uint64_t)st->st_size;
	in->stored = (uint64_t)st->st_blocks * 512;
	in->is_sparse = in->size > HOLE_MIN && in->stored < in->size - HOLE_MIN;
	return in;
}

/* Takes over fd, which may be -1 with errno. */
static struct source_input *begin_file(struct source_reader *r, int fd,
	bytes name, enum source_skip *why, struct error *err)
{
	struct source_input *in = NULL;
	struct stat st;
	int n = (int)(name.n < 300 ? name.n : 300);

	*why = SKIP_NONE;
	if (fd < 0 || fstat(fd, &st) != 0) {
		*why = skip_of_errno(errno);
		(void)error_set_errno(err, ERR_IO, "open %.*s", n,
			(const char *)name.at);
	} else if (!S_ISREG(st.st_mode)) {
		*why = SKIP_SPECIAL;
		(void)error_set(err, ERR_IO, "open %.*s: not a regular file",
			n, (const char *)name.at);
	} else {
		in = input_new(r, fd, &st);
		if (in)
			return in;
		*why = SKIP_UNREADABLE;
		(void)error_set(err, ERR_MEMORY, "open %.*s: no memory", n,
			(const char *)name.at);
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

struct source_input *source_open_in_tree(struct source_reader *r,
	struct source_tree *tree, bytes path, enum source_skip *why,
	struct error *err)
{
	const unsigned char *slash = memrchr(path.at, '/', path.n);
	size_t cut = slash ? (size_t)(slash - path.at) : 0;
	bytes name = bytes_drop(path, slash ? cut + 1 : 0);
	char text[NAME_MAX + 1];
	int fd = -1;

	if (name.n == 0 || name.n > NAME_MAX)
		errno = ENAMETOOLONG;
	else if (reader_enter(r, tree, bytes_take(path, cut)) >= 0) {
		memcpy(text, name.at, name.n);
		text[name.n] = '\0';
		fd = open_for_reading(r, r->dir, text, O_NOFOLLOW);
	}
	return begin_file(r, fd, path, why, err);
}

struct source_input *source_open_file(struct source_reader *r,
	const char *path, enum source_skip *why, struct error *err)
{
	int fd = open_for_reading(r, AT_FDCWD, path, 0);

	return begin_file(r, fd, bytes_text(path), why, err);
}

struct source_input *source_open_stdin(struct source_reader *r,
	struct error *err)
{
	struct source_input *in;
	struct stat st;
	off_t at;

	if (fstat(STDIN_FILENO, &st) != 0) {
		(void)error_set_errno(err, ERR_IO, "read standard input");
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		(void)error_set(err, ERR_IO,
			"read standard input: it is a directory");
		return NULL;
	}
	in = input_new(r, STDIN_FILENO, &st);
	if (in == NULL) {
		(void)error_set(err, ERR_MEMORY,
			"read standard input: no memory");
		return NULL;
	}
	at = in->kind == INPUT_FILE ? lseek(in->fd, 0, SEEK_CUR) : 0;
	if (at > 0) {
		in->start = (uint64_t)at;
		in->size -= in->start < in->size ? in->start : in->size;
	}
	return in;
}

void source_close(struct source_input *in)
{
	if (in == NULL)
		return;
	if (in->fd != STDIN_FILENO)
		close(in->fd);
	free(in);
}

uint64_t source_size(const struct source_input *in)
{
	return in->size;
}

uint64_t source_hole(const struct source_input *in)
{
	return in->hole;
}

bool source_rewind(struct source_input *in)
{
	return source_input_seek(in, 0, SEEK_SET) == 0;
}

void source_unread(struct source_input *in, bytes head)
{
	in->unread = head;
	in->is_end = false;
}

/* ---- reading ------------------------------------------------------------ */

/* Wait for a stream; false when asked to stop. */
static bool wait_for_more(struct source_input *in)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};
	const struct source_reader *r = in->reader;

	if (r->is_stopped == NULL) {
		(void)poll(&p, 1, -1);
		return true;
	}
	for (;;) {
		int n;

		if (r->is_stopped(r->context))
			return false;
		n = poll(&p, 1, STOP_EVERY);
		if (n > 0 || (n < 0 && errno != EINTR))
			return true;
	}
}

/* One read(2); -1 with EINTR only when asked to stop. */
static ssize_t read_once(struct source_input *in, void *at, size_t room)
{
	for (;;) {
		ssize_t n;

		if (in->kind == INPUT_STREAM && !wait_for_more(in)) {
			errno = EINTR;
			return -1;
		}
		n = read(in->fd, at, room);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
	}
}

static size_t take_unread(struct source_input *in, void *at, size_t room)
{
	bytes piece = bytes_take(in->unread, room);

	if (piece.n)
		memcpy(at, piece.at, piece.n);
	in->unread = bytes_drop(in->unread, piece.n);
	return piece.n;
}

/*
 * At a sparse file's place where data ended: pass over the hole. False when
 * there is nothing but a hole to the end.
 */
static bool pass_hole(struct source_input *in)
{
	off_t here = (off_t)(in->start + in->at), data, end;

	data = lseek(in->fd, here, SEEK_DATA);
	if (data < 0) {
		if (errno != ENXIO)
			in->is_sparse = false;
		lseek(in->fd, here, SEEK_SET);
		return errno != ENXIO;
	}
	end = lseek(in->fd, data, SEEK_HOLE);
	if ((uint64_t)(data - here) < HOLE_MIN)
		data = here;
	in->hole = (uint64_t)(data - here);
	in->at += in->hole;
	/* not beyond data: the file is being changed; then just read */
	in->data_end = end > data ? (uint64_t)end - in->start : UINT64_MAX;
	lseek(in->fd, data, SEEK_SET);
	return true;
}

/* Nothing more came: is that where the file ended when it was opened? */
static enum status end_file(struct source_input *in, enum source_skip *why,
	struct error *err)
{
	struct stat st;

	in->is_end = true;
	if (in->at >= in->size)
		return OK;
	/* a file of /proc or /sys says a size that it does not have */
	if (fstat(in->fd, &st) == 0 &&
		(uint64_t)st.st_size >= in->start + in->size)
		return OK;
	*why = SKIP_VANISHED;
	return error_set(err, ERR_IO, "read: the file shrank while being read");
}

static enum status cannot_read(struct source_input *in,
	enum source_skip *why, struct error *err)
{
	in->is_end = true;
	*why = SKIP_UNREADABLE;
	if (errno == EINTR)
		return error_set(err, ERR_INTERRUPTED, "read: interrupted");
	return error_set_errno(err, ERR_IO, "read");
}

/* A hole is the end of what one source_read gives. */
static enum status read_file(struct source_input *in, unsigned char *at,
	size_t room, size_t *n, enum source_skip *why, struct error *err)
{
	*n = 0;
	if (in->is_sparse && in->at >= in->data_end && !pass_hole(in)) {
		in->hole = in->at < in->size ? in->size - in->at : 0;
		in->at += in->hole;
		return end_file(in, why, err);
	}
	if (in->is_sparse && room > in->data_end - in->at)
		room = (size_t)(in->data_end - in->at);
	while (*n < room) {
		ssize_t got = read_once(in, at + *n, room - *n);

		if (got < 0)
			return cannot_read(in, why, err);
		in->at += (uint64_t)got;
		*n += (size_t)got;
		if (got == 0)
			return end_file(in, why, err);
		/* short where its size was: the end, without asking again */
		if (*n < room && in->at == in->size) {
			in->is_end = true;
			return OK;
		}
	}
	if (in->at > in->size && in->at - in->size > in->size + GROWTH_MAX) {
		in->is_end = true;
		*why = SKIP_LIMIT;
		return error_set(err, ERR_LIMIT,
			"read: the file keeps growing");
	}
	return OK;
}

static enum status read_stream(struct source_input *in, unsigned char *at,
	size_t room, size_t *n, enum source_skip *why, struct error *err)
{
	*n = take_unread(in, at, room);
	while (*n < room) {
		ssize_t got = read_once(in, at + *n, room - *n);

		if (got < 0)
			return cannot_read(in, why, err);
		if (got == 0) {
			in->is_end = true;
			return OK;
		}
		in->at += (uint64_t)got;
		*n += (size_t)got;
	}
	return OK;
}

enum status source_read(struct source_input *in, void *at, size_t room,
	size_t *n, enum source_skip *why, struct error *err)
{
	*n = 0;
	*why = SKIP_NONE;
	in->hole = 0;
	if (in->is_end || room == 0)
		return OK;
	if (in->kind == INPUT_FILE)
		return read_file(in, at, room, n, why, err);
	return read_stream(in, at, room, n, why, err);
}

/* ---- for archives ------------------------------------------------------- */

const struct source_archive_api *source_input_archive_api(
	struct source_input *in)
{
	struct source_reader *r = in->reader;

	if (!r->is_api_tried)
		r->api = source_archive_api_open();
	r->is_api_tried = true;
	return r->api;
}

ssize_t source_input_read(struct source_input *in, void *at, size_t room)
{
	ssize_t n = (ssize_t)take_unread(in, at, room);

	if (n == 0)
		n = read_once(in, at, room);
	return n;
}

int64_t source_input_seek(struct source_input *in, int64_t offset, int whence)
{
	int64_t start = (int64_t)in->start, now;

	if (in->kind != INPUT_FILE)
		return -1;
	now = lseek(in->fd, whence == SEEK_SET ? start + offset : offset,
		whence);
	if (now < start)
		return -1;
	in->at = (uint64_t)(now - start);
	in->data_end = 0;
	in->is_end = false;
	in->unread = (bytes){0};
	return now - start;
}

bool source_input_is_file(const struct source_input *in)
{
	return in->kind == INPUT_FILE;
}

/* The count of blocks alone is not to be believed: some file systems
 * compress, some say it late. There has to be a hole. */
uint64_t source_input_stored(struct source_input *in)
{
	off_t hole;

	if (in->kind != INPUT_FILE || !in->is_sparse)
		return UINT64_MAX;
	hole = lseek(in->fd, (off_t)in->start, SEEK_HOLE);
	lseek(in->fd, (off_t)in->start, SEEK_SET);
	if (hole < 0 || (uint64_t)hole >= in->start + in->size)
		return UINT64_MAX;
	return in->stored;
}
