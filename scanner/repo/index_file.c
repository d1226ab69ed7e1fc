#include "repo/index_internal.h"

#include "base/limits.h"
#include "repo/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static enum status map(bytes *out, int fd, const char *path,
	struct error *err)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return error_set(err, ERR_IO, "read %s: not a file", path);
	if (st.st_size == 0)
		return error_set(err, ERR_FORMAT, "read %s: it is empty", path);
	if ((uint64_t)st.st_size > LIMIT_GIT_INDEX)
		return error_set(err, ERR_LIMIT, "read %s: over %zu bytes",
			path, LIMIT_GIT_INDEX);
	/* Each entry is looked at: all pages at once cost less than a fault
	 * for every few. */
	at = mmap(NULL, (size_t)st.st_size, PROT_READ,
		MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (at == MAP_FAILED)
		return error_set_errno(err, ERR_MEMORY, "read %s", path);
	*out = bytes_of(at, (size_t)st.st_size);
	return OK;
}

static enum status map_path(bytes *out, const char *path, struct error *err)
{
	int fd = open(path,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	enum status status;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERR_NOT_FOUND, "read %s: no such", path);
	if (fd < 0)
		return error_set_errno(err, ERR_IO, "read %s", path);
	status = map(out, fd, path, err);
	close(fd);
	return status;
}

void repo_index_unmap(bytes file)
{
	/* munmap takes a plain pointer, and the mapping is ours. */
	if (file.at)
		munmap((void *)(uintptr_t)file.at, file.n);
}

struct files {
	const char *git_dir;
	bytes maps[2];
};

static enum status map_other(void *context, const char *name, bytes *file,
	struct error *err)
{
	struct files *f = context;
	char *path = repo_join(f->git_dir, name);
	enum status status = path ? map_path(&f->maps[1], path, err)
				  : error_set(err, ERR_MEMORY, "read index");

	free(path);
	if (status == OK)
		*file = f->maps[1];
	return status;
}

enum status repo_index_read(struct repo_index **out, const char *path,
	const char *git_dir, size_t id_size, struct error *err)
{
	struct files f = {.git_dir = git_dir};
	enum status status = map_path(&f.maps[0], path, err);

	if (status == OK)
		status = repo_index_parse(out, f.maps[0], id_size, map_other,
			&f, err);
	if (status != OK) {
		repo_index_unmap(f.maps[0]);
		repo_index_unmap(f.maps[1]);
		return status;
	}
	memcpy((*out)->maps, f.maps, sizeof(f.maps));
	return OK;
}
