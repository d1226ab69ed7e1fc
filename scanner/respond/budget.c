/* Times in a file: a line each, Unix seconds. */
#include "respond/budget.h"

#include "base/buf.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define HOUR 3600
/* Bytes of a file: a line has 11. */
#define FILE_MOST ((size_t)64 << 10)
/* Times of one file; a block that allows more is not counted. */
#define TIMES_MOST 1000u

/* ---- which file --------------------------------------------------------- */

/* "" when there is no home. */
static void find_directory(char path[PATH_MAX])
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n = -1;

	if (state != NULL && state[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/stanch", state);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.local/state/stanch", home);
	if (n < 0 || n >= PATH_MAX)
		path[0] = '\0';
}

/* With those above it. */
static bool make_directory(char path[PATH_MAX])
{
	for (char *c = path + 1; *c != '\0'; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(path, 0700);
		*c = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* By the address that the block asks: rules that share it share a budget. */
static bool find_file(const struct request_block *block, const char *log,
	char path[PATH_MAX])
{
	char directory[PATH_MAX];
	unsigned char digest[SHA256_SIZE];
	int n;

	hash_sha256(bytes_text(block->steps[0].url), digest);
	find_directory(directory);
	if (directory[0] != '\0' && make_directory(directory))
		n = snprintf(path, PATH_MAX, "%s/calls-%02x%02x%02x%02x",
			directory, digest[0], digest[1], digest[2], digest[3]);
	else
		n = snprintf(path, PATH_MAX, "%s.calls-%02x%02x%02x%02x", log,
			digest[0], digest[1], digest[2], digest[3]);
	return n > 0 && n < PATH_MAX;
}

/* Locked, and ours; -1: there is none. */
static int open_file(const struct request_block *block, const char *log)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (!find_file(block, log, path))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY |
		O_NONBLOCK, 0600);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_uid == geteuid() && (st.st_mode & 022) == 0 &&
		flock(fd, LOCK_EX) == 0)
		return fd;
	close(fd);
	return -1;
}

/* ---- times -------------------------------------------------------------- */

struct times {
	int64_t at[TIMES_MOST];
	size_t n;
};

/* Those of the last hour, and of the next, if the clock was set back. */
static void read_times(int fd, int64_t now, struct times *out)
{
	struct buf text;
	bytes rest, line;
	ssize_t n;

	out->n = 0;
	buf_init(&text, FILE_MOST);
	if (!buf_reserve(&text, FILE_MOST - 1))
		return;
	n = pread(fd, text.at, FILE_MOST - 1, 0);
	text.n = n > 0 ? (size_t)n : 0;
	rest = buf_bytes(&text);
	while (rest.n > 0 && out->n < TIMES_MOST) {
		int64_t at = 0;

		(void)bytes_cut(rest, '\n', &line, &rest);
		if (line.n == 0 || line.n > 12)
			continue;
		for (size_t i = 0; i < line.n; i++)
			at = line.at[i] < '0' || line.at[i] > '9' ? INT32_MIN :
				at * 10 + (line.at[i] - '0');
		if (at > now - HOUR && at <= now + HOUR)
			out->at[out->n++] = at;
	}
	buf_release(&text);
}

static void write_times(int fd, const struct times *times)
{
	struct buf text;

	buf_init(&text, FILE_MOST);
	for (size_t i = 0; i < times->n; i++)
		buf_printf(&text, "%lld\n", (long long)times->at[i]);
	if (!text.failed && pwrite(fd, text.at, text.n, 0) ==
			(ssize_t)text.n && ftruncate(fd, (off_t)text.n) == 0)
		(void)fdatasync(fd);
	buf_release(&text);
}

enum taking { LOOK, TAKE };

static bool ask(const struct request_block *block, const char *log,
	enum taking what)
{
	const int64_t now = (int64_t)time(NULL);
	struct times times;
	bool is_left;
	int fd;

	if (block->per_hour == 0 || block->per_hour > TIMES_MOST)
		return true;
	fd = open_file(block, log);
	if (fd < 0)
		return true;
	read_times(fd, now, &times);
	is_left = times.n < block->per_hour;
	if (is_left && what == TAKE) {
		times.at[times.n++] = now;
		write_times(fd, &times);
	}
	close(fd);
	return is_left;
}

bool budget_is_left(const struct request_block *block, const char *log)
{
	return ask(block, log, LOOK);
}

bool budget_take(const struct request_block *block, const char *log)
{
	return ask(block, log, TAKE);
}
