#include "bundle/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define SIGNATURE_N 16

/* The user named it: a link is followed. */
static int open_file(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool bundle_is_at(const char *path)
{
	char head[SIGNATURE_N];
	struct stat st;
	int fd = open_file(path, &st);
	bool is = fd >= 0 && pread(fd, head, sizeof(head), 0) ==
				     (ssize_t)sizeof(head);

	if (fd >= 0)
		close(fd);
	return is && (memcmp(head, "# v2 git bundle\n", SIGNATURE_N) == 0 ||
			     memcmp(head, "# v3 git bundle\n", SIGNATURE_N) ==
				     0);
}

static enum status map_file(struct bundle *b, const char *path,
	struct error *err)
{
	struct stat st;
	int fd = open_file(path, &st);
	void *at;

	if (fd < 0)
		return error_set_errno(err, ERR_IO, "open %s", path);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return error_set_errno(err, ERR_IO, "open %s", path);
	b->file = bytes_of(at, (size_t)st.st_size);
	return OK;
}

/* A repository without files: every path below the bundle is none. */
static enum status make_repo(struct bundle *b, const char *path,
	struct error *err)
{
	struct repo *r = calloc(1, sizeof(*r));

	b->repo = r;
	if (r) {
		r->root = strdup(path);
		r->git_dir = strdup(path);
		r->common_dir = strdup(path);
		r->objects = strdup(path);
		r->index = strdup(path);
	}
	if (!r || !r->root || !r->git_dir || !r->common_dir || !r->objects ||
		!r->index)
		return error_set(err, ERR_MEMORY, "open bundle");
	return OK;
}

enum status bundle_open(struct bundle **out, const char *path,
	const struct bundle_options *options, struct error *err)
{
	struct bundle *b = calloc(1, sizeof(*b));
	enum status status;

	if (b == NULL)
		return error_set(err, ERR_MEMORY, "open bundle");
	status = map_file(b, path, err);
	if (status == OK)
		status = make_repo(b, path, err);
	if (status == OK)
		status = bundle_read_head(b, err);
	if (status == OK)
		status = bundle_index(b, options, err);
	if (status == OK)
		*out = b;
	else
		bundle_close(b);
	return status;
}

void bundle_close(struct bundle *b)
{
	if (b == NULL)
		return;
	pack_store_close(b->store);
	free(b->index);
	repo_close(b->repo);
	if (b->file.at)
		munmap((void *)(uintptr_t)b->file.at, b->file.n);
	free(b);
}

const struct repo *bundle_repo(const struct bundle *b)
{
	return b->repo;
}

struct pack_store *bundle_store(const struct bundle *b)
{
	return b->store;
}

uint64_t bundle_lost(const struct bundle *b)
{
	return b->lost;
}
