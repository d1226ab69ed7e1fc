/*
 * Archives of any bytes: whatever libarchive makes of them, members are told
 * in order, begin and end in pairs, data only between them, and no more than
 * the caps allow. The first byte chooses the caller's limits.
 */
#include "base/limits.h"
#include "source/source.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct seen {
	bool is_open;
	uint64_t bytes;
	unsigned members;
};

static bool on_begin(void *context, bytes path)
{
	struct seen *seen = context;

	assert(!seen->is_open);
	assert(bytes_starts(path, bytes_text("x!")));
	assert(path.n <= LIMIT_PATH);
	seen->members++;
	seen->is_open = seen->members % 5 != 0;
	return seen->is_open;
}

static void on_data(void *context, bytes piece)
{
	struct seen *seen = context;


	assert(seen->is_open && piece.n > 0);
	seen->bytes += piece.n;
}

static void on_end(void *context)
{
	struct seen *seen = context;

	assert(seen->is_open);
	seen->is_open = false;
}

static void on_skip(void *context, bytes path, enum source_skip why)
{
	struct seen *seen = context;

	assert(!seen->is_open);
	assert(bytes_starts(path, bytes_text("x")));
	assert(why > SKIP_NONE && why < SKIP_COUNT);
}

static bool on_question(void *context)
{
	struct seen *seen = context;

	return seen->bytes > (uint64_t)256 << 20;
}

static void scan(int fd, const struct source_archive_limits *limits,
	size_t size)
{
	struct source_reader *r = source_reader_new();
	struct seen seen = {0};
	struct source_member_listener to = {on_begin, on_data, on_end, on_skip,
		on_question, &seen};
	struct source_input *in;
	enum source_skip why;
	enum status status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	in = r ? source_open_file(r, path, &why, NULL) : NULL;
	if (in) {
		status = source_archive_scan(in, bytes_text("x"), limits, &to,
			NULL);
		assert(status == OK || status == ERR_INTERRUPTED ||
			status == ERR_UNSUPPORTED);
		assert(!seen.is_open);
		/* a file may be read twice, once for each way to see it */
		assert(seen.bytes <= 8 * ((uint64_t)80 << 20) +
				8 * LIMIT_ARCHIVE_RATIO * (uint64_t)size);
	}
	source_close(in);
	source_reader_free(r);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct source_archive_limits limits = {.depth = 4};
	int fd;

	if (size < 2)
		return 0;
	limits.depth = data[0] & 7;
	limits.max_member = data[0] & 8 ? 1000 : 0;
	(void)source_is_archive(bytes_of(data + 1, size - 1));
	fd = memfd_create("archive", MFD_CLOEXEC);
	if (fd < 0)
		return 0;
	if (write(fd, data + 1, size - 1) == (ssize_t)(size - 1))
		scan(fd, &limits, size);
	close(fd);
	return 0;
}
